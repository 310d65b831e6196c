"""The Python mirror of the instruction table: data only; python/tpu_mlir/isa gives it meaning."""

from isa_gen.table import Form, Instruction


def mirror(table: list[Instruction]) -> str:
    """Write the module tpu_mlir._isa_table."""
    known = [i for i in table if i.encodable]
    forms = {f.name: f for i in known for f in i.forms()}
    parts = [
        '"""The instruction table; made by tools/isa-gen from dialects/Isa, do not edit."""\n',
        "# ruff: noqa: E501\n",
        "# name: (bits, ((field, lsb, width, field if the target is not local), ...)); no field name: reserved",
        "FORMS: dict[str, tuple[int, tuple[tuple[str, int, int, str], ...]]] = {",
        *(_form(f) for f in forms.values()),
        "}\n",
        "# struct, vendor's name, engine, opcode, long form, short form, sub-functions, what the short form lacks",
        "INSTRUCTIONS: tuple[",
        "    tuple[",
        "        str, str, str, int, str, str, tuple[tuple[int, str, str], ...], tuple[tuple[str, str, bool], ...]",
        "    ],",
        "    ...,",
        "] = (",
        *(_instruction(i) for i in known),
        ")\n",
        "# engine: (field of the opcode, field of the sub-function, bit of cmd_short)",
        "ENGINES: dict[str, tuple[str, str, int]] = {",
        *dict.fromkeys(
            f'    "{i.engine.name}": ("{i.engine.opcode_field}", "{i.engine.function_field}", {i.engine.short_flag}),'
            for i in known
        ),
        "}\n",
    ]
    return "\n".join(parts)


def _form(form: Form) -> str:
    fields = "".join(f'        ("{f.name}", {f.lsb}, {f.width}, "{f.from_local}"),\n' for f in form.fields)
    return f'    "{form.name}": ({form.length}, (\n{fields}    )),'


def _instruction(i: Instruction) -> str:
    cases = "".join(f'({c.value}, "{c.name}", "{c.mnemonic}"), ' for c in i.functions.cases) if i.functions else ""
    implied = "".join(f'("{m.target}", "{m.value}", {m.is_read}), ' for m in i.implied)
    long, short = (f.name if f else "" for f in (i.long, i.short))
    return (
        f'    ("{i.name}", "{i.vendor_name}", "{i.engine.name}", {i.opcode}, "{long}", "{short}",\n'
        f"     ({cases}),\n     ({implied})),"
    )
