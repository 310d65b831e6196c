"""Encoding and decoding of commands."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tpu_mlir.errors import CommandError
from tpu_mlir.isa.table import INSTRUCTIONS, SHORT_FLAGS, Field, Form, Instruction

LOCAL = range(0x0800_0000, 0x0900_0000)  # addresses of local memory; source: lib/Isa/AddressMap.h


@dataclass(frozen=True)
class Command:
    """A decoded command; `fields` has every member of the instruction, fixed bits left out."""

    instruction: Instruction
    is_short: bool
    size: int  # bytes
    fields: Mapping[str, int]

    @property
    def mnemonic(self) -> str:
        """The name of the sub-function in listings, else of the instruction."""
        function = self.fields.get(self.instruction.function_field, 0)
        return self.instruction.functions.get(function, ("", self.instruction.name))[1]


def encode(name: str, fields: Mapping[str, int], *, is_short: bool = False) -> bytes:
    """Return the bytes of the command `name` (a C++ struct's name) with these fields.

    The others are zero, but for those without which a command has no short form (all lanes take part).
    Raises ValueError for an unknown instruction, form or field, or a value that does not fit its field.
    """
    if name not in INSTRUCTIONS:
        raise ValueError(f"there is no instruction '{name}'")
    instruction = INSTRUCTIONS[name]
    form = instruction.form(is_short)
    known = instruction.members()
    unknown = next((f for f in fields if f not in known), None)
    if unknown is not None:
        raise ValueError(f"{name} has no field '{unknown}'")
    fixed = {instruction.opcode_field: instruction.opcode, "cmd_short": int(is_short)}
    defaults = {target: int(instruction.lacking[target], 0) for target in instruction.required}
    values = defaults | dict(fields) | fixed
    word = 0
    for field in form.fields:
        held = _held_name(field, fields)
        value = values.get(held, 0)
        if not 0 <= value < 1 << field.width:
            raise ValueError(f"{name}.{held} = {value} does not fit {field.width} bits")
        word |= value << field.lsb
    return word.to_bytes(form.size, "little")


def decode(engine: str, data: bytes | memoryview, offset: int = 0) -> Command:
    """Return the command at byte `offset` of a stream of "tiu" or "gdma". Raises CommandError."""
    head = int.from_bytes(data[offset : offset + 8], "little")
    if len(data) < offset + 8:
        raise CommandError(f"{engine} command is cut off: expected at least 8 bytes, found {len(data) - offset}")
    is_short = bool(head >> SHORT_FLAGS[engine] & 1)
    for instruction in INSTRUCTIONS.values():
        if instruction.engine != engine:
            continue
        for form_is_short, form in ((False, instruction.long), (True, instruction.short)):
            if form is not None and _matches(instruction, form, form_is_short, head, is_short):
                return _decode(instruction, form, form_is_short, data[offset : offset + form.size])
    raise CommandError(f"{engine} command {head:#018x} is unknown")


def decode_stream(engine: str, data: bytes | memoryview, count: int) -> Iterator[Command]:
    """Yield the first `count` commands of a stream. Raises CommandError."""
    offset = 0
    for _ in range(count):
        command = decode(engine, data, offset)
        yield command
        offset += command.size


def _matches(instruction: Instruction, form: Form, form_is_short: bool, head: int, is_short: bool) -> bool:
    """Tell whether a command's first 64 bits are this form's."""
    places = {f.name: f for f in form.fields}
    if "cmd_short" in places and form_is_short != is_short:
        return False
    function = _bits(head, places[instruction.function_field])
    is_known = not instruction.functions or function in instruction.functions
    return is_known and _bits(head, places[instruction.opcode_field]) == instruction.opcode


def _decode(instruction: Instruction, form: Form, is_short: bool, data: bytes | memoryview) -> Command:
    if len(data) < form.size:
        raise CommandError(
            f"{instruction.engine} command {instruction.name} is cut off: expected {form.size} bytes, found {len(data)}"
        )
    word = int.from_bytes(data, "little")
    fields = dict.fromkeys(instruction.members(), 0)
    plain = {f.name: _bits(word, f) for f in form.fields if f.name in fields and not f.from_local}
    fields |= plain
    fields |= {_held_name(f, plain): _bits(word, f) for f in form.fields if f.from_local}
    if is_short and instruction.long is not None:
        for target, value in instruction.lacking.items():
            fields[target] = int(value, 0) if value[0].isdigit() else fields[value]
    return Command(instruction, is_short, form.size, fields)


def _held_name(field: Field, fields: Mapping[str, int]) -> str:
    """Name the field that a place holds, which may depend on the direction of the transfer."""
    if not field.from_local:
        return field.name
    target = fields.get("dst_start_addr_h8", 0) << 32 | fields.get("dst_start_addr_l32", 0)
    return field.name if target in LOCAL else field.from_local


def _bits(word: int, field: Field) -> int:
    return word >> field.lsb & ((1 << field.width) - 1)
