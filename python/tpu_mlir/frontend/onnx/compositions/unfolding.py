"""Windows over many dimensions, taken apart: what each tap sees is a strided slice."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of


@dataclass(frozen=True)
class Dimension:
    """Windows along one dimension: `low` and `high` zeros around it, `spread` - 1 zeros between its elements.

    Window i then has its taps at i * stride + each of `taps`. A negative `low` or `high` cuts elements off.
    """

    low: int
    high: int
    taps: Sequence[int]
    stride: int
    spread: int = 1

    def count(self, size: int) -> int:
        """Return how many windows there are."""
        padded = (size - 1) * self.spread + 1 + self.low + self.high
        return (padded - max(self.taps) - 1) // self.stride + 1


def of_conv(kernel: int, stride: int, pads: tuple[int, int], dilation: int) -> Dimension:
    """Return one dimension of a convolution."""
    return Dimension(*pads, [tap * dilation for tap in range(kernel)], stride)


def of_transposed(kernel: int, stride: int, pads: tuple[int, int], dilation: int, more: int) -> Dimension:
    """Return one dimension of a transposed convolution, the taps in the order of its filter; `more` elements result."""
    reach = (kernel - 1) * dilation
    taps = [reach - tap * dilation for tap in range(kernel)]
    return Dimension(reach - pads[0], reach - pads[1] + more, taps, 1, stride)


def surround(c: Composer, x: ir.Value, first: int, dims: Sequence[Dimension], fill: float = 0.0) -> ir.Value:
    """Return a value with zeros between its elements and `fill` around; `dims` are its dimensions from `first` on."""
    for axis, dim in enumerate(dims, first):
        if dim.spread > 1 and (shape := shape_of(x))[axis] > 1:
            apart = c.reshape(x, [*shape[: axis + 1], 1, *shape[axis + 1 :]])
            rank, size = len(shape) + 1, shape[axis] * dim.spread
            wide = c.pad(apart, [0] * rank, [dim.spread - 1 if i == axis + 1 else 0 for i in range(rank)], "spread")
            x = c.take(c.reshape(wide, [*shape[:axis], size, *shape[axis + 1 :]]), axis, 0, size - dim.spread + 1)
    rank = len(shape_of(x))
    low, high = [0] * rank, [0] * rank
    for axis, dim in enumerate(dims, first):
        low[axis], high[axis] = dim.low, dim.high
    return c.pad(x, low, high, fill=fill)


def tapped(c: Composer, x: ir.Value, first: int, dims: Sequence[Dimension], counts: Sequence[int]) -> list[ir.Value]:
    """Return what each tap of a window sees, of a value that has its zeros; the last dimension's taps come first."""
    found: list[ir.Value] = []
    for taps in itertools.product(*(dim.taps for dim in dims)):
        offsets, sizes, strides = [0] * len(shape_of(x)), shape_of(x), [1] * len(shape_of(x))
        for axis, (dim, tap, count) in enumerate(zip(dims, taps, counts, strict=True), first):
            offsets[axis], sizes[axis], strides[axis] = tap, count, dim.stride if count > 1 else 1
        is_all = sizes == shape_of(x)
        found.append(x if is_all else c(top.SliceOp, x, offsets, sizes, strides, name="tap"))
    return found
