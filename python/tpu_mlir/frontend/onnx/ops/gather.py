"""Elements chosen by index, and elements put where an index says.

A gather along one axis is an operation of its own. What else is known at import, is one of rows: of a matrix whose rows
are what an index chooses as a whole.
"""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array, numpy_type

_REDUCTIONS = "a reduction with constant indices"
_MOST_COMPARED = 1 << 22  # pairs of a row and an update whose number is computed


@importer("Gather", 1, 11, 13)
def gather(n: Node) -> Imported:
    """Import Gather."""
    return top.GatherOp(n.value(0), n.value(1), n.axis(n.int_attr("axis", 0), n.rank(0)))


@exporter("gather")
def export_gather(e: Exported) -> None:
    """Write Gather."""
    e.emit("Gather", axis=e.int_attr("axis"))


def _indices(n: Node, index: int, limits: int | Array) -> Array:
    """Return constant indices counted from the front, each in [-limit, limit)."""
    found = n.constant(index, "indices").astype(np.int64)
    if ((found < -limits) | (found >= limits)).any():
        raise Unsupported(f"{n.op} expects indices in [-{limits}, {limits}), found one outside of it")
    return np.where(found < 0, found + limits, found)


def _rows(c: Composer, value: ir.Value, count: int) -> ir.Value:
    """Return the first `count` dimensions as one, and the others as one."""
    shape = shape_of(value)
    return c.reshape(value, [math.prod(shape[:count]), math.prod(shape[count:])], "rows")


def _positions_along(indices: Array, shape: list[int], axis: int) -> Array:
    """Return where in a flat tensor of a shape each index along an axis points, as for GatherElements."""
    places: list[Array] = [*np.indices(list(indices.shape))]
    places[axis] = indices
    return np.asarray(np.ravel_multi_index(tuple(places), tuple(shape)))


def _address(c: Composer, n: Node, indices: list[ir.Value], axes: list[int], base: Array, sizes: list[int]) -> ir.Value:
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


@importer("GatherElements", 11, 13)
def gather_elements(n: Node) -> Imported:
    """Import GatherElements; constant indices that are the same along all other dimensions as Gather."""
    axis, shape = n.axis(n.int_attr("axis", 0), n.rank(0)), n.shape(0)
    c, sizes = Composer(n), n.shape(1)
    if len(sizes) != len(shape) or any(a > b for i, (a, b) in enumerate(zip(sizes, shape, strict=True)) if i != axis):
        raise Unsupported(f"GatherElements expects indices within the shape {shape}, found {sizes}")
    flat = c.reshape(n.value(0), [math.prod(shape)])
    if not n.is_constant(1):
        base = _positions_along(np.zeros(sizes, np.int64), shape, axis)
        return top.GatherOp(flat, _address(c, n, [n.value(1)], [axis], base, shape), 0)
    indices = _indices(n, 1, shape[axis])
    line = np.moveaxis(indices, axis, -1).reshape(-1, sizes[axis])
    if line.size and (line == line[0]).all():
        part = n.value(0)
        for other in range(len(shape)):
            part = part if other == axis else c.take(part, other, 0, sizes[other])
        return top.GatherOp(part, n.weight(line[0], "indices"), axis)
    return top.GatherOp(flat, n.weight(_positions_along(indices, shape, axis), "indices"), 0)


@exporter("gather_elements")
def export_gather_elements(e: Exported) -> None:
    """Write GatherElements."""
    e.emit("GatherElements", axis=e.int_attr("axis"))


def _row_numbers(n: Node, index: int, shape: list[int], batch: int) -> tuple[Array, int]:
    """Return which rows the constant tuples in the last dimension of the indices name, and how many dimensions do.

    The first `batch` dimensions of the indices are those of the tensor.
    """
    count = _numbering(n, index, shape, batch)
    found = _indices(n, index, np.array(shape[batch:count]))
    places = np.indices(found.shape[:-1])[:batch]
    return np.asarray(np.ravel_multi_index((*places, *np.moveaxis(found, -1, 0)), tuple(shape[:count]))), count


def _numbering(n: Node, index: int, shape: list[int], batch: int) -> int:
    """Return how many dimensions of a tensor the tuples of an operand, and the batch before them, number."""
    width = n.shape(index)[-1] if n.shape(index) else 0
    if width < 1 or batch + width > len(shape) or n.shape(index)[:batch] != shape[:batch]:
        raise Unsupported(f"{n.op} expects indices for the shape {shape}, found the shape {n.shape(index)}")
    return batch + width


def _row_addresses(c: Composer, n: Node, index: int, shape: list[int], batch: int) -> tuple[ir.Value, int]:
    """Return `_row_numbers` of indices that are computed."""
    count = _numbering(n, index, shape, batch)
    *outer, width = n.shape(index)
    parts = [c.reshape(c.take(n.value(index), len(outer), part, 1), outer) for part in range(width)]
    places = [*np.indices(outer)[:batch], *[np.zeros(outer, np.int64)] * width]
    base = np.asarray(np.ravel_multi_index(tuple(places), tuple(shape[:count])))
    return _address(c, n, parts, list(range(batch, count)), base, shape[:count]), count


