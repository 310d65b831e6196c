"""The reference page of the instruction table."""

from isa_gen.table import Form, Instruction


def reference(table: list[Instruction]) -> str:
    """Write docs/reference/instructions.md."""
    users: dict[str, list[Instruction]] = {}
    for i in table:
        for form in i.forms():
            users.setdefault(form.name, []).append(i)
    # Records made inside of another one have no name that means anything: call them after their first user.
    shared = {
        name: f"{found[0].name}Layout" if name.startswith("anonymous") else name
        for name, found in users.items()
        if len(found) > 1
    }
    parts = [
        "# Instructions of BM1684X\n",
        "Made from `dialects/Isa` by `ninja docs-isa`; do not edit.\n",
        "| engine | instruction | vendor's name | opcode | bytes (long, short) | what |\n|---|---|---|---|---|---|",
        *(_overview(i) for i in table),
        "",
    ]
    for name, title in sorted(shared.items(), key=lambda item: item[1]):
        form = next(f for i in table for f in i.forms() if f.name == name)
        links = ", ".join(f"[{i.name}](#{i.name.lower()})" for i in users[name])
        parts += [f"## {title}\n", f"The layout shared by {links}.\n", *_fields(form, {})]
    for instruction in table:
        parts += _section(instruction, shared)
    return "\n".join(parts)


def _overview(i: Instruction) -> str:
    sizes = ", ".join(str(f.length // 8) if f else "none" for f in (i.long, i.short))
    opcode = str(i.opcode) if i.encodable else "not public"
    return f"| {i.engine.name} | [{i.name}](#{i.name.lower()}) | {i.vendor_name} | {opcode} | {sizes} | {i.summary} |"


def _section(i: Instruction, shared: dict[str, str]) -> list[str]:
    parts = [f"## {i.name}\n", f"{i.summary}.\n", f"Source: {i.source}.\n"]
    if i.functions:
        parts += [f"| `{i.engine.function_field}` | `{i.functions.name}` | listing |\n|---|---|---|"]
        parts += [f"| {c.value} | {c.name} | `{c.mnemonic}` |" for c in i.functions.cases]
        parts += [""]
    if i.operands:
        parts += ["| operand | | what |\n|---|---|---|"]
        parts += [f"| {o.name} | {o.direction} | {o.description} |" for o in i.operands]
        parts += [""]
    meanings = {m.name: m.description for m in i.meanings}
    for form, which in ((i.long, "Long"), (i.short, "Short")):
        if form is None:
            continue
        if form.name in shared:
            title = shared[form.name]
            parts += [f"{which} form, {form.length // 8} bytes: the layout [{title}](#{title.lower()}).\n"]
            parts += [f"- `{name}`: {text}" for name, text in meanings.items()] + [""]
        else:
            parts += [f"{which} form, {form.length // 8} bytes:\n", *_fields(form, meanings)]
    parts += _lacking(i)
    return parts


def _lacking(i: Instruction) -> list[str]:
    """Say what stands for the fields that the short form lacks."""
    required = ", ".join(f"`{m.target}` = {m.value}" for m in i.implied if m.is_read)
    implied = ", ".join(f"`{m.target}` = {m.value}" for m in i.implied if not m.is_read)
    unread = ", ".join(f"`{n}`" for n in (i.long.names() if i.long else []) if n in i.unread())
    out = [f"The short form means {required}.\n"] if required else []
    if unread:
        out.append(f"The unit reads none of these, in neither form: {unread}.\n")
    if implied:
        out.append(f"Decoding the short form fills in {implied}.\n")
    return out


def _fields(form: Form, meanings: dict[str, str]) -> list[str]:
    rows = ["| bits | width | field | meaning |\n|---|---|---|---|"]
    for f in sorted(form.fields, key=lambda f: f.lsb):
        name = f"`{f.name}`" if f.name else "reserved"
        if f.from_local:
            name += f" to local memory, `{f.from_local}` from it"
        rows.append(f"| {f.lsb} to {f.lsb + f.width - 1} | {f.width} | {name} | {meanings.get(f.name, '')} |")
    return [*rows, ""]
