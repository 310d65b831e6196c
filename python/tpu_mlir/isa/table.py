"""The instruction table as values."""

from dataclasses import dataclass
from types import MappingProxyType

from tpu_mlir import _isa_table


@dataclass(frozen=True)
class Field:
    """Bits `lsb .. lsb + width - 1`; no name: reserved. `from_local`: the field meant if the target is not local."""

    name: str
    lsb: int
    width: int
    from_local: str


@dataclass(frozen=True)
class Form:
    """One encoding; `size` in bytes."""

    size: int
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Instruction:
    """One instruction; `functions` maps a sub-function to (enumerator, name in listings).

    `lacking` tells what stands for a field that the short form lacks: a number or the name of a field that it has.
    `required` names those fields among them that the unit reads.
    """

    name: str
    vendor_name: str
    engine: str  # tiu, gdma
    opcode: int
    opcode_field: str
    function_field: str
    long: Form | None
    short: Form | None
    functions: MappingProxyType[int, tuple[str, str]]
    lacking: MappingProxyType[str, str]
    required: frozenset[str]

    def form(self, is_short: bool) -> Form:
        """Return the form. Raises ValueError if the instruction has none."""
        form = self.short if is_short else self.long
        if form is None:
            raise ValueError(f"{self.name} has no {'short' if is_short else 'long'} form")
        return form

    def members(self) -> dict[str, int]:
        """Map each field of a command, without fixed and reserved bits, to its width in the widest form."""
        form = self.long or self.form(is_short=True)
        return {f.name: f.width for f in form.fields if f.name not in ("", "cmd_short", self.opcode_field)}


def _form(name: str) -> Form | None:
    if not name:
        return None
    length, fields = _isa_table.FORMS[name]
    return Form(length // 8, tuple(Field(*field) for field in fields))


def _instructions() -> dict[str, Instruction]:
    found: dict[str, Instruction] = {}
    for name, vendor_name, engine, opcode, long, short, functions, lacking in _isa_table.INSTRUCTIONS:
        opcode_field, function_field, _ = _isa_table.ENGINES[engine]
        found[name] = Instruction(
            name=name,
            vendor_name=vendor_name,
            engine=engine.lower(),
            opcode=opcode,
            opcode_field=opcode_field,
            function_field=function_field,
            long=_form(long),
            short=_form(short),
            functions=MappingProxyType({value: (case, listing) for value, case, listing in functions}),
            lacking=MappingProxyType({target: value for target, value, _ in lacking}),
            required=frozenset(target for target, _, is_read in lacking if is_read),
        )
    return found


INSTRUCTIONS = MappingProxyType(_instructions())
SHORT_FLAGS = MappingProxyType({engine.lower(): flag for engine, (_, _, flag) in _isa_table.ENGINES.items()})
