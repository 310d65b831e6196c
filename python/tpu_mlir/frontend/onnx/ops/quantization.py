"""Quantized operators: casts to and from 8-bit types around the operator on reals.

The pass `top-fuse-quantization` then lets the operator compute on the integers, with exactly the model's scales.
"""

from collections.abc import Callable

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.ops.conv import kernel_of
from tpu_mlir.frontend.onnx.quantized import (
    F32,
    Scale,
    dequantize,
    dequantize_elements,
    quantize,
    quantize_elements,
    real,
    stored,
)
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.tensors import Array, DType, mlir_type
from tpu_mlir.frontend.onnx.values import result
from tpu_mlir.frontend.onnx.windows import window


def _blocks(n: Node) -> tuple[Array, Array] | None:
    """Return scales and zero points for each element of the first operand, where the node has them for blocks."""
    size, shape = n.int_attr("block_size", 0), n.shape(0)
    if not size:
        return None
    axis = n.axis(n.int_attr("axis", 1), len(shape))
    scale = n.constant(1, "scale").astype(np.float32)
    zero = n.constant(2, "zero point") if n.has(2) else np.zeros(scale.shape, _default(n) or np.uint8)
    blocks = [-(-shape[axis] // size) if dim == axis else count for dim, count in enumerate(shape)]
    if size < 0 or list(scale.shape) != blocks or zero.shape != scale.shape:
        raise Unsupported(f"{n.op} expects scales of the shape {blocks} for blocks of {size}, found {scale.shape}")
    places = np.arange(shape[axis]) // size
    return scale.take(places, axis), zero.take(places, axis)


def _is_known(n: Node) -> bool:
    """Tell whether the scale and the zero point are constants."""
    return all(n.is_constant(index) for index in (1, 2) if n.has(index))


def _quantize_by_computed(n: Node) -> Imported:
    """Return integers by a scale or zero point that is computed."""
    kind, c = n.dtype(2) if n.has(2) else _default(n) or np.dtype(np.uint8), Composer(n)
    if kind.kind not in "iu" or kind.itemsize > 2 or kind.isbuiltin == 2:
        raise Unsupported(f"{n.op} expects integers of 8 or 16 bits where its scale is computed, found {kind}")
    ratio = c(top.DivOp, n.value_as(0, F32), _spread(n, c, 1), name="in_steps")
    steps = c(top.RoundOp, ratio, name="steps")
    moved = c(top.AddOp, steps, _spread(n, c, 2), name="moved") if n.has(2) else steps
    ends = np.iinfo(kind)
    inside = c(top.ClipOp, moved, float(ends.min), float(ends.max), name="stored")
    return top.CastOp(inside, ir.TypeAttr.get(mlir_type(kind)))


def _spread(n: Node, c: Composer, index: int) -> ir.Value:
    """Return a scale or zero point as reals that broadcast to the first operand: one, or some along an axis."""
    value, shape, sizes = n.value_as(index, F32), n.shape(0), n.shape(index)
    if sizes in ([], [1]):
        return c.reshape(value, [])
    axis, block = n.axis(n.int_attr("axis", 1), len(shape)), n.int_attr("block_size", 0)
    if not block:
        return c.reshape(value, [sizes[0] if dim == axis else 1 for dim in range(len(shape))])
    count = -(-shape[axis] // block)
    if block < 0 or sizes != [count if dim == axis else size for dim, size in enumerate(shape)]:
        raise Unsupported(f"{n.op} expects scales for blocks of {block} of the shape {shape}, found {sizes}")
    apart = c.reshape(value, [*sizes[: axis + 1], 1, *sizes[axis + 1 :]])
    each = c(top.ExpandOp, apart, [*sizes[: axis + 1], block, *sizes[axis + 1 :]], name="each")
    return c.take(c.reshape(each, [*sizes[:axis], count * block, *sizes[axis + 1 :]]), axis, 0, shape[axis])


def _default(n: Node) -> DType | None:
    """Return the type of a zero point that is left out."""
    if n.op == "QuantizeLinear":
        return n.dtype_attr("output_dtype") if n.int_attr("output_dtype", 0) else None
    return n.dtype(0) if n.is_constant(0) else None


@importer("QuantizeLinear", 1, domain=MICROSOFT)
@importer("QuantizeLinear", 10, 13, 19, 21, 23)
def quantize_linear(n: Node) -> Imported:
    """Import QuantizeLinear."""
    if not _is_known(n):
        return _quantize_by_computed(n)
    if (blocks := _blocks(n)) is not None:
        return quantize_elements(n, n.value(0), *blocks)
    scale = Scale.of(n, 1, 2, _default(n))
    axis = n.axis(n.int_attr("axis", 1), n.rank(0)) if scale.scale.size > 1 else 0
    return quantize(n, n.value(0), scale, axis)


@importer("DequantizeLinear", 1, domain=MICROSOFT, constants=True)
@importer("DequantizeLinear", 10, 13, 19, 21, 23, constants=True)
def dequantize_linear(n: Node) -> Imported:
    """Import DequantizeLinear; 8-bit constants keep their integers."""
    if not _is_known(n):
        c = Composer(n)
        reals = c(top.CastOp, stored(n.value(0)), ir.TypeAttr.get(mlir_type(F32)), name="reals")
        moved = c(top.SubOp, reals, _spread(n, c, 2), name="moved") if n.has(2) else reals
        return top.MulOp(moved, _spread(n, c, 1))
    if (blocks := _blocks(n)) is not None:
        return dequantize_elements(n, 0, *blocks)
    scale = Scale.of(n, 1, 2, _default(n))
    axis = n.axis(n.int_attr("axis", 1), n.rank(0)) if scale.scale.size > 1 else 0
    return dequantize(n, 0, scale, axis)


@importer("QLinearConv", 10)
def qlinear_conv(n: Node) -> Imported:
    """Import QLinearConv; the bias counts in products of both scales."""
    w = window(n, kernel_of(n, 3))
    x, filters, y = Scale.of(n, 1, 2), Scale.of(n, 4, 5), Scale.of(n, 6, 7)
    bias = None
    if n.has(8):
        product = np.float64(x.scale[0]) * filters.scale.astype(np.float64)
        bias = n.weight((n.constant(8, "bias") * product).astype(np.float32), "bias")
    reals = top.ConvOp(
        real(n, 0, x),
        real(n, 3, filters),
        w.strides,
        w.pads,
        w.dilations,
        n.int_attr("group", 1),
        bias=bias,
        loc=n.at("real"),
    )
    return quantize(n, result(reals), y)


@importer("QLinearMatMul", 10, 21, only="operands of at least rank 2")
def qlinear_matmul(n: Node) -> Imported:
    """Import QLinearMatMul; a constant right operand may have a scale for each column."""
    lhs, rhs = real(n, 0, Scale.of(n, 1, 2)), real(n, 3, Scale.of(n, 4, 5), n.rank(3) - 1)
    if n.rank(0) < 2 or n.rank(3) < 2:
        raise Unsupported("QLinearMatMul expects operands of at least rank 2")
    return quantize(n, result(top.MatMulOp(lhs, rhs, loc=n.at("real"))), Scale.of(n, 6, 7))


@importer("QGemm", 1, domain=MICROSOFT, only="transA = 0 and alpha = 1")
def qgemm(n: Node) -> Imported:
    """Import alpha * A * B + C, whose C counts in products of the three; without a result scale it stays real."""
    if n.int_attr("transA", 0):
        raise Unsupported("QGemm expects transA = 0, found 1")
    a, b, transpose = Scale.of(n, 1, 2), Scale.of(n, 4, 5), bool(n.int_attr("transB", 0))
    alpha = n.float_attr("alpha", 1.0)
    if alpha != 1.0:
        raise Unsupported(f"QGemm expects alpha = 1, found {alpha:g}")
    lhs, rhs = real(n, 0, a), real(n, 3, b, 0 if transpose else 1)
    bias = None
    if n.has(6):
        product = np.float64(a.scale[0]) * b.scale.astype(np.float64)
        columns = n.shape(3)[0 if transpose else 1]
        values = np.broadcast_to((n.constant(6, "bias").reshape(-1) * product).astype(np.float32), [columns])
        bias = n.weight(values, "bias")
    if not n.has(7):
        return top.MatMulOp(lhs, rhs, bias=bias, transpose_rhs=transpose)
    product = top.MatMulOp(lhs, rhs, bias=bias, transpose_rhs=transpose, loc=n.at("real"))
    return quantize(n, result(product), Scale.of(n, 7, 8))


def _binary(build: Callable[..., ir.OpView]) -> Importer:
    def arithmetic(n: Node) -> Imported:
        reals = build(real(n, 0, Scale.of(n, 1, 2)), real(n, 3, Scale.of(n, 4, 5)), loc=n.at("real"))
        return quantize(n, result(reals), Scale.of(n, 6, 7))

    return arithmetic


importer("QLinearAdd", 1, domain=MICROSOFT)(_binary(top.AddOp))
importer("QLinearMul", 1, domain=MICROSOFT)(_binary(top.MulOp))


@importer("QLinearSigmoid", 1, domain=MICROSOFT)
def qlinear_sigmoid(n: Node) -> Imported:
    """Import QLinearSigmoid."""
    reals = top.SigmoidOp(real(n, 0, Scale.of(n, 1, 2)), loc=n.at("real"))
    return quantize(n, result(reals), Scale.of(n, 3, 4))


@importer("QLinearLeakyRelu", 1, domain=MICROSOFT)
def qlinear_leaky_relu(n: Node) -> Imported:
    """Import QLinearLeakyRelu."""
    reals = top.LeakyReluOp(real(n, 0, Scale.of(n, 1, 2)), n.float_attr("alpha", 0.01), loc=n.at("real"))
    return quantize(n, result(reals), Scale.of(n, 3, 4))


@importer("QLinearGlobalAveragePool", 1, domain=MICROSOFT)
def qlinear_global_average_pool(n: Node) -> Imported:
    """Import QLinearGlobalAveragePool with the channels in dimension 1, or in the last."""
    first = 1 if n.int_attr("channels_last", 0) else 2
    axes = list(range(first, n.rank(0) + first - 2))
    x = real(n, 0, Scale.of(n, 1, 2))
    reals = top.ReduceOp(x, enum("reduce_kind", "mean"), axes, keepdims=True, loc=n.at("real"))
    return quantize(n, result(reals), Scale.of(n, 3, 4))


@importer("QLinearConcat", 1, domain=MICROSOFT)
def qlinear_concat(n: Node) -> Imported:
    """Import QLinearConcat: result scale and zero point, then three operands for each input."""
    count = len(n.operands)
    inputs = [real(n, index, Scale.of(n, index + 1, index + 2)) for index in range(2, count, 3)]
    reals = top.ConcatOp(inputs, n.axis(n.int_attr("axis"), n.rank(2)), loc=n.at("real"))
    return quantize(n, result(reals), Scale.of(n, 0, 1))
