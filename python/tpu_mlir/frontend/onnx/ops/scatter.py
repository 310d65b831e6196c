"""Elements put where an index says: a gather of the rows that there are, and of the updates behind them."""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.compositions.indexing import (
    address_of,
    constant_indices,
    numbering,
    positions_along,
    row_addresses,
    row_numbers,
    rows_of,
)
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array, numpy_type

_REDUCTIONS = "a reduction with constant indices"
_I64 = np.dtype(np.int64)
_MOST_COMPARED = 1 << 22  # pairs of a row and an update whose number is computed


def _put(c: Composer, n: Node, rows: ir.Value, numbers: Array, updates: ir.Value) -> ir.Value:
    """Return rows of which those with these numbers are the updates; of equal numbers the last counts."""
    source = np.arange(shape_of(rows)[0])
    source[numbers] = len(source) + np.arange(numbers.size)
    return c(top.GatherOp, c.concat([rows, updates], 0), n.weight(source, "source"), 0, name="put")


def _combine(c: Composer, n: Node, rows: ir.Value, numbers: Array, updates: ir.Value) -> ir.Value:
    """Return rows with the updates put or, with a reduction, each combined with its row; one after the other."""
    kinds = {"add": top.AddOp, "mul": top.MulOp, "max": top.MaxOp, "min": top.MinOp}
    reduction = n.str_attr("reduction", "none")
    if reduction == "none":
        return _put(c, n, rows, numbers, updates)
    if reduction not in kinds:
        raise Unsupported(f"{n.op} expects a reduction of none, {', '.join(kinds)}, found {reduction}")
    rest = np.arange(numbers.size)
    while rest.size:  # equal numbers are combined in rounds
        _, first = np.unique(numbers[rest], return_index=True)
        now = rest[np.sort(first)]
        old, new = (
            c(top.GatherOp, value, n.weight(chosen, "numbers"), 0, name="chosen")
            for value, chosen in ((rows, numbers[now]), (updates, now))
        )
        rows = _put(c, n, rows, numbers[now], c(kinds[reduction], old, new, name="combined"))
        rest = np.setdiff1d(rest, now)
    return rows


def _put_computed(c: Composer, n: Node, rows: ir.Value, numbers: ir.Value, updates: ir.Value) -> ir.Value:
    """Return rows of which those with computed numbers are the updates; of equal numbers the last counts.

    For each row the last update that names it is found by comparing all of them.
    """
    count, size = shape_of(numbers)[0], shape_of(rows)[0]
    if (reduction := n.str_attr("reduction", "none")) != "none":
        raise Unsupported(
            f"{n.op} expects constant indices for the reduction {reduction}, found some that are computed"
        )
    if count * size > _MOST_COMPARED:
        raise Unsupported(
            f"{n.op} expects constant indices for {count} updates of {size} rows, found some that are computed; those "
            f"may be {_MOST_COMPARED} pairs"
        )
    dtype = numpy_type(ir.RankedTensorType(numbers.type).element_type)
    names = c(top.EqualOp, c.weight(np.arange(size, dtype=dtype)[:, None], "own"), numbers, name="names")
    which, none = c.weight(np.arange(count, dtype=np.int32), "which"), c.weight(np.array(-1, np.int32), "none")
    named = c(top.WhereOp, names, which, none, name="named")
    last = c(top.ReduceOp, named, enum("reduce_kind", "max"), [1], keepdims=False, name="last")
    stays = c(top.EqualOp, last, none, name="stays")
    here = c.weight(np.arange(count, count + size, dtype=np.int32), "here")
    source = c(top.WhereOp, stays, here, last, name="source")
    return c(top.GatherOp, c.concat([updates, rows], 0), source, 0, name="put")


@importer("ScatterND", 11, 13, 16, 18, only=_REDUCTIONS)
def scatter_nd(n: Node) -> Imported:
    """Import ScatterND."""
    shape, c = n.shape(0), Composer(n)
    count = numbering(n, 1, shape, 0)
    outer = n.shape(1)[:-1]
    if n.shape(2) != [*outer, *shape[count:]]:
        raise Unsupported(f"ScatterND expects updates of {[*outer, *shape[count:]]}, found {n.shape(2)}")
    rows, updates = rows_of(c, n.value(0), count), rows_of(c, n.value(2), len(outer))
    if n.is_constant(1):
        found = _combine(c, n, rows, row_numbers(n, 1, shape, 0)[0].reshape(-1), updates)
    else:
        numbers = c.reshape(row_addresses(c, n, 1, shape, 0)[0], [math.prod(outer)])
        found = _put_computed(c, n, rows, numbers, updates)
    return top.ReshapeOp(found, shape)


