"""Which elements of an image a place between them is made of, and how much each counts: GridSample's page of ONNX."""

from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.compositions.interpolation import cubic
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.tensors import Array, mlir_type

_OFFSETS = {"nearest": [0], "linear": [0, 1], "cubic": [-1, 0, 1, 2]}


@dataclass(frozen=True)
class Sampling:
    """How places in [-1, 1] are read: -1 and 1 are the middles of the outermost elements (`corners`), or their ends."""

    mode: str
    padding: str
    corners: bool

    @classmethod
    def of(cls, n: Node) -> "Sampling":
        """Read the attributes of GridSample, of which version 16 calls the modes bilinear and bicubic."""
        mode, padding = n.str_attr("mode", "linear").removeprefix("bi"), n.str_attr("padding_mode", "zeros")
        if mode not in _OFFSETS or padding not in ("zeros", "border", "reflection"):
            raise Unsupported(f"GridSample expects modes of ONNX's page, found {mode} and {padding}")
        return cls(mode, padding, bool(n.int_attr("align_corners", 0)))

    def ends(self, size: int) -> tuple[float, float]:
        """Return what -1 and 1 are along a dimension."""
        return (0.0, size - 1.0) if self.corners else (-0.5, size - 0.5)

    def moves(self, padding: str) -> bool:
        """Tell whether a padding moves places, not only the elements around them."""
        return self.padding == padding and self.mode != "cubic"


def constant_taps(how: Sampling, places: Array, sizes: list[int]) -> list[tuple[Array, Array]]:
    """Return for every tap the numbers of the pixels at places [P, rank], and how much each counts."""
    found = [(np.zeros(1, np.int64), np.ones(1))]
    for axis, size in enumerate(sizes):  # the last coordinate is that of the first dimension
        line = _line(how, places[:, -1 - axis], size)
        found = [(before * size + number, factor * share) for before, factor in found for number, share in line]
    return found


def _line(how: Sampling, at: Array, size: int) -> list[tuple[Array, Array]]:
    """Return the elements around places along one dimension, and how much each counts."""
    low, high = how.ends(size)
    x = (at + 1) / 2 * (high - low) + low
    if how.moves("border"):
        x = np.clip(x, 0, size - 1)
    if how.moves("reflection"):
        x = _reflected(x, low, high)
    first = np.rint(x) if how.mode == "nearest" else np.floor(x)
    found: list[tuple[Array, Array]] = []
    for offset in _OFFSETS[how.mode]:
        place = first + offset
        distance = np.abs(x - place)
        factor = {"nearest": np.ones_like(x), "linear": 1 - distance, "cubic": cubic(distance, -0.75)}[how.mode]
        if how.padding == "zeros":
            factor = np.where((place >= 0) & (place <= size - 1), factor, 0.0)
        if how.padding == "reflection":
            place = np.rint(_reflected(place, low, high))
        found.append((np.clip(place, 0, size - 1).astype(np.int64), factor))
    return found


def _reflected(x: Array, low: float, high: float) -> Array:
    """Return where places come to lie that are mirrored at both ends until they are inside."""
    if high == low:
        return np.full_like(x, low)
    turn = np.mod(x - low, 2 * (high - low))
    return low + np.minimum(turn, 2 * (high - low) - turn)


def computed_taps(
    c: Composer, how: Sampling, places: ir.Value, sizes: list[int], first: Array
) -> list[tuple[ir.Value, ir.Value]]:
    """Return `constant_taps` of places [P, rank] that are computed; pixels are counted on from `first`, [P].

    Raises Unsupported for the mode cubic.
    """
    if how.mode == "cubic":
        raise Unsupported("GridSample expects a constant grid for the mode cubic, found one that is computed")
    found = [(c.weight(first.astype(np.int32), "first"), c.weight(1.0, "all"))]
    for axis, size in enumerate(sizes):
        at = c.take(places, 1, len(sizes) - 1 - axis, 1, name="coordinate")
        line = _computed_line(c, how, c.reshape(at, [len(first)]), size)
        step = c.weight(np.array(int(np.prod(sizes[axis + 1 :])), np.int32), "step")
        found = [
            (
                c(top.AddOp, before, c(top.MulOp, place, step, name="steps"), name="number"),
                c(top.MulOp, factor, share, name="factor"),
            )
            for before, factor in found
            for place, share in line
        ]
    return [(number, c.reshape(factor, [*shape_of(factor), 1])) for number, factor in found]


def _computed_line(c: Composer, how: Sampling, at: ir.Value, size: int) -> list[tuple[ir.Value, ir.Value]]:
    """Return `_line` of places [P] that are computed, its numbers as i32."""
    low, high = how.ends(size)
    scale = c.weight((high - low) / 2, "scale")
    x = c(top.AddOp, c(top.MulOp, at, scale, name="scaled"), c.weight((high + low) / 2, "shift"), name="x")
    if how.moves("border"):
        x = c(top.ClipOp, x, 0.0, size - 1.0, name="inside")
    if how.moves("reflection"):
        x = _computed_reflection(c, x, low, high)
    first = c(top.RoundOp if how.mode == "nearest" else top.FloorOp, x, name="first")
    found: list[tuple[ir.Value, ir.Value]] = []
    for offset in _OFFSETS[how.mode]:
        place = c(top.AddOp, first, c.weight(float(offset), "offset"), name="place") if offset else first
        factor = c.weight(np.ones([1], np.float32), "one")
        if how.mode == "linear":
            distance = c(top.AbsOp, c(top.SubOp, x, place, name="apart"), name="distance")
            factor = c(top.SubOp, factor, distance, name="factor")
        held = c(top.ClipOp, place, 0.0, size - 1.0, name="held")
        if how.padding == "zeros":
            is_inside = c(top.EqualOp, place, held, name="is_inside")
            factor = c(top.WhereOp, is_inside, factor, c.weight(0.0, "nothing"), name="counted")
        elif how.padding == "reflection":
            turned = c(top.RoundOp, _computed_reflection(c, place, low, high), name="whole")
            held = c(top.ClipOp, turned, 0.0, size - 1.0, name="held")
        found.append((c(top.CastOp, held, ir.TypeAttr.get(mlir_type(np.dtype(np.int32))), name="number"), factor))
    return found


def _computed_reflection(c: Composer, x: ir.Value, low: float, high: float) -> ir.Value:
    """Return `_reflected` of places that are computed."""
    if high == low:
        return c(top.ClipOp, x, low, low, name="only")
    period, start = c.weight(2 * (high - low), "period"), c.weight(low, "low")
    moved = c(top.SubOp, x, start, name="moved")
    turns = c(top.FloorOp, c(top.DivOp, moved, period, name="periods"), name="turns")
    rest = c(top.SubOp, moved, c(top.MulOp, turns, period, name="whole"), name="rest")
    back = c(top.SubOp, period, rest, name="back")
    return c(top.AddOp, c(top.MinOp, rest, back, name="nearer"), start, name="reflected")
