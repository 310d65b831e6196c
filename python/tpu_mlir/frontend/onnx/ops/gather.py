"""Elements chosen by index.

A gather along one axis is an operation of its own, what else there is one of rows (`compositions/indexing.py`).
"""

import math

import numpy as np

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.compositions.indexing import (
    address_of,
    constant_indices,
    positions_along,
    row_addresses,
    row_numbers,
    rows_of,
)
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array


@importer("Gather", 1, 11, 13)
def gather(n: Node) -> Imported:
    """Import Gather."""
    return top.GatherOp(n.value(0), n.value(1), n.axis(n.int_attr("axis", 0), n.rank(0)))


@exporter("gather")
def export_gather(e: Exported) -> None:
    """Write Gather."""
    e.emit("Gather", axis=e.int_attr("axis"))


@importer("GatherElements", 11, 13)
def gather_elements(n: Node) -> Imported:
    """Import GatherElements; constant indices that are the same along all other dimensions as Gather."""
    axis, shape = n.axis(n.int_attr("axis", 0), n.rank(0)), n.shape(0)
    c, sizes = Composer(n), n.shape(1)
    if len(sizes) != len(shape) or any(a > b for i, (a, b) in enumerate(zip(sizes, shape, strict=True)) if i != axis):
        raise Unsupported(f"GatherElements expects indices within the shape {shape}, found {sizes}")
    flat = c.reshape(n.value(0), [math.prod(shape)])
    if not n.is_constant(1):
        base = positions_along(np.zeros(sizes, np.int64), shape, axis)
        return top.GatherOp(flat, address_of(c, [n.value(1)], [axis], base, shape), 0)
    indices = constant_indices(n, 1, shape[axis])
    others = math.prod(size for i, size in enumerate(sizes) if i != axis)
    line = np.moveaxis(indices, axis, -1).reshape(others, sizes[axis])
    if line.size and (line == line[0]).all():
        part = n.value(0)
        for other in range(len(shape)):
            part = part if other == axis else c.take(part, other, 0, sizes[other])
        return top.GatherOp(part, n.weight(line[0], "indices"), axis)
    return top.GatherOp(flat, n.weight(positions_along(indices, shape, axis), "indices"), 0)


@exporter("gather_elements")
def export_gather_elements(e: Exported) -> None:
    """Write GatherElements."""
    e.emit("GatherElements", axis=e.int_attr("axis"))


@importer("GatherND", 11, 12, 13)
def gather_nd(n: Node) -> Imported:
    """Import GatherND."""
    c, shape, batch = Composer(n), n.shape(0), n.int_attr("batch_dims", 0)
    if n.is_constant(1):
        found, count = row_numbers(n, 1, shape, batch)
        numbers = n.weight(found, "rows")
    else:
        numbers, count = row_addresses(c, n, 1, shape, batch)
    chosen = c(top.GatherOp, rows_of(c, n.value(0), count), numbers, 0, name="chosen")
    return top.ReshapeOp(chosen, [*n.shape(1)[:-1], *shape[count:]])


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
    turned = c(top.GatherOp, rows_of(c, n.value(0), 2), n.weight(numbers.reshape(-1), "rows"), 0, name="turned")
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
