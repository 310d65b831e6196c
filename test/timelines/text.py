"""Commands as the timelines of the vendor's compiler write them, one JSON object a line.

An operand reads `%R15.8192.L6:memref<1x64x7x7xsi8, strides: [64, 64, 7, 1]>`: local memory, bank 15, byte 8192 of it,
lane 6; `%G27287552` is that byte of global memory, `%S1472` of static memory, `%C-28:si8` a constant in the command.
"""

import json
import lzma
import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

BANK_BYTES, LANE_BYTES = 16384, 262144
LOCAL, STATIC, GLOBAL = 0x0800_0000, 0x0900_0000, 0x1_0000_0000
BASES = {"R": 0, "S": STATIC, "G": GLOBAL}
PRECISIONS = {"i8": 0, "f16": 1, "f32": 2, "i16": 3, "i32": 4, "bf16": 5}
Engine = Literal["tiu", "gdma"]


@dataclass(frozen=True)
class Type:
    """An element type; `is_signed` is None where the text does not tell (plain `i8`, floats)."""

    name: str
    is_signed: bool | None = None

    @property
    def precision(self) -> int:
        """The code of the `*_prec` fields."""
        return PRECISIONS[self.name]

    @property
    def bits(self) -> int:
        return int(self.name.lstrip("bfi"))


@dataclass(frozen=True)
class Tensor:
    """An operand in memory. `address`: local memory lane * 256 KiB + byte, elsewhere absolute; strides in elements."""

    space: str
    address: int
    shape: tuple[int, ...]
    type: Type
    strides: tuple[int, ...] | None

    @property
    def absolute(self) -> int:
        """The address as transfers take it."""
        return self.address + (LOCAL if self.space == "R" else 0)


@dataclass(frozen=True)
class Constant:
    """A number in the command, as the bits of its type."""

    bits: int
    type: Type


Operand = Tensor | Constant


@dataclass(frozen=True)
class Line:
    """A command; `waits_for` is the id of the other engine's command, 0 for none.

    `end` is the cycle in which it ends by the vendor's static model, 0 if the text has no times.
    """

    engine: Engine
    id: int
    waits_for: int
    op: str
    attributes: dict[str, Any]
    operands: tuple[Operand, ...]
    results: tuple[Operand, ...]
    end: int = 0


def read(path: Path) -> Iterator[Line]:
    """Yield the commands of a .jsonl.xz file in the order of its lines."""
    with lzma.open(path, "rt", encoding="utf-8") as file:
        for text in file:
            entry = json.loads(text)
            yield Line(
                engine="tiu" if entry["engine"] == "TIU" else "gdma",
                id=entry["id"],
                waits_for=entry["waits_for"],
                op=entry["op"],
                attributes=entry["attrs"],
                operands=tuple(map(operand, entry["operands"])),
                results=tuple(map(operand, entry["results"])),
                end=entry.get("end", 0),
            )


def operand(text: str) -> Operand:
    """Parse an operand. Raises ValueError for what the timelines do not contain."""
    constant = re.fullmatch(r"%C([^:]+):(.+)", text)
    if constant:
        kind = _type(constant[2])
        return Constant(_bits(constant[1], kind), kind)
    tensor = re.fullmatch(r"%([RSG])([\d.L]+):memref<([\dx]+)x([a-z]+\d+)(?:, strides: \[([\d, ]+)\])?>", text)
    if tensor is None:
        raise ValueError(f"'{text}' is no operand")
    space, place, shape, kind, strides = tensor.groups()
    return Tensor(
        space,
        BASES[space] + (_local(place) if space == "R" else int(place)),
        tuple(map(int, shape.split("x"))),
        _type(kind),
        tuple(map(int, strides.split(", "))) if strides else None,
    )


def _local(place: str) -> int:
    """`bank[.byte][.Llane]` as lane * 256 KiB + byte."""
    bank, *rest = place.split(".")
    lane = sum(int(part[1:]) for part in rest if part.startswith("L"))
    byte = sum(int(part) for part in rest if not part.startswith("L"))
    return lane * LANE_BYTES + int(bank) * BANK_BYTES + byte


def _type(text: str) -> Type:
    if text[1:] in PRECISIONS and text[0] in "su":
        return Type(text[1:], text[0] == "s")
    if text not in PRECISIONS:
        raise ValueError(f"'{text}' is no element type")
    return Type(text)


def _bits(text: str, kind: Type) -> int:
    if kind.name.startswith("i"):
        return int(text) & ((1 << kind.bits) - 1)
    number = float(text)
    if kind.name == "f16":
        return int.from_bytes(struct.pack("<e", number), "little")
    bits = int.from_bytes(struct.pack("<f", number), "little")
    if not math.isclose(number, struct.unpack("<f", struct.pack("<f", number))[0], rel_tol=1e-7):
        raise ValueError(f"{text} is no number of 32 bits")
    return bits if kind.name == "f32" else bits >> 16
