"""The same elements in another arrangement."""

import math
import warnings

import numpy as np

from tpu_mlir._mlir.dialects import top
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.values import Constant, result


@importer("Identity", 1, 13, 14, 16, 19, 21)
def identity(n: Node) -> Imported:
    """Import Identity: nothing."""
    return n.operand(0)


@importer("Dropout", 1, 6, only="inference, not training")
def dropout_by_attribute(n: Node) -> Imported:
    """Import Dropout that says whether it is in training; those that say nothing, which means yes, are inference."""
    if not n.int_attr("is_test", 0):
        text = f"'{n.outputs[0]}' is a Dropout in training mode; it becomes nothing"
        warnings.warn(text, TpuMlirWarning, stacklevel=2)
    return dropout(n)


@importer("Dropout", 7, 10, 12, 13, only="inference, or a ratio of 0")
def dropout(n: Node) -> Imported:
    """Import Dropout: nothing, and a mask that keeps everything."""
    if n.has(2) and bool(n.scalar(2, "training_mode", 0)) and n.scalar(1, "ratio", 0.5) != 0:
        raise Unsupported("Dropout is in training mode; export the model for inference")
    if len(n.outputs) < 2 or n.outputs[1] not in n.live:
        return n.operand(0)
    return [n.operand(0), Constant(np.ones(n.shape(0), np.bool_), n.outputs[1])]


@importer("Reshape", 5, 13, 14, 19, 21)
def reshape(n: Node) -> Imported:
    """Import Reshape: 0 keeps a dimension (unless allowzero), and one -1 takes what is left."""
    return _reshape(n, n.integers(1, "shape"))


@importer("Reshape", 1)
def reshape_by_attribute(n: Node) -> Imported:
    """Import Reshape whose shape is an attribute."""
    return _reshape(n, n.ints_attr("shape"))


def _reshape(n: Node, new: list[int]) -> Imported:
    old = n.shape(0)
    if not n.int_attr("allowzero", 0):
        if any(size == 0 and axis >= len(old) for axis, size in enumerate(new)):
            raise Unsupported(f"Reshape expects a 0 only for the {len(old)} dimensions of its input, found shape {new}")
        new = [old[axis] if size == 0 else size for axis, size in enumerate(new)]
    if new.count(-1) == 1:
        known = -math.prod(new)
        if known == 0 or math.prod(old) % known:
            raise Unsupported(f"Reshape cannot arrange the shape {old} as {new}")
        new[new.index(-1)] = math.prod(old) // known
    return top.ReshapeOp(n.value(0), new)


def _axes(n: Node) -> list[int] | None:
    """Return the axes of Squeeze and Unsqueeze: an attribute before version 13, then an operand."""
    if n.given("axes"):
        return n.ints_attr("axes")
    return n.integers(1, "axes") if n.has(1) else None


@importer("Squeeze", 1, 11, 13, 21)
def squeeze(n: Node) -> Imported:
    """Import Squeeze: a reshape without the dimensions of 1 at the axes, or all of them."""
    shape = n.shape(0)
    given = _axes(n)
    axes = [axis for axis, size in enumerate(shape) if size == 1] if given is None else given
    axes = [n.axis(axis, len(shape)) for axis in axes]
    if any(shape[axis] != 1 for axis in axes):
        raise Unsupported(f"Squeeze expects dimensions of 1 at the axes {axes}, found shape {shape}")
    return top.ReshapeOp(n.value(0), [size for axis, size in enumerate(shape) if axis not in axes])


@importer("Unsqueeze", 1, 11, 13, 21)
def unsqueeze(n: Node) -> Imported:
    """Import Unsqueeze: a reshape with dimensions of 1 at the axes of the result."""
    shape, given = n.shape(0), _axes(n)
    if given is None:
        raise Unsupported("Unsqueeze expects axes, found none")
    rank = len(shape) + len(given)
    axes = {n.axis(axis, rank) for axis in given}
    if len(axes) != len(given):
        raise Unsupported(f"Unsqueeze expects different axes, found {given}")
    rest = iter(shape)
    return top.ReshapeOp(n.value(0), [1 if axis in axes else next(rest) for axis in range(rank)])


@importer("Flatten", 1, 9, 11, 13, 21)
def flatten(n: Node) -> Imported:
    """Import Flatten: a matrix of the dimensions before and from `axis`, which may be the rank."""
    shape, axis = n.shape(0), n.int_attr("axis", 1)
    axis = axis if axis == len(shape) else n.axis(axis, len(shape))
    return top.ReshapeOp(n.value(0), [math.prod(shape[:axis]), math.prod(shape[axis:])])


@exporter("reshape")
def export_reshape(e: Exported) -> None:
    """Write Reshape."""
    e.emit("Reshape", [*e.inputs, e.constant(e.ints_attr("shape"), "shape")], allowzero=1)


@importer("Transpose", 1, 13, 21)
def transpose(n: Node) -> Imported:
    """Import Transpose, which reverses the dimensions by default."""
    return top.TransposeOp(n.value(0), n.ints_attr("perm", list(reversed(range(n.rank(0))))))


@exporter("transpose")
def export_transpose(e: Exported) -> None:
    """Write Transpose."""
    e.emit("Transpose", perm=e.ints_attr("perm"))


@importer("Expand", 8, 13)
def expand(n: Node) -> Imported:
    """Import Expand, whose broadcast goes both ways: a dimension of 1 in the shape keeps that of the input."""
    shape = n.integers(1, "shape")
    check_elements(shape, "the shape of Expand")
    try:
        target = np.broadcast_shapes(tuple(n.shape(0)), tuple(shape))
    except ValueError:
        raise Unsupported(f"Expand cannot broadcast the shape {n.shape(0)} to {shape}") from None
    return top.ExpandOp(n.value(0), list(target))


