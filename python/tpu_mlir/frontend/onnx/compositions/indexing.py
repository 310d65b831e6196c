"""Indices as the numbers of rows: of a matrix whose rows are what an index chooses as a whole."""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.tensors import Array, numpy_type


def constant_indices(n: Node, index: int, limits: int | Array) -> Array:
    """Return constant indices counted from the front, each in [-limit, limit)."""
    found = n.constant(index, "indices").astype(np.int64)
    if ((found < -limits) | (found >= limits)).any():
        raise Unsupported(f"{n.op} expects indices in [-{limits}, {limits}), found one outside of it")
    return np.where(found < 0, found + limits, found)


def rows_of(c: Composer, value: ir.Value, count: int) -> ir.Value:
    """Return the first `count` dimensions as one, and the others as one."""
    shape = shape_of(value)
    return c.reshape(value, [math.prod(shape[:count]), math.prod(shape[count:])], "rows")


def positions_along(indices: Array, shape: list[int], axis: int) -> Array:
    """Return where in a flat tensor of a shape each index along an axis points, as for GatherElements."""
    places: list[Array] = [*np.indices(list(indices.shape))]
    places[axis] = indices
    return np.asarray(np.ravel_multi_index(tuple(places), tuple(shape)))


def address_of(c: Composer, indices: list[ir.Value], axes: list[int], base: Array, sizes: list[int]) -> ir.Value:
    """Return where in a flat tensor of these sizes indices along axes point, `base` being where those of 0 do.

    Where one lies outside, all do: behind the last element, where a gather finds 0.
    """
    dtype = numpy_type(ir.RankedTensorType(indices[0].type).element_type)

    def number(value: int | Array, name: str) -> ir.Value:
        return c.weight(np.asarray(value, dtype), name)

    address, outside = number(base, "base"), None
    for index, axis in zip(indices, axes, strict=True):
        is_low = c(top.LessOp, index, number(0, "zero"), name="from_end")
        moved = c(top.AddOp, index, number(sizes[axis], "size"), name="moved")
        place = c(top.WhereOp, is_low, moved, index, name="place")
        steps = c(top.MulOp, place, number(math.prod(sizes[axis + 1 :]), "step"), name="steps")
        address = c(top.AddOp, address, steps, name="address")
        below = c(top.LessOp, place, number(0, "zero"), name="below")
        beyond = c(top.GreaterOrEqualOp, place, number(sizes[axis], "size"), name="beyond")
        wrong = c(top.OrOp, below, beyond, name="wrong")
        outside = wrong if outside is None else c(top.OrOp, outside, wrong, name="outside")
    assert outside is not None
    return c(top.WhereOp, outside, number(math.prod(sizes), "behind"), address, name="checked")


def numbering(n: Node, index: int, shape: list[int], batch: int) -> int:
    """Return how many dimensions of a tensor the tuples of an operand, and the batch before them, number."""
    width = n.shape(index)[-1] if n.shape(index) else 0
    if width < 1 or batch + width > len(shape) or n.shape(index)[:batch] != shape[:batch]:
        raise Unsupported(f"{n.op} expects indices for the shape {shape}, found the shape {n.shape(index)}")
    return batch + width


def row_numbers(n: Node, index: int, shape: list[int], batch: int) -> tuple[Array, int]:
    """Return which rows the constant tuples in the last dimension of the indices name, and how many dimensions do.

    The first `batch` dimensions of the indices are those of the tensor.
    """
    count = numbering(n, index, shape, batch)
    found = constant_indices(n, index, np.array(shape[batch:count]))
    places = np.indices(found.shape[:-1])[:batch]
    return np.asarray(np.ravel_multi_index((*places, *np.moveaxis(found, -1, 0)), tuple(shape[:count]))), count


def row_addresses(c: Composer, n: Node, index: int, shape: list[int], batch: int) -> tuple[ir.Value, int]:
    """Return `row_numbers` of indices that are computed."""
    count = numbering(n, index, shape, batch)
    *outer, width = n.shape(index)
    parts = [c.reshape(c.take(n.value(index), len(outer), part, 1), outer) for part in range(width)]
    places = [*np.indices(outer)[:batch], *[np.zeros(outer, np.int64)] * width]
    base = np.asarray(np.ravel_multi_index(tuple(places), tuple(shape[:count])))
    return address_of(c, parts, list(range(batch, count)), base, shape[:count]), count
