"""Products of integers, and quantization by the extremes of what is quantized.

They are computed on the reals that the integers are: exactly as long as sums stay below 2^24. Where scales follow,
`dynamic_quantization` has made products of reals of them before.
"""

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.ops.conv import Convolution, convolve, kernel_of
from tpu_mlir.frontend.onnx.quantized import F32, Scale, real
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.tensors import DType, mlir_type
from tpu_mlir.frontend.onnx.values import result
from tpu_mlir.frontend.onnx.windows import window

_I32, _U8 = np.dtype(np.int32), np.dtype(np.uint8)


def _cast(value: ir.Value, dtype: DType, place: ir.Location | None = None) -> ir.Value:
    return result(top.CastOp(value, ir.TypeAttr.get(mlir_type(dtype)), loc=place))


def _centred(n: Node, c: Composer, index: int, zero: int, shape: list[int]) -> ir.Value:
    """Return an operand less its zero point, of which several have this shape, as reals."""
    if not n.has(zero):
        return n.value_as(index, F32)
    point = n.value_as(zero, F32)
    point = c.reshape(point, [] if n.shape(zero) in ([], [1]) else shape)
    return c(top.SubOp, n.value_as(index, F32), point, name="centred")


@importer("MatMulInteger", 10)
def matmul_integer(n: Node) -> Imported:
    """Import MatMulInteger; a zero point may be one for each row of the left side, or column of the right."""
    if n.rank(0) < 2 or n.rank(1) < 2:
        raise Unsupported("MatMulInteger expects operands of at least rank 2")
    c = Composer(n)
    lhs, rhs = _centred(n, c, 0, 2, [n.shape(0)[-2], 1]), _centred(n, c, 1, 3, [n.shape(1)[-1]])
    return _cast(c(top.MatMulOp, lhs, rhs, name="sum"), _I32)


@importer("ConvInteger", 10)
def conv_integer(n: Node) -> Imported:
    """Import ConvInteger; the filters of each result may have a zero point of their own."""
    w, c = window(n, kernel_of(n)), Composer(n)
    x, filters = _centred(n, c, 0, 2, []), _centred(n, c, 1, 3, [n.shape(1)[0], *[1] * (n.rank(1) - 1)])
    conv = Convolution(filters, None, w.kernel, w.strides, w.pads, w.dilations, n.int_attr("group", 1))
    with n.at("sum"):
        total = result(convolve(n, conv, x))
    return _cast(total, _I32)


@importer("DynamicQuantizeLinear", 11)
def dynamic_quantize_linear(n: Node) -> Imported:
    """Import DynamicQuantizeLinear: 255 steps from the least element to the largest, 0 being one of them."""
    c, x, axes, zero = Composer(n), n.value(0), list(range(n.rank(0))), 0.0
    least, most = (
        c(top.ReduceOp, x, enum("reduce_kind", kind), axes, keepdims=False, name=kind) for kind in ("min", "max")
    )
    low = c(top.MinOp, least, c.weight(zero, "zero"), name="low")
    high = c(top.MaxOp, most, c.weight(zero, "zero"), name="high")
    extent = c(top.SubOp, high, low, name="extent")
    is_flat = c(top.EqualOp, extent, c.weight(zero, "zero"), name="is_flat")
    step = c(top.DivOp, extent, c.weight(255.0, "steps"), name="step")
    scale = top.WhereOp(is_flat, c.weight(1.0, "one"), step, loc=n.out(1))
    below = c(top.NegOp, c(top.DivOp, low, result(scale), name="steps_below"), name="zero_place")
    point = c(top.ClipOp, c(top.RoundOp, below, name="zero_step"), 0.0, 255.0, name="point")
    steps = c(top.RoundOp, c(top.DivOp, x, result(scale), name="in_steps"), name="whole_steps")
    stored = c(top.ClipOp, c(top.AddOp, steps, point, name="moved"), 0.0, 255.0, name="stored")
    return [_cast(stored, _U8, n.out(0)), result(scale), _cast(point, _U8, n.out(2))]


@importer("DynamicQuantizeMatMul", 1, domain=MICROSOFT, only="constant weights")
def dynamic_quantize_matmul(n: Node) -> Imported:
    """Import a product whose left side is quantized by its own extremes: as one of reals."""
    columns = n.rank(1) - 1
    rhs = real(n, 1, Scale.of(n, 2, 3, n.dtype(1)), columns)
    bias = n.optional(4)
    return top.MatMulOp(n.value(0), rhs, bias=bias)
