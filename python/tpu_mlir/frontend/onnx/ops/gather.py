"""Elements chosen by index, and elements put where an index says.

A gather along one axis is an operation of its own. What else is known at import, is one of rows: of a matrix whose rows
are what an index chooses as a whole.
"""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array

_ONLY_CONSTANT_INDICES = "with constant indices"


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


@importer("GatherElements", 11, 13, only=_ONLY_CONSTANT_INDICES)
def gather_elements(n: Node) -> Imported:
    """Import GatherElements; constant indices that are the same along all other dimensions as Gather."""
    axis, shape = n.axis(n.int_attr("axis", 0), n.rank(0)), n.shape(0)
    if not n.is_constant(1):
        return top.GatherElementsOp(n.value(0), n.value(1), axis)
    indices, c = _indices(n, 1, shape[axis]), Composer(n)
    sizes = list(indices.shape)
    if len(sizes) != len(shape) or any(a > b for i, (a, b) in enumerate(zip(sizes, shape, strict=True)) if i != axis):
        raise Unsupported(f"GatherElements expects indices within the shape {shape}, found {sizes}")
    line = np.moveaxis(indices, axis, -1).reshape(-1, sizes[axis])
    if line.size and (line == line[0]).all():
        part = n.value(0)
        for other in range(len(shape)):
            part = part if other == axis else c.take(part, other, 0, sizes[other])
        return top.GatherOp(part, n.weight(line[0], "indices"), axis)
    flat = c.reshape(n.value(0), [math.prod(shape)])
    return top.GatherOp(flat, n.weight(_positions_along(indices, shape, axis), "indices"), 0)


@exporter("gather_elements")
def export_gather_elements(e: Exported) -> None:
    """Write GatherElements."""
    e.emit("GatherElements", axis=e.int_attr("axis"))


def _row_numbers(n: Node, index: int, shape: list[int], batch: int) -> tuple[Array, int]:
    """Return which rows the tuples in the last dimension of the indices name, and how many dimensions number rows.

    The first `batch` dimensions of the indices are those of the tensor.
    """
    width = n.shape(index)[-1] if n.shape(index) else 0
    count = batch + width
    if width < 1 or count > len(shape) or n.shape(index)[:batch] != shape[:batch]:
        raise Unsupported(f"{n.op} expects indices for the shape {shape}, found the shape {n.shape(index)}")
    found = _indices(n, index, np.array(shape[batch:count]))
    places = np.indices(found.shape[:-1])[:batch]
    return np.asarray(np.ravel_multi_index((*places, *np.moveaxis(found, -1, 0)), tuple(shape[:count]))), count


@importer("GatherND", 11, 12, 13, only=_ONLY_CONSTANT_INDICES)
def gather_nd(n: Node) -> Imported:
    """Import GatherND."""
    numbers, count = _row_numbers(n, 1, n.shape(0), n.int_attr("batch_dims", 0))
    c = Composer(n)
    chosen = c(top.GatherOp, _rows(c, n.value(0), count), n.weight(numbers, "rows"), 0, name="chosen")
    return top.ReshapeOp(chosen, [*numbers.shape, *n.shape(0)[count:]])


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


@importer("ScatterND", 11, 13, 16, 18, only=_ONLY_CONSTANT_INDICES)
def scatter_nd(n: Node) -> Imported:
    """Import ScatterND."""
    shape = n.shape(0)
    numbers, count = _row_numbers(n, 1, shape, 0)
    if n.shape(2) != [*numbers.shape, *shape[count:]]:
        raise Unsupported(f"ScatterND expects updates of {[*numbers.shape, *shape[count:]]}, found {n.shape(2)}")
    c = Composer(n)
    updates = _rows(c, n.value(2), numbers.ndim)
    return top.ReshapeOp(_combine(c, n, _rows(c, n.value(0), count), numbers.reshape(-1), updates), shape)


@importer("Scatter", 9, only=_ONLY_CONSTANT_INDICES)
@importer("ScatterElements", 11, 13, 16, 18, only=_ONLY_CONSTANT_INDICES)
def scatter_elements(n: Node) -> Imported:
    """Import ScatterElements, and Scatter, its first name."""
    shape = n.shape(0)
    axis = n.axis(n.int_attr("axis", 0), len(shape))
    indices = _indices(n, 1, shape[axis])
    if list(indices.shape) != n.shape(2) or any(a > b for a, b in zip(indices.shape, shape, strict=True)):
        raise Unsupported(f"{n.op} expects indices and updates of one shape within {shape}, found {n.shape(2)}")
    c, numbers = Composer(n), _positions_along(indices, shape, axis).reshape(-1)
    elements = _rows(c, n.value(0), len(shape))
    updates = _rows(c, n.value(2), len(shape))
    return top.ReshapeOp(_combine(c, n, elements, numbers, updates), shape)


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
