"""Tensors in the memories of a simulated machine, described as listings describe operands."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import isa, simulator, target
from tpu_mlir.errors import RunError
from tpu_mlir.runtime.types import Array, numpy_type

_CHIP = target.chips()[0]  # whose bmodels can be run
LANES, LANE_BYTES, BASES = _CHIP.lanes, _CHIP.lane_bytes, _CHIP.bases
UNIT_BYTES = _CHIP.unit_bytes
_PLACE = re.compile(r"(?:lane\s*(\d+)|(global|l2|static))\s*\+\s*(0x[0-9a-fA-F]+|\d+)|(0x[0-9a-fA-F]+|\d+)")
_TENSOR = re.compile(r"(\w+)\s*\[([\d,\s]+)\]\s*(\w*)\s*(?:\[([\d,\s]+)\])?\s*at\s+(.+)")


@dataclass(frozen=True)
class Place:
    """A byte of a memory: in local memory counted from the start of `lane`, else from the start of the memory."""

    space: str
    offset: int
    lane: int = 0

    @classmethod
    def parse(cls, text: str) -> Place:
        """Read `lane 3 + 0x40`, `global + 0x1000` or an absolute address. Raises RunError."""
        found = _PLACE.fullmatch(text.strip())
        if found is None:
            raise RunError(f"expected a place (lane 3 + 0x40, global + 0x1000, 0x100001000), found '{text.strip()}'")
        lane, space, offset, address = found.groups()
        if address is not None:
            return cls.of_address(int(address, 0))
        if lane is not None and int(lane) >= LANES:
            raise RunError(f"lane {lane} does not exist, there are {LANES}")
        return cls(space or "local", int(offset, 0), int(lane or 0))

    @classmethod
    def of_address(cls, address: int) -> Place:
        """Return the place that a transfer's address means. Raises RunError if it lies before all memories."""
        for space, base in sorted(BASES.items(), key=lambda item: -item[1]):
            if address >= base:
                lane, offset = divmod(address - base, LANE_BYTES) if space == "local" else (0, address - base)
                return cls(space, offset, lane)
        raise RunError(f"address {address:#x} is in no memory")

    def __str__(self) -> str:
        start = f"lane {self.lane}" if self.space == "local" else self.space
        return f"{start} + {self.offset:#x}"


