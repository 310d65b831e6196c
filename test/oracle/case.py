"""Random test commands: what a generator makes (Case) and what helps to make it (Scene, values)."""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import numpy as np
import numpy.typing as npt
from tpu_mlir._native import isa

from oracle.machines import EVERYTHING, LANE_BYTES, LANES, WINDOW, Block, Bytes, Engine, Job, Watch, window

I8, F16, F32, I16, I32, BF16 = range(6)
PRECISION_NAMES = ("i8", "f16", "f32", "i16", "i32", "bf16")
ELEMENT_BYTES = (1, 2, 4, 2, 4, 2)
FLOATS = (F32, F16, BF16)
INTEGERS = (I8, I16, I32)
ALIGNED, COMPACT, STRIDED = 0, 1, 3

WITHOUT_LANES = ("TiuSystem", "LaneMask")

Shape = tuple[int, int, int, int]
T = TypeVar("T")


@dataclass(frozen=True)
class Case:
    """Commands to run one after the other, and the memory they need; `fields` describes them in a failure."""

    commands: tuple[tuple[Engine, bytes], ...]
    blocks: tuple[Block, ...]
    fields: Mapping[str, object]
    watch: Watch = field(default_factory=lambda: EVERYTHING)
    tested: int = -1  # which of the commands the case is about

    def job(self) -> Job:
        return Job(self.blocks, self.commands, self.watch)

    def describe(self) -> str:
        """The fields in one line."""
        return ", ".join(f"{name}={value}" for name, value in self.fields.items())


Generate = Callable[["Scene"], Case]
Forms = dict[str, Generate]  # what a generator module calls FORMS: "arith.add f32" -> one random case of it


@dataclass(frozen=True)
class Operand:
    """A tensor in local memory. Strides count elements."""

    address: int
    layout: int
    strides: tuple[int, int, int, int]


