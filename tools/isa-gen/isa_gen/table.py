"""The instruction table as Python values, read from `llvm-tblgen --dump-json`."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Field:
    """Bits `lsb .. lsb + width - 1`; no name: reserved. `from_local`: the field meant if the target is not local."""

    name: str
    lsb: int
    width: int
    from_local: str = ""


@dataclass(frozen=True)
class Form:
    """One encoding; `name` is the record's, equal for instructions that share the layout."""

    name: str
    length: int  # bits
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field | None:
        """Find the field `name`, also under the name it has when data leaves local memory."""
        return next((f for f in self.fields if name and name in (f.name, f.from_local)), None)

    def names(self) -> list[str]:
        """List the names of all fields but the reserved ones, both names of an `Either`."""
        return list(dict.fromkeys(n for f in self.fields for n in (f.name, f.from_local) if n))


@dataclass(frozen=True)
class Engine:
    """Which fields of a command tell the instruction."""

    name: str
    opcode_field: str
    function_field: str
    short_flag: int  # lsb of cmd_short


@dataclass(frozen=True)
class Case:
    """One sub-function."""

    value: int
    name: str
    mnemonic: str


@dataclass(frozen=True)
class Functions:
    """The sub-functions of an instruction, by their C++ enum's name."""

    name: str
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Implied:
    """What stands for a field that the short form lacks: a number or a field's name."""

    target: str
    value: str
    is_read: bool  # by the unit


@dataclass(frozen=True)
class Note:
    """A name with its description: an operand (with direction) or the meaning of a field."""

    name: str
    description: str
    direction: str = ""


@dataclass(frozen=True)
class Wide:
    """A getter and setter over a low and a high field."""

    name: str
    low: str
    high: str


@dataclass(frozen=True)
class Instruction:
    """One record."""

    name: str
    location: str
    engine: Engine
    vendor_name: str
    opcode: int
    summary: str
    source: str
    long: Form | None
    short: Form | None
    functions: Functions | None
    implied: tuple[Implied, ...]
    operands: tuple[Note, ...]
    meanings: tuple[Note, ...]
    wides: tuple[Wide, ...]

    @property
    def encodable(self) -> bool:
        """Tell whether the opcode is known, so that a struct can be made."""
        return self.opcode >= 0

    def forms(self) -> list[Form]:
        """List the long and the short form, as far as there."""
        return [f for f in (self.long, self.short) if f is not None]

    def unread(self) -> set[str]:
        """Name the fields of the long form that the unit does not read."""
        if self.long is None or self.short is None:
            return set()
        return set(self.long.names()) - set(self.short.names()) - {i.target for i in self.implied if i.is_read}

    def members(self) -> list[Field]:
        """List the struct's members: the fields of the long form (else the short), without fixed and reserved bits."""
        fixed = ("cmd_short", self.engine.opcode_field)
        return [f for f in self.forms()[0].fields if f.name and f.name not in fixed]


def read_table(file: Path, tblgen: str) -> list[Instruction]:
    """Run `tblgen` on `file`; return its instructions, by engine and encoding. Raises CalledProcessError."""
    command = [tblgen, "--dump-json", "-I", str(file.parent), str(file)]
    return parse_table(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))


def parse_table(dump: dict[str, Any]) -> list[Instruction]:
    """Turn the records of a JSON dump into instructions."""

    def record(reference: dict[str, Any]) -> dict[str, Any]:
        return dump[reference["def"]]

    def records(references: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [record(r) for r in references]

    def form(reference: dict[str, Any]) -> Form | None:
        if reference["def"] == "NoForm":
            return None
        data = record(reference)
        fields = tuple(Field(f["name"], f["lsb"], f["width"], f["fromLocal"]) for f in records(data["fields"]))
        return Form(reference["def"], data["length"], fields)

    def functions(reference: dict[str, Any]) -> Functions | None:
        if reference["def"] == "NoFunctions":
            return None
        data = record(reference)
        return Functions(
            data["cppName"], tuple(Case(c["value"], c["name"], c["mnemonic"]) for c in records(data["cases"]))
        )

    def engine(reference: dict[str, Any]) -> Engine:
        e = record(reference)
        return Engine(e["cppName"], e["opcodeField"], e["functionField"], e["shortFlag"])

    found: list[Instruction] = []
    for name in dump["!instanceof"]["Instruction"]:
        r = dump[name]
        found.append(
            Instruction(
                name=name,
                location=r["!locs"][-1],
                engine=engine(r["engine"]),
                vendor_name=r["vendorName"],
                opcode=r["opcode"],
                summary=r["summary"],
                source=r["source"],
                long=form(r["longForm"]),
                short=form(r["shortForm"]),
                functions=functions(r["functions"]),
                implied=tuple(Implied(i["target"], i["value"], bool(i["isRead"])) for i in records(r["implied"])),
                operands=tuple(Note(o["name"], o["description"], o["direction"]) for o in records(r["operands"])),
                meanings=tuple(Note(m["target"], m["description"]) for m in records(r["meanings"])),
                wides=tuple(Wide(w["name"], w["low"], w["high"]) for w in records(r["wides"])),
            )
        )

    def order(instruction: Instruction) -> tuple[bool, int, int, str]:
        cases = instruction.functions.cases if instruction.functions else ()
        opcode = instruction.opcode if instruction.encodable else 1 << 8
        return (instruction.engine.name != "Tiu", opcode, min((c.value for c in cases), default=0), instruction.name)

    return sorted(found, key=order)