@exporter("expand")
def export_expand(e: Exported) -> None:
    """Write Expand."""
    e.emit("Expand", [*e.inputs, e.constant(e.ints_attr("shape"), "shape")])


@importer("Tile", 6, 13)
def tile(n: Node) -> Imported:
    """Import Tile."""
    return top.TileOp(n.value(0), n.integers(1, "repeats"))


@exporter("tile")
def export_tile(e: Exported) -> None:
    """Write Tile."""
    e.emit("Tile", [*e.inputs, e.constant(e.ints_attr("repeats"), "repeats")])


@importer("Tile", 1)
def tile_along_axis(n: Node) -> Imported:
    """Import Tile that repeats along one axis."""
    axis = n.axis(n.integers(2, "axis")[0], n.rank(0))
    return top.TileOp(n.value(0), [n.integers(1, "tiles")[0] if dim == axis else 1 for dim in range(n.rank(0))])


@importer("Concat", 1, 4, 11, 13)
def concat(n: Node) -> Imported:
    """Import Concat; before version 4 the axis had a default."""
    axis = n.int_attr("axis", 1 if n.opset < 4 else None)
    return top.ConcatOp(n.values(), n.axis(axis, n.rank(0)))


@exporter("concat")
def export_concat(e: Exported) -> None:
    """Write Concat."""
    e.emit("Concat", axis=e.int_attr("axis"))


def _split(n: Node, given: list[int] | None) -> Imported:
    axis = n.axis(n.int_attr("axis", 0), n.rank(0))
    size, count = n.shape(0)[axis], n.int_attr("num_outputs", len(n.outputs))
    if given is not None:
        return top.SplitOp(n.value(0), axis, given)
    if n.opset < 18 and size % count:
        raise Unsupported(f"Split expects a dimension that divides into {count} equal parts, found {size}")
    chunk = -(-size // count)
    return top.SplitOp(n.value(0), axis, [*([chunk] * (count - 1)), size - chunk * (count - 1)])


@importer("Split", 2, 11)
def split_by_attribute(n: Node) -> Imported:
    """Import Split whose sizes are an attribute."""
    return _split(n, n.ints_attr("split") if n.given("split") else None)


@importer("Split", 1, 13, 18)
def split(n: Node) -> Imported:
    """Import Split whose sizes are an operand; without them the parts are equal, from 18 on but for the last.

    Version 1 may have them as an attribute.
    """
    return _split(n, n.integers(1, "split")) if n.has(1) else split_by_attribute(n)


@exporter("split")
def export_split(e: Exported) -> None:
    """Write Split."""
    e.emit("Split", [*e.inputs, e.constant(e.ints_attr("sizes"), "sizes")], axis=e.int_attr("axis"))


@importer("DepthToSpace", 1, 11, 13)
def depth_to_space(n: Node) -> Imported:
    """Import DepthToSpace; before version 11 the block stood before the channel."""
    mode = n.str_attr("mode", "DCR")
    if mode not in ("DCR", "CRD"):
        raise Unsupported(f"DepthToSpace expects the mode DCR or CRD, found {mode}")
    return top.DepthToSpaceOp(n.value(0), n.int_attr("blocksize"), enum("depth_to_space_mode", mode.lower()))


@exporter("depth_to_space")
def export_depth_to_space(e: Exported) -> None:
    """Write DepthToSpace."""
    e.emit("DepthToSpace", blocksize=e.int_attr("blocksize"), mode=e.enum_attr("mode").upper())


@importer("SpaceToDepth", 1, 13, 28)
def space_to_depth(n: Node) -> Imported:
    """Import SpaceToDepth; in the mode CRD, of version 28, the channel stands before the block in the result."""
    block, mode = n.int_attr("blocksize"), n.str_attr("mode", "DCR")
    if mode == "DCR":
        return top.SpaceToDepthOp(n.value(0), block)
    batch, channels, rows, columns = n.shape(0)
    if mode != "CRD" or rows % block or columns % block:
        raise Unsupported(f"SpaceToDepth expects the mode DCR or CRD and sizes that {block} divides, found {mode}")
    split = [batch, channels, rows // block, block, columns // block, block]
    blocks = result(top.ReshapeOp(n.value(0), split, loc=n.at("blocks")))
    moved = result(top.TransposeOp(blocks, [0, 1, 3, 5, 2, 4], loc=n.at("moved")))
    return top.ReshapeOp(moved, [batch, channels * block * block, rows // block, columns // block])


@exporter("space_to_depth")
def export_space_to_depth(e: Exported) -> None:
    """Write SpaceToDepth."""
    e.emit("SpaceToDepth", blocksize=e.int_attr("blocksize"))


@importer("Trilu", 14)
def triangle(n: Node) -> Imported:
    """Import Trilu: a choice between the input and zero by a constant mask."""
    if n.rank(0) < 2:
        raise Unsupported(f"Trilu expects at least 2 dimensions, found {n.rank(0)}")
    rows, columns = n.shape(0)[-2:]
    k = max(-rows, min(n.integers(1, "k")[0] if n.has(1) else 0, columns))  # beyond, nothing changes
    ones = np.ones([rows, columns], np.bool_)
    mask = n.weight(np.triu(ones, k) if n.int_attr("upper", 1) else np.tril(ones, k), "mask")
    return top.WhereOp(mask, n.value(0), n.weight(np.zeros([], n.dtype(0)), "zero"))