@dataclass(frozen=True)
class MemoryTensor:
    """A tensor [n, c, h, w], strides in elements; in local memory c steps lanes, its stride leads 64 channels on."""

    data_type: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    place: Place

    @classmethod
    def parse(cls, text: str) -> MemoryTensor:
        """Read what a listing says of an operand: `f16[1, 64, 28, 28] aligned at lane 0 + 0x4000`.

        Without a layout the tensor is dense; with fewer than four sizes, those before are 1. Raises RunError.
        """
        found = _TENSOR.fullmatch(text.strip())
        if found is None:
            raise RunError(f"expected a tensor (f16[1, 64, 28, 28] aligned at lane 0 + 0x4000), found '{text.strip()}'")
        data_type, shape_text, layout, strides_text, place_text = found.groups()
        place = Place.parse(place_text)
        shape = _four(shape_text, 1)
        if layout == "strided":
            if strides_text is None:
                raise RunError("expected four strides behind 'strided'")
            return cls(data_type, shape, _four(strides_text, 0), place)
        if layout not in ("", "dense", "linear", "packed", "compact", "aligned"):
            raise RunError(f"expected the layout aligned, compact, dense or strided[...], found '{layout}'")
        _, c, h, w = shape
        plane, blocks = h * w, c
        if place.space == "local":
            unit = 8 * UNIT_BYTES // bits_of(data_type)
            plane = -(-plane // unit) * unit if layout == "aligned" else plane
            blocks = -(-(place.lane + c) // LANES)
        return cls(data_type, shape, (blocks * plane, plane, w, 1), place)

    @classmethod
    def all_of(cls, command: isa.Command) -> list[tuple[str, MemoryTensor]]:
        """Return the operands of a command that lie in memory, by name."""
        found: list[tuple[str, MemoryTensor]] = []
        for each in json.loads(command.json)["operands"]:
            if "shape" not in each or each["space"] == "none":
                continue  # a constant, all of a memory, or no memory
            local = "lane" in each
            place = Place("local", each["offset"], each["lane"]) if local else Place.of_address(each["address"])
            found.append((each["name"], cls(each["type"], tuple(each["shape"]), tuple(each["strides"]), place)))
        return found

    @classmethod
    def of_command(cls, command: isa.Command, operand: str) -> MemoryTensor:
        """Return the operand of a command. Raises RunError if it has none of that name in memory."""
        found = cls.all_of(command)
        for name, tensor in found:
            if name == operand:
                return tensor
        known = ", ".join(dict.fromkeys(name for name, _ in found)) or "none"
        raise RunError(f"{command.mnemonic} has no operand '{operand}' in memory; it has {known}")

    def read(self, machine: simulator.Machine) -> Array:
        """Return the elements; 4-bit ones as 8-bit integers. Raises RunError if they reach beyond the memory."""
        memory = memory_of(machine, self.place.space)
        bits = bits_of(self.data_type)
        indices: list[npt.NDArray[np.int64]] = [
            np.arange(size, dtype=np.int64).reshape([-1 if at == axis else 1 for at in range(4)])
            for axis, size in enumerate(self.shape)
        ]
        lanes = np.zeros(self.shape, np.int64)
        if self.place.space == "local":
            lanes += (self.place.lane + indices[1]) % LANES
            indices[1] = (self.place.lane + indices[1]) // LANES
        position = np.zeros(self.shape, np.int64)  # in bits
        for index, stride in zip(indices, self.strides, strict=True):
            position += index * stride * bits
        start = self.place.offset + position // 8
        limit = memory.shape[-1]  # of a lane
        if start.size and int(start.max()) + max(1, bits // 8) > limit:
            raise RunError(f"{self} reaches beyond the memory, which has {limit:#x} bytes")
        flat = memory.reshape(-1)
        start += lanes * LANE_BYTES
        if bits == 4:
            nibbles = flat[start] >> (position % 8).astype(np.uint8) & np.uint8(15)
            return (nibbles.astype(np.int8) ^ np.int8(8)) - np.int8(8) if self.data_type == "i4" else nibbles
        data = flat[start[..., None] + np.arange(bits // 8)]
        return np.ascontiguousarray(data).view(numpy_type(self.data_type)).reshape(self.shape)

    def __str__(self) -> str:
        return f"{self.data_type}{list(self.shape)} strided{list(self.strides)} at {self.place}"


def memory_of(machine: simulator.Machine, space: str) -> npt.NDArray[np.uint8]:
    """Return the bytes of "local" [lanes, bytes], "static", "l2" or "global" memory; writing changes the machine."""
    memories = {"local": "local", "static": "static", "l2": "l2", "global": "global_memory"}
    memory: npt.NDArray[np.uint8] = getattr(machine, memories[space])
    return memory


def bits_of(data_type: str) -> int:
    """Return the width of an element. Raises RunError for a type that does not exist."""
    found = re.fullmatch(r"(?:bf|[fiu])(4|8|16|32)", data_type)
    if found is None or data_type in ("f4", "f8", "bf4", "bf8", "bf32"):
        raise RunError(
            f"there is no element type '{data_type}'; expected f32, f16, bf16, i8, u8, i16, u16, i32, u32, ..."
        )
    return int(found[1])


def _four(text: str, missing: int) -> tuple[int, ...]:
    try:
        sizes = tuple(int(size) for size in text.split(","))
    except ValueError:
        raise RunError(f"expected numbers, found '[{text}]'") from None
    if len(sizes) > 4:
        raise RunError(f"expected at most four sizes, found {len(sizes)}")
    return (missing,) * (4 - len(sizes)) + sizes