@importer("Scatter", 9, only=_REDUCTIONS)
@importer("ScatterElements", 11, 13, 16, 18, only=_REDUCTIONS)
def scatter_elements(n: Node) -> Imported:
    """Import ScatterElements, and Scatter, its first name."""
    shape, sizes, c = n.shape(0), n.shape(1), Composer(n)
    axis = n.axis(n.int_attr("axis", 0), len(shape))
    if sizes != n.shape(2) or len(sizes) != len(shape) or any(a > b for a, b in zip(sizes, shape, strict=True)):
        raise Unsupported(f"{n.op} expects indices and updates of one shape within {shape}, found {n.shape(2)}")
    elements, updates = rows_of(c, n.value(0), len(shape)), rows_of(c, n.value(2), len(shape))
    if n.is_constant(1):
        numbers = positions_along(constant_indices(n, 1, shape[axis]), shape, axis).reshape(-1)
        return top.ReshapeOp(_combine(c, n, elements, numbers, updates), shape)
    base = positions_along(np.zeros(sizes, np.int64), shape, axis)
    places = c.reshape(address_of(c, [n.value(1)], [axis], base, shape), [math.prod(sizes)])
    return top.ReshapeOp(_put_computed(c, n, elements, places, updates), shape)


@importer("MaxUnpool", 9, 11, only=f"of at most {_MOST_COMPARED} pairs of input and output where places are computed")
def max_unpool(n: Node) -> Imported:
    """Import MaxUnpool: zeros, and each element where the pool has found it."""
    sizes, kernel = n.shape(0), n.ints_attr("kernel_shape")
    rank = len(kernel)
    strides, pads = n.ints_attr("strides", [1] * rank), n.ints_attr("pads", [0] * (2 * rank))
    if n.shape(1) != sizes or {len(sizes) - 2, len(strides), len(pads) // 2} != {rank}:
        raise Unsupported(f"MaxUnpool expects places of the shape {sizes} and attributes for its dimensions")
    shape = [
        (size - 1) * stride + taps - pads[axis] - pads[rank + axis]
        for axis, (size, stride, taps) in enumerate(zip(sizes[2:], strides, kernel, strict=True))
    ]
    shape = [*sizes[:2], *shape]
    wanted = n.integers(2, "output shape") if n.has(2) else shape
    check_elements(wanted, "the result of MaxUnpool")
    if len(wanted) != len(shape) or any(a > b for a, b in zip(shape, wanted, strict=True)):
        raise Unsupported(f"MaxUnpool expects an output shape of at least {shape}, found {wanted}")
    c = Composer(n)
    zeros = n.weight(np.zeros([math.prod(shape), 1], np.float32), "zeros")
    elements = rows_of(c, n.value(0), len(sizes))
    if n.is_constant(1):
        found = _put(c, n, zeros, constant_indices(n, 1, math.prod(shape)).reshape(-1), elements)
    else:
        found = _put_computed(c, n, zeros, c.reshape(n.value(1), [math.prod(sizes)]), elements)
    more = [size - own for size, own in zip(wanted, shape, strict=True)]  # places are those of the smaller shape
    return c.named(c.pad(c.reshape(found, shape), [0] * len(shape), more))


@importer("TensorScatter", 24)
def tensor_scatter(n: Node) -> Imported:
    """Import TensorScatter: updates [B, .., k, ..] in a cache [B, .., size, ..] from an index on, one of each batch."""
    shape, sizes, c = n.shape(0), n.shape(1), Composer(n)
    axis, mode = n.axis(n.int_attr("axis", -2), len(shape)), n.str_attr("mode", "linear")
    if axis == 0 or mode not in ("linear", "circular") or sizes != [*shape[:axis], sizes[axis], *shape[axis + 1 :]]:
        raise Unsupported(f"TensorScatter expects updates for a cache {shape} along axis {axis}, found {sizes}")
    batch, size, count = shape[0], shape[axis], sizes[axis]
    first = n.value_as(2, _I64) if n.has(2) else n.weight(np.zeros([batch], np.int64), "first")
    number = c(top.SubOp, n.weight(np.arange(size)[None], "place"), c.reshape(first, [batch, 1]), name="number")
    number = c.reshape(_wrapped(c, number, size) if mode == "circular" else number, [batch, 1, size])
    low = c(top.GreaterOrEqualOp, number, c.weight(np.array(0), "zero"), name="from_first")
    is_new = c(top.AndOp, low, c(top.LessOp, number, c.weight(np.array(count), "count"), name="to_last"), name="is_new")
    lines = np.arange(batch * math.prod(shape[1:axis])).reshape(batch, -1, 1)
    old, begin = lines * size + np.arange(size), lines.size * size + lines * count
    new = c(top.AddOp, number, c.weight(begin, "begin"), name="new")
    source = c.reshape(c(top.WhereOp, is_new, new, c.weight(old, "old"), name="source"), [lines.size * size])
    both = c.concat([rows_of(c, n.value(index), axis + 1) for index in (0, 1)], 0, "both")
    return top.ReshapeOp(c(top.GatherOp, both, source, 0, name="rows"), shape)


def _wrapped(c: Composer, number: ir.Value, size: int) -> ir.Value:
    """Return numbers above -size counted round, from 0 on."""
    later = c(top.AddOp, number, c.weight(np.array(size), "size"), name="later")
    return c(
        top.WhereOp, c(top.LessOp, number, c.weight(np.array(0), "zero"), name="before"), later, number, name="round"
    )
