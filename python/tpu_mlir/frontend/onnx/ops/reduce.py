"""Reductions along axes."""

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.tensors import is_float

_KINDS = {
    "ReduceSum": "sum",
    "ReduceMean": "mean",
    "ReduceMax": "max",
    "ReduceMin": "min",
    "ReduceProd": "prod",
    "ReduceL1": "l1",
    "ReduceL2": "l2",
    "ReduceLogSum": "log_sum",
    "ReduceLogSumExp": "log_sum_exp",
    "ReduceSumSquare": "sum_square",
}


def _reduction(kind: str, axes_are_operand: bool) -> Importer:
    def reduce(n: Node) -> Imported:
        rank = n.rank(0)
        operand = n.integers(1, "axes") if axes_are_operand and n.has(1) else []
        given = operand if axes_are_operand else n.ints_attr("axes", [])
        keep = bool(n.int_attr("keepdims", 1))
        if not given and n.int_attr("noop_with_empty_axes", 0):
            return top.ReduceOp(n.value(0), enum("reduce_kind", kind), [], keepdims=keep)
        axes = sorted({n.axis(axis, rank) for axis in given}) if given else list(range(rank))
        return top.ReduceOp(n.value(0), enum("reduce_kind", kind), axes, keepdims=keep)

    return reduce


for _name, _kind in _KINDS.items():
    _first = (1, 11) if _name == "ReduceSum" else (1, 11, 12, 13) if _kind in ("max", "min") else (1, 11, 13)
    _later = (13,) if _name == "ReduceSum" else (18, 20) if _kind in ("max", "min") else (18,)
    importer(_name, *_first)(_reduction(_kind, axes_are_operand=False))
    importer(_name, *_later)(_reduction(_kind, axes_are_operand=True))


@exporter("reduce")
def export_reduce(e: Exported) -> None:
    """Write a reduction."""
    kind = e.enum_attr("kind")
    op = next(name for name, known in _KINDS.items() if known == kind)
    axes = e.constant(e.ints_attr("axes"), "axes")
    e.emit(op, [*e.inputs, axes], keepdims=int(e.flag_attr("keepdims")), noop_with_empty_axes=1)


def _extremum(kind: str) -> Importer:
    def arg(n: Node) -> Imported:
        axis = n.axis(n.int_attr("axis", 0), n.rank(0))
        keep, last = bool(n.int_attr("keepdims", 1)), bool(n.int_attr("select_last_index", 0))
        return top.ArgOp(n.value(0), enum("arg_kind", kind), axis, keepdims=keep, select_last_index=last)

    return arg


importer("ArgMax", 1, 11, 12, 13)(_extremum("max"))
importer("ArgMin", 1, 11, 12, 13)(_extremum("min"))


@exporter("arg")
def export_arg(e: Exported) -> None:
    """Write ArgMax or ArgMin."""
    op = "ArgMax" if e.enum_attr("kind") == "max" else "ArgMin"
    flags = {name: int(e.flag_attr(name)) for name in ("keepdims", "select_last_index")}
    e.emit(op, axis=e.int_attr("axis"), **flags)


@importer("CumSum", 11, 14)
def cumulative_sum(n: Node) -> Imported:
    """Import CumSum along a constant axis."""
    axis = n.axis(int(n.scalar(1, "axis", 0)), n.rank(0))
    exclusive, reverse = bool(n.int_attr("exclusive", 0)), bool(n.int_attr("reverse", 0))
    return top.CumSumOp(n.value(0), axis, exclusive=exclusive, reverse=reverse)


@exporter("cumsum")
def export_cumulative_sum(e: Exported) -> None:
    """Write CumSum."""
    flags = {name: int(e.flag_attr(name)) for name in ("exclusive", "reverse")}
    e.emit("CumSum", [*e.inputs, e.constant([e.int_attr("axis")], "axis")], **flags)


@importer("CumProd", 26)
def cumulative_product(n: Node) -> Imported:
    """Import CumProd along a constant axis: each step multiplies by what stands twice as far before as the last one."""
    axis, c, value = n.axis(int(n.scalar(1, "axis", 0)), n.rank(0)), Composer(n), n.value(0)
    size, dtype = n.shape(0)[axis], n.dtype(0) if not is_float(n.dtype(0)) else np.dtype(np.float32)

    def before(value: ir.Value, distance: int) -> ir.Value:
        """Return what stands `distance` before each element, 1 where nothing does."""
        ones = n.shape(0)
        ones[axis] = distance
        rest = [c.take(value, axis, 0, size - distance)] if distance < size else []
        return c.concat([n.weight(np.ones(ones, dtype), f"ones{distance}"), *rest], axis)

    if n.int_attr("reverse", 0):
        value = c.backwards(value, axis)
    if n.int_attr("exclusive", 0):
        value = before(value, 1)
    distance = 1
    while distance < size:
        value = c(top.MulOp, value, before(value, distance), name="product")
        distance *= 2
    return c.named(c.backwards(value, axis) if n.int_attr("reverse", 0) else value)
