"""Operators of two tensors before opset 7, when the second could be aligned at an axis of the first.

From opset 7 on both are aligned at their ends, as in NumPy.
"""

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.ops.elementwise import Build
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.values import result


def _aligned(build: Build) -> Importer:
    def combine(n: Node) -> Imported:
        if n.shape(0) == n.shape(1) or not n.rank(1):
            return build(n.value(0), n.value(1))
        if not n.int_attr("broadcast", 0):
            raise Unsupported(f"{n.op} expects one shape without broadcast, found {n.shape(0)} and {n.shape(1)}")
        return build(n.value(0), _at_axis(n, n.int_attr("axis", n.rank(0) - n.rank(1))))

    return combine


def _at_axis(n: Node, axis: int) -> ir.Value:
    """Return the second operand with dimensions of 1 behind: its own first is that axis of the first operand."""
    shape = n.shape(1)
    behind = n.rank(0) - n.axis(axis, n.rank(0)) - len(shape)
    if behind < 0:
        raise Unsupported(f"{n.op} expects the shape {shape} from axis {axis} of {n.shape(0)} on")
    return result(top.ReshapeOp(n.value(1), shape + [1] * behind, loc=n.at("aligned"))) if behind else n.value(1)


for _name, _build in {"Add": top.AddOp, "Sub": top.SubOp, "Mul": top.MulOp, "Div": top.DivOp}.items():
    importer(_name, 1, 6)(_aligned(_build))
for _name, _build in {
    "And": top.AndOp,
    "Equal": top.EqualOp,
    "Greater": top.GreaterOp,
    "Less": top.LessOp,
    "Or": top.OrOp,
    "Pow": top.PowOp,
    "Xor": top.XorOp,
}.items():
    importer(_name, 1)(_aligned(_build))


@importer("PRelu", 1, 6)
def prelu(n: Node) -> Imported:
    """Import PRelu with a slope for all channels, or one for each."""
    shared = n.shape(1) in ([], [1]) or n.rank(0) < 2
    return top.PReluOp(n.value(0), n.value(1) if shared else _at_axis(n, 1))
