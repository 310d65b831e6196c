"""What makes an instruction table wrong."""

from collections.abc import Iterator

from isa_gen.table import Case, Form, Instruction


def check_table(table: list[Instruction]) -> list[str]:
    """List everything wrong with the table, one message each; empty: the table is sound."""
    problems = [f"{i.location}: {i.name}: {p}" for i in table for p in _instruction_problems(i)]
    return problems + list(_encoding_problems(table))


def _instruction_problems(instruction: Instruction) -> Iterator[str]:
    if not instruction.forms():
        yield "has neither a long nor a short form"
        return
    for form, which in ((instruction.long, "long"), (instruction.short, "short")):
        if form is not None:
            yield from (f"{which} form: {p}" for p in _form_problems(form))
    yield from _head_problems(instruction)
    yield from _short_problems(instruction)
    yield from _name_problems(instruction)


def _form_problems(form: Form) -> Iterator[str]:
    if form.length <= 0 or form.length % 64:
        yield f"a length of {form.length} bits is not a multiple of 64"
    end, last = 0, "the start"
    for field in sorted(form.fields, key=lambda f: f.lsb):
        name = field.name or "reserved bits"
        if not 1 <= field.width <= 64:
            yield f"{name} is {field.width} bits wide, expected 1 to 64"
        if field.lsb > end:
            yield f"gap: bits {end} to {field.lsb - 1} between {last} and {name} are not declared"
        if field.lsb < end:
            yield f"overlap: {name} starts at bit {field.lsb}, but {last} ends at bit {end - 1}"
        if field.lsb + field.width > form.length:
            yield f"{name} ends at bit {field.lsb + field.width - 1}, past the length of {form.length} bits"
        end, last = max(end, field.lsb + field.width), name
    if end < form.length:
        yield f"gap: bits {end} to {form.length - 1} after {last} are not declared"
    for names in ([f.name for f in form.fields], [f.from_local or f.name for f in form.fields]):
        yield from (f"two fields are called {n}" for n in sorted({n for n in names if n and names.count(n) > 1}))


def _head_problems(instruction: Instruction) -> Iterator[str]:
    engine = instruction.engine
    for form in instruction.forms():
        field = form.field(engine.opcode_field)
        if field is None:
            yield f"has no field {engine.opcode_field}, which tells the instruction"
        elif instruction.encodable and instruction.opcode >= 1 << field.width:
            yield f"opcode {instruction.opcode} does not fit the {field.width} bits of {engine.opcode_field}"
        flag = form.field("cmd_short")
        if flag is not None and (flag.lsb, flag.width) != (engine.short_flag, 1):
            yield f"cmd_short is not bit {engine.short_flag}, as for every command of the engine"
        function = form.field(engine.function_field)
        for case in instruction.functions.cases if instruction.functions else ():
            if function is None or case.value >= 1 << function.width:
                yield f"sub-function {case.value} ({case.name}) does not fit {engine.function_field}"
    if len(instruction.forms()) == 2 and any(f.field("cmd_short") is None for f in instruction.forms()):
        yield "has two forms, but no cmd_short to tell them"


def _short_problems(instruction: Instruction) -> Iterator[str]:
    """How the short form maps to the long one."""
    implied = [i.target for i in instruction.implied]
    yield from (f"implies two values for {n}" for n in sorted({n for n in implied if implied.count(n) > 1}))
    if instruction.long is None or instruction.short is None:
        yield from (f"implies {n}, but has no two forms" for n in implied)
        return
    for field in instruction.short.fields:
        for name in filter(None, (field.name, field.from_local)):
            target = instruction.long.field(name)
            if target is None:
                yield f"short field {name} is no field of the long form"
            elif target.width < field.width:
                yield f"short field {name} is {field.width} bits wide, but {target.width} in the long form"
    for item in instruction.implied:
        target = instruction.long.field(item.target)
        if target is None:
            yield f"implies {item.target}, which is no field of the long form"
        elif any(item.target in (f.name, f.from_local) and not f.from_local for f in instruction.short.fields):
            yield f"implies {item.target}, which the short form has"
        elif item.value[:1].isdigit():
            if int(item.value, 0) >= 1 << target.width:
                yield f"implies {item.value} for {item.target}, which has {target.width} bits"
        elif item.is_read:
            yield f"requires {item.value} for {item.target}, expected a number"
        elif instruction.short.field(item.value) is None:
            yield f"implies {item.target} from {item.value}, which is no field of the short form"


def _name_problems(instruction: Instruction) -> Iterator[str]:
    names = instruction.forms()[0].names()
    for note in instruction.meanings:
        if note.name not in names:
            yield f"describes {note.name}, which is no field"
    for operand in instruction.operands:
        if not any(n.startswith(operand.name + "_") for n in names):
            yield f"has no field of an operand {operand.name}"
        if operand.direction not in ("read", "write"):
            yield f"operand {operand.name} is '{operand.direction}', expected read or write"
    for wide in instruction.wides:
        yield from (f"{wide.name} needs {n}, which is no field" for n in (wide.low, wide.high) if n not in names)
    keys = [str(c.value) for c in _cases(instruction)] + [c.name for c in _cases(instruction)]
    yield from (f"sub-function {k} is there twice" for k in sorted({k for k in keys if keys.count(k) > 1}))


def _cases(instruction: Instruction) -> tuple[Case, ...]:
    return instruction.functions.cases if instruction.functions else ()


def _encoding_problems(table: list[Instruction]) -> Iterator[str]:
    """Two instructions that a decoder could not tell apart."""
    taken: dict[tuple[str, bool, int, int], Instruction] = {}
    for instruction in filter(lambda i: i.encodable, table):
        for form in instruction.forms():
            flag = form.field("cmd_short")
            for short in (False, True) if flag is None else (form is instruction.short,):
                function = form.field(instruction.engine.function_field)
                every = range(1 << function.width) if function else range(1)
                for value in [c.value for c in _cases(instruction)] or every:
                    key = (instruction.engine.name, short, instruction.opcode, value)
                    other = taken.setdefault(key, instruction)
                    if other is not instruction:
                        yield (
                            f"{instruction.location}: {instruction.name}: opcode {instruction.opcode}, sub-function "
                            f"{value} is also {other.name}'s"
                        )
