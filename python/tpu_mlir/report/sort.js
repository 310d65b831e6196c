// Clicking a heading sorts its table by that column, numbers largest first.
for (const head of document.querySelectorAll("th")) {
  head.addEventListener("click", () => {
    const table = head.closest("table"), column = [...head.parentNode.children].indexOf(head);
    const key = (row) => row.children[column].dataset.value ?? row.children[column].textContent;
    const rows = [...table.tBodies[0].rows];
    const numeric = rows.every((row) => row.children[column].dataset.value !== undefined);
    rows.sort((a, b) => (numeric ? key(b) - key(a) : key(a).localeCompare(key(b))));
    table.tBodies[0].append(...rows);
  });
}
