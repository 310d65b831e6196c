"""The table of a campaign, as text and as a document."""

import datetime

from oracle.campaign import Plan, Tallies, Tally

HEAD = ("form", "sub-function", "precisions", "commands", "differ", "no effect")


def rows(tallies: Tallies) -> list[tuple[str, ...]]:
    """One row a sub-function of an instruction form."""
    return [
        (
            form,
            function,
            " ".join(sorted(tally.precisions)) or "-",
            str(tally.tried),
            str(tally.differ),
            str(tally.silent),
        )
        for (form, function), tally in sorted(tallies.items())
    ]


def totals(tallies: Tallies) -> list[tuple[str, int, int, int]]:
    """Instruction form, sub-functions, commands, differences."""
    forms: dict[str, list[Tally]] = {}
    for (form, _), tally in tallies.items():
        forms.setdefault(form, []).append(tally)
    return [
        (form, len(all_), sum(t.tried for t in all_), sum(t.differ for t in all_))
        for form, all_ in sorted(forms.items())
    ]


def summary(tallies: Tallies) -> str:
    """The table in columns."""
    table = [HEAD, *rows(tallies)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table]
    tried = sum(tally.tried for tally in tallies.values())
    differ = sum(tally.differ for tally in tallies.values())
    return "\n".join([*lines, f"{tried} commands, {differ} differ"])


def document(tallies: Tallies, plan: Plan, seconds: float) -> str:
    """The table as Markdown, with what it came from."""
    version = next(plan.oracle.glob(".complete-*")).name.removeprefix(".complete-")
    tried = sum(tally.tried for tally in tallies.values())
    differ = sum(tally.differ for tally in tallies.values())
    lines = [
        "# The simulator beside the vendor's chip model, command by command",
        "",
        "Written by `make oracle`; do not edit. Each command ran on random memory on both machines, and every byte",
        "that one of them changed was compared. Forms have the vendor's names; `s` begins those of short encodings.",
        "",
        f"- {tried} random commands, {differ} of them with a difference",
        f"- chip model: `libcmodel_bm1684x.so` of tpu_mlir {version}",
        f"- seeds from {plan.seed} on; at least {plan.commands} commands of a form, {plan.each} of a sub-function",
        f"- {datetime.date.today().isoformat()}, {plan.jobs} processes, {seconds / 60:.0f} minutes",
        "",
        "Not in the table: SEG, which has no opcode in any public source, and LAR, which the chip model ignores;",
        "`quant.rq2`, `quant.dq2`, `sg.pl_gather_perw` and `sg.pl_scatter_perw`, which stop it; the simulator refuses",
        "them all, and the short forms of `arith.euIdxGen` and `arith.npuIdxGen`, which write nothing.",
        "What each generator leaves out, and why, is said in `test/oracle/generators/`.",
        "",
        "| form | sub-functions | commands | differ |",
        "|---|--:|--:|--:|",
        *(f"| {form} | {functions} | {count} | {wrong} |" for form, functions, count, wrong in totals(tallies)),
        "",
        f"| {' | '.join(HEAD)} |",
        "|---|---|---|--:|--:|--:|",
        *(f"| {' | '.join(row)} |" for row in rows(tallies)),
        "",
    ]
    return "\n".join(lines)