@dataclass
class Scene:
    """Free space in the windows, and dice. A small scene makes small cases for golden vectors."""

    rng: np.random.Generator
    small: bool = False
    used: int = 0
    blocks: list[Block] = field(default_factory=list[Block])

    def integer(self, low: int, high: int) -> int:
        """Uniform, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def one_of(self, items: "tuple[T, ...] | list[T]") -> T:
        return items[self.integer(0, len(items) - 1)]

    def chance(self, probability: float) -> bool:
        return bool(self.rng.random() < probability)

    def shape(self) -> Shape:
        """Small [n, c, h, w]; c often around the number of lanes."""
        if self.small:
            return (self.integer(1, 2), self.integer(1, 3), self.integer(1, 2), self.integer(1, 4))
        c = self.one_of((self.integer(1, 9), self.integer(60, 70), self.integer(120, 140)))
        return (self.integer(1, 3), c, self.integer(1, 6), self.integer(1, 10))

    def lane(self) -> int:
        return 0 if self.small or self.chance(0.5) else self.integer(0, LANES - 1)

    def lanes(self) -> int:
        """The mask of a long form: often all lanes."""
        if self.chance(0.6):
            return (1 << LANES) - 1
        return self.integer(0, (1 << 62) - 1) | self.integer(0, 3) << 62

    def reserve(self, size: int, alignment: int) -> int:
        """A free place of `size` bytes in every lane."""
        at = -(-self.used // alignment) * alignment
        self.used = at + size
        if self.used > WINDOW:
            raise ValueError("the case needs more memory than the window has")
        return at

    def fill(self, at: int, lanes: int, content: Bytes, first: int = 0) -> None:
        """Writes `content` [lanes, bytes] at byte `at` of consecutive lanes, from lane `first` on, wrapping around."""
        whole = min(lanes, LANES - first)
        self.blocks.append(Block("local", first * LANE_BYTES + at, LANE_BYTES, content[:whole]))
        if whole < lanes:
            self.blocks.append(Block("local", at, LANE_BYTES, content[whole:lanes]))

    def source(
        self,
        shape: Shape,
        precision: int,
        lane: int = 0,
        layouts: tuple[int, ...] = (ALIGNED, COMPACT, STRIDED),
        kind: str = "any",
    ) -> Operand:
        """A tensor of random values (see `values`); strided ones often broadcast with a stride of zero."""
        operand, extent = self.place(shape, precision, lane, self.one_of(layouts), broadcast=True)
        lanes = min(LANES, shape[1])
        content = values(self.rng, precision, (lanes, extent), kind)
        self.fill(operand.address % LANE_BYTES, lanes, content.view(np.uint8), lane)
        return operand

    def target(
        self, shape: Shape, precision: int, lane: int = 0, layouts: tuple[int, ...] = (ALIGNED, COMPACT, STRIDED)
    ) -> Operand:
        """Room for a result."""
        return self.place(shape, precision, lane, self.one_of(layouts), broadcast=False)[0]

    def place(self, shape: Shape, precision: int, lane: int, layout: int, broadcast: bool) -> tuple[Operand, int]:
        """A place for a tensor, and how many elements of each lane it spans."""
        n, c, h, w = shape
        size = ELEMENT_BYTES[precision]
        depth = -(-(lane + c) // LANES)
        if layout == STRIDED:
            gap = [0 if self.chance(0.6) else self.integer(1, 3) for _ in range(4)]
            ws = 1 + gap[3]
            hs = w * ws + gap[2]
            cs = h * hs + gap[1]
            ns = depth * cs + gap[0]
            strides = [ns, cs, hs, ws]
            if broadcast:
                strides = [0 if self.chance(0.25) else stride for stride in strides]
        else:
            unit = 64 // size if layout == ALIGNED else 1
            cs = -(-h * w // unit) * unit
            strides = [depth * cs, cs, w, 1]
        last = (n - 1, depth - 1, h - 1, w - 1)
        extent = 1 + sum(stride * index for stride, index in zip(strides, last, strict=True))
        at = self.reserve(extent * size, 64 if layout == ALIGNED else size)
        return Operand(lane * LANE_BYTES + at, layout, (strides[0], strides[1], strides[2], strides[3])), extent

    def lane_mask(self) -> int:
        """What a long form names: mostly all lanes, else some of them."""
        return (1 << LANES) - 1 if self.chance(0.7) else int(self.rng.integers(0, 1 << 63)) | 1

    def case(
        self, name: str, form: Literal["long", "short"], fields: Mapping[str, int], engine: Engine = "tiu"
    ) -> Case:
        """One command with the blocks placed so far; command ids and, in a long form, the lanes are filled in."""
        filled = {"cmd_id": 1, "cmd_id_en": 1, **fields}
        if form == "long" and engine == "tiu" and name not in WITHOUT_LANES and "tsk_lane_num" not in filled:
            filled["tsk_lane_num"] = self.lanes()
        # Only what the command may touch: looking at all memory takes longer than running a command.
        watch = EVERYTHING
        if engine == "tiu":
            watch = {block.space: window(block.space) for block in self.blocks}
            watch["local"] = min(WINDOW, -(-self.used // 64) * 64 + 64)
            if any(b.space == "local" and b.offset % LANE_BYTES >= WINDOW for b in self.blocks):
                watch["banks"] = window("banks")
        return Case(((engine, isa.encode(name, form, filled)),), tuple(self.blocks), {"form": form, **filled}, watch)


def operand_fields(name: str, operand: Operand) -> dict[str, int]:
    """The `*_addr`, `*_str` and, if strided, `*_{n,c,h,w}_str` fields of a tensor."""
    fields = {f"{name}_addr": operand.address, f"{name}_str": operand.layout}
    if operand.layout == STRIDED:
        fields |= {f"{name}_{d}_str": stride for d, stride in zip("nchw", operand.strides, strict=True)}
    return fields


def shape_fields(shape: Shape, name: str = "res0") -> dict[str, int]:
    return {f"{name}_{d}": size for d, size in zip("nchw", shape, strict=True)}


POOL = (1 << 20) - 3  # elements; no multiple of a row's length
UNSIGNED = (np.uint8, np.uint16, np.uint32, np.uint16, np.uint32, np.uint16)
MANTISSA = {F32: 23, F16: 10, BF16: 7}


def to_float_bits(real: npt.NDArray[np.float64], precision: int) -> npt.NDArray[np.unsignedinteger]:
    if precision == F16:
        with np.errstate(over="ignore"):
            return real.astype(np.float16).view(np.uint16)
    bits = real.astype(np.float32).view(np.uint32)
    return bits if precision == F32 else (bits >> 16).astype(np.uint16)


def special_floats(precision: int) -> npt.NDArray[np.unsignedinteger]:
    """Zeros, denormals, the ends of the range, one, infinities and NaNs, of both signs."""
    fraction = MANTISSA[precision]
    infinity = (0xFF if precision != F16 else 0x1F) << fraction
    one = (127 if precision != F16 else 15) << fraction
    hidden = 1 << fraction
    positive = [
        0,
        1,
        hidden - 1,
        hidden,
        hidden >> 1,
        one,
        infinity - 1,
        infinity,
        infinity + 1,
        infinity + (hidden >> 1),
        infinity + hidden - 1,
    ]
    sign = 1 << (8 * ELEMENT_BYTES[precision] - 1)
    return np.array(positive + [p | sign for p in positive], UNSIGNED[precision])


@functools.cache
def pool(precision: int, kind: str) -> npt.NDArray[np.unsignedinteger]:
    """Elements to take random values from; making them one by one takes longer than running a command."""
    return make_values(np.random.default_rng([precision, len(kind)]), precision, (POOL,), kind)


def values(
    rng: np.random.Generator, precision: int, shape: tuple[int, ...], kind: str = "any"
) -> npt.NDArray[np.unsignedinteger]:
    """Bits of random elements. Kinds: "any" mixes ordinary values, all bit patterns and special values;
    "ordinary" only the first; "positive" is ordinary without a sign."""
    count = math.prod(shape)
    start = int(rng.integers(0, POOL))
    return np.take(pool(precision, kind), np.arange(start, start + count), mode="wrap").reshape(shape)


def make_values(
    rng: np.random.Generator, precision: int, shape: tuple[int, ...], kind: str
) -> npt.NDArray[np.unsignedinteger]:
    """See `values`."""
    dtype = UNSIGNED[precision]
    if precision in FLOATS:
        real = rng.standard_normal(shape) * np.exp2(rng.integers(-6, 7, shape))
        halves = rng.integers(-40, 41, shape) * 0.5  # ties when rounded, and equal pairs
        ordinary = to_float_bits(np.where(rng.random(shape) < 0.2, halves, real), precision)
        if kind == "positive":
            return ordinary & dtype((1 << (8 * ELEMENT_BYTES[precision] - 1)) - 1)
        special = rng.choice(special_floats(precision), shape)
    else:
        bits = 8 * ELEMENT_BYTES[precision]
        ordinary = rng.integers(-100, 101, shape).astype(np.int64).astype(dtype)
        ends = [0, 1, (1 << bits) - 1, 1 << (bits - 1), (1 << (bits - 1)) - 1]
        special = rng.choice(np.array(ends, dtype), shape)
    if kind != "any":
        return ordinary
    anything = rng.integers(0, np.iinfo(dtype).max, shape, dtype, endpoint=True)
    dice = rng.random(shape)
    return np.where(dice < 0.5, ordinary, np.where(dice < 0.75, anything, special)).astype(dtype)