@importer("GatherND", 11, 12, 13)
def gather_nd(n: Node) -> Imported:
    """Import GatherND."""
    c, shape, batch = Composer(n), n.shape(0), n.int_attr("batch_dims", 0)
    if n.is_constant(1):
        found, count = _row_numbers(n, 1, shape, batch)
        numbers = n.weight(found, "rows")
    else:
        numbers, count = _row_addresses(c, n, 1, shape, batch)
    chosen = c(top.GatherOp, _rows(c, n.value(0), count), numbers, 0, name="chosen")
    return top.ReshapeOp(chosen, [*n.shape(1)[:-1], *shape[count:]])


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
    count = _numbering(n, 1, shape, 0)
    outer = n.shape(1)[:-1]
    if n.shape(2) != [*outer, *shape[count:]]:
        raise Unsupported(f"ScatterND expects updates of {[*outer, *shape[count:]]}, found {n.shape(2)}")
    rows, updates = _rows(c, n.value(0), count), _rows(c, n.value(2), len(outer))
    if n.is_constant(1):
        found = _combine(c, n, rows, _row_numbers(n, 1, shape, 0)[0].reshape(-1), updates)
    else:
        numbers = c.reshape(_row_addresses(c, n, 1, shape, 0)[0], [math.prod(outer)])
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
    elements, updates = _rows(c, n.value(0), len(shape)), _rows(c, n.value(2), len(shape))
    if n.is_constant(1):
        numbers = _positions_along(_indices(n, 1, shape[axis]), shape, axis).reshape(-1)
        return top.ReshapeOp(_combine(c, n, elements, numbers, updates), shape)
    base = _positions_along(np.zeros(sizes, np.int64), shape, axis)
    places = c.reshape(_address(c, n, [n.value(1)], [axis], base, shape), [math.prod(sizes)])
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
    elements = _rows(c, n.value(0), len(sizes))
    if n.is_constant(1):
        found = _put(c, n, zeros, _indices(n, 1, math.prod(shape)).reshape(-1), elements)
    else:
        found = _put_computed(c, n, zeros, c.reshape(n.value(1), [math.prod(sizes)]), elements)
    more = [size - own for size, own in zip(wanted, shape, strict=True)]  # places are those of the smaller shape
    return c.named(c.pad(c.reshape(found, shape), [0] * len(shape), more))


@importer("ReverseSequence", 10, only="with constant lengths")
def reverse_sequence(n: Node) -> Imported:
    """Import ReverseSequence: the first elements of each sequence backwards, the others as they are."""
    time, batch = n.int_attr("time_axis", 0), n.int_attr("batch_axis", 1)
    if {time, batch} != {0, 1} or n.rank(0) < 2:
        raise Unsupported(f"ReverseSequence expects the axes 0 and 1, found {time} and {batch}")
    shape, lengths = n.shape(0), np.array(n.integers(1, "sequence_lens"))
    if lengths.size != shape[batch] or (lengths < 0).any() or (lengths > shape[time]).any():
        raise Unsupported(f"ReverseSequence expects {shape[batch]} lengths of at most {shape[time]}, found {lengths}")
    places: list[Array] = [*np.indices(tuple(shape[:2]))]
    step, own = places[time], lengths[places[batch]]
    places[time] = np.where(step < own, own - 1 - step, step)
    numbers = np.asarray(np.ravel_multi_index(tuple(places), tuple(shape[:2])))
    c = Composer(n)
    turned = c(top.GatherOp, _rows(c, n.value(0), 2), n.weight(numbers.reshape(-1), "rows"), 0, name="turned")
    return top.ReshapeOp(turned, shape)


@importer("OneHot", 9, 11, only="with a constant depth")
def one_hot(n: Node) -> Imported:
    """Import OneHot: where the index, or that counted from the end, is the number of the place."""
    depth, c = int(n.scalar(1, "depth", 0)), Composer(n)
    if depth < 1 or n.shape(2) != [2]:
        raise Unsupported(f"OneHot expects a positive depth and two values, found {depth} and {n.shape(2)}")
    axis = n.int_attr("axis", -1)
    axis = n.axis(axis, n.rank(0) + 1)
    shape = n.shape(0)
    indices = c.reshape(n.value(0), [*shape[:axis], 1, *shape[axis:]])
    places = np.arange(depth).astype(n.dtype(0)).reshape([-1, *[1] * (len(shape) - axis)])
    hits = [c(top.EqualOp, indices, n.weight(places, "places"), name="hit")]
    if n.dtype(0).kind != "u":
        from_end = n.weight(places - np.array(depth, n.dtype(0)), "places_from_end")
        hits.append(c(top.EqualOp, indices, from_end, name="hit_from_end"))
    hot = hits[0] if len(hits) == 1 else c(top.OrOp, *hits, name="hot")
    off, on = (c.reshape(c.take(n.value(2), 0, index, 1), []) for index in (0, 1))
    return top.WhereOp(hot, on, off)
