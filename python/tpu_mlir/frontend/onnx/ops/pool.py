"""Pooling: sliding windows, and global ones as reductions."""

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Build, Composer, shape_of
from tpu_mlir.frontend.onnx.compositions.unfolding import of_conv, surround, tapped
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.quantized import F32
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.values import result
from tpu_mlir.frontend.onnx.windows import ceil_overhang, window

_TAPS_AT_ONCE = 256  # of a dilated window over two dimensions: more are one dimension after the other


@dataclass(frozen=True)
class Geometry:
    """A window over s dimensions; `pads` holds the s begins, then the s ends, with what ceil_mode adds."""

    kernel: list[int]
    strides: list[int]
    pads: list[int]
    dilations: list[int]

    def over(self, axes: Sequence[int]) -> "Geometry":
        """Return the part over one or two dimensions, of one with a dimension behind it that stays as it is."""

        def pick(values: Sequence[int], idle: int) -> list[int]:
            return [*(values[axis] for axis in axes), *[idle] * (2 - len(axes))]

        rank = len(self.kernel)
        pads = pick(self.pads[:rank], 0) + pick(self.pads[rank:], 0)
        return Geometry(pick(self.kernel, 1), pick(self.strides, 1), pads, pick(self.dilations, 1))

    def steps(self) -> list[list[int]]:
        """Return the dimensions that are pooled together: all, or the last two and then each before them."""
        rank = len(self.kernel)
        is_large = math.prod(self.kernel) > _TAPS_AT_ONCE and max(self.dilations) > 1
        if rank <= 2 and not is_large:
            return [list(range(rank))]
        first = [[rank - 1], [rank - 2]] if is_large else [[rank - 2, rank - 1]]
        return [*first, *([axis] for axis in reversed(range(rank - 2)))]


def _pool(n: Node, build: Build, x: ir.Value, geometry: Geometry, *more: int, **flags: bool) -> ir.OpView:
    """Return a pool over any number of dimensions: maxima of maxima, means of means, norms of norms are the same."""
    steps = geometry.steps()
    if len(steps) == 1:
        g = geometry
        return build(x, g.kernel, g.strides, g.pads, g.dilations, *more, **flags)
    c, (batch, channels, *sizes) = Composer(n), shape_of(x)
    for axes in steps:
        inner = [sizes[axis] for axis in axes]
        if len(axes) == 1:
            inner.append(math.prod(sizes[axes[0] + 1 :]))
        image = c.reshape(x, [batch, channels * math.prod(sizes[: axes[0]]), *inner])
        g = geometry.over(axes)
        x = c(build, image, g.kernel, g.strides, g.pads, g.dilations, *more, name="pooled", **flags)
        for axis, size in zip(axes, shape_of(x)[2:], strict=False):
            sizes[axis] = size
    return top.ReshapeOp(x, [batch, channels, *sizes])


@importer("MaxPool", 1, 8, 10, 11, 12)
def max_pool(n: Node) -> Imported:
    """Import MaxPool, and the places of the maxima where something uses them."""
    w = window(n, n.ints_attr("kernel_shape"))
    geometry = Geometry(w.kernel, w.strides, w.all_pads, w.dilations)
    element = ir.RankedTensorType(n.value(0).type).element_type
    is_integer = ir.IntegerType.isinstance(element)  # of 8 bits, which all floats hold
    x = n.value_as(0, F32) if is_integer else n.value(0)
    with n.at("floats") if is_integer else n.out(0):
        largest = result(_pool(n, top.MaxPoolOp, x, geometry))
    results = [result(top.CastOp(largest, ir.TypeAttr.get(element), loc=n.out(0))) if is_integer else largest]
    if len(n.outputs) > 1 and n.outputs[1] in n.live:
        results.append(_places(n, geometry, x, largest))
    return results


def _places(n: Node, g: Geometry, x: ir.Value, largest: ir.Value) -> ir.Value:
    """Return where in the flat input each maximum is, the first of equal ones: tap by tap, the last one first."""
    c, (batch, channels, *sizes) = Composer(n), n.shape(0)
    rank, counts = len(sizes), shape_of(largest)[2:]
    pads = zip(g.pads[:rank], g.pads[rank:], strict=True)
    dims = [of_conv(*item) for item in zip(g.kernel, g.strides, pads, g.dilations, strict=True)]
    if math.prod(g.kernel) > _TAPS_AT_ONCE:
        raise Unsupported(
            f"MaxPool with indices expects at most {_TAPS_AT_ONCE} elements in a window, found {g.kernel}"
        )
    taps = tapped(c, surround(c, x, 2, dims, fill=-math.inf), 2, dims, counts)
    order = "F" if n.int_attr("storage_order", 0) else "C"
    flat = np.arange(math.prod(sizes)).reshape(sizes, order=order)
    found: ir.Value | None = None
    for tap, offsets in reversed(list(zip(taps, itertools.product(*(dim.taps for dim in dims)), strict=True))):
        lines = [
            np.clip(np.arange(count) * dim.stride + offset - dim.low, 0, size - 1)
            for count, dim, offset, size in zip(counts, dims, offsets, sizes, strict=True)
        ]
        places = c.weight(flat[np.ix_(*lines)][None, None], "places")
        is_here = c(top.EqualOp, tap, largest, name="is_here")
        found = places if found is None else c(top.WhereOp, is_here, places, found, name="place")
    assert found is not None
    own = np.arange(batch * channels).reshape(batch, channels, *[1] * rank) * math.prod(sizes)
    return result(top.AddOp(found, c.weight(own, "own"), loc=n.out(1)))


@importer("AveragePool", 1, 7, 10, 11, 19)
def average_pool(n: Node) -> Imported:
    """Import AveragePool.

    Where the divisor counts the padding, what ceil_mode adds to it must still not count: then the padding becomes
    part of the input.
    """
    w = window(n, n.ints_attr("kernel_shape"))
    x, pads, count = n.value(0), w.all_pads, bool(n.int_attr("count_include_pad", 0))
    if count and any(w.overhang):
        rank = len(w.kernel)
        around = [0, 0, *w.pads[:rank], 0, 0, *w.pads[rank:]]
        x = result(top.PadOp(x, enum("pad_mode", "constant"), around, 0.0, loc=n.at("padded")))
        pads, count = [0] * rank + w.overhang, False
    return _pool(n, top.AveragePoolOp, x, Geometry(w.kernel, w.strides, pads, w.dilations), count_include_pad=count)


@importer("LpPool", 1, 2, 11, 18)
def lp_pool(n: Node) -> Imported:
    """Import LpPool."""
    w = window(n, n.ints_attr("kernel_shape"))
    geometry = Geometry(w.kernel, w.strides, w.all_pads, w.dilations)
    return _pool(n, top.LpPoolOp, n.value(0), geometry, _power(n))


def _power(n: Node) -> int:
    """Return the attribute p, which was a float in version 1."""
    if n.opset >= 2:
        return n.int_attr("p", 2)
    p = n.float_attr("p", 2.0)
    if not p.is_integer():
        raise Unsupported(f"{n.op} expects a whole number p, found {p:g}")
    return int(p)


def _global(kind: str) -> Importer:
    def reduce(n: Node) -> Imported:
        axes = list(range(2, n.rank(0)))
        return top.ReduceOp(n.value(0), enum("reduce_kind", kind), axes, keepdims=True)

    return reduce


importer("GlobalAveragePool", 1)(_global("mean"))
importer("GlobalMaxPool", 1)(_global("max"))


@importer("GlobalLpPool", 1, 2)
def global_lp_pool(n: Node) -> Imported:
    """Import GlobalLpPool: as a reduction where there is one for p, else as a window of the size of the input."""
    p, sizes = _power(n), n.shape(0)[2:]
    if p in (1, 2):
        return _global(f"l{p}")(n)
    ones = [1] * len(sizes)
    return _pool(n, top.LpPoolOp, n.value(0), Geometry(sizes, ones, [0] * (2 * len(sizes)), ones), p)


def _attributes(e: Exported) -> dict[str, list[int] | int]:
    """Return the window; ends as long as the kernel, which ONNX Runtime refuses, as what ceil_mode adds to others."""
    kernel, strides, dilations, pads = map(e.ints_attr, ("kernel", "strides", "dilations", "pads"))
    rank = len(kernel)
    ends = [min(end, taps - 1) for end, taps in zip(pads[rank:], kernel, strict=True)]
    added = [
        ceil_overhang(size, begin, size + begin + end, (taps - 1) * dilation + 1, stride)
        for size, begin, end, taps, dilation, stride in zip(
            e.shape()[2:], pads[:rank], ends, kernel, dilations, strides, strict=True
        )
    ]
    same = [end + more for end, more in zip(ends, added, strict=True)] == pads[rank:]
    ceil = same and ends != pads[rank:]
    return {
        "kernel_shape": kernel,
        "strides": strides,
        "pads": pads[:rank] + ends if ceil else pads,
        "dilations": dilations,
        "ceil_mode": int(ceil),
    }


@exporter("max_pool")
def export_max_pool(e: Exported) -> None:
    """Write MaxPool."""
    e.emit("MaxPool", **_attributes(e))


@exporter("average_pool")
def export_average_pool(e: Exported) -> None:
    """Write AveragePool."""
    e.emit("AveragePool", count_include_pad=int(e.flag_attr("count_include_pad")), **_attributes(e))


@exporter("lp_pool")
def export_lp_pool(e: Exported) -> None:
    """Write LpPool."""
    e.emit("LpPool", p=e.int_attr("p"), **_attributes(e))
