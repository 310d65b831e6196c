"""8-bit quantized types and constants: what ONNX says with a scale and a zero point."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.exporting import Quantized
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.tensors import Array, DType, mlir_type, numpy_type
from tpu_mlir.frontend.onnx.values import Constant, Value, elements, result

_STORAGE: dict[DType, str] = {np.dtype(np.int8): "i8", np.dtype(np.uint8): "u8"}
F32 = np.dtype(np.float32)


# What reads quantized values as they are: operators that only move elements, and those that know of scales.
_MOVES = frozenset(
    {"Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "Identity", "MaxPool", "Reshape", "Slice"}
    | {"SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze"}
)
_KNOW_SCALES = ("QLinear", "QGemm", "DequantizeLinear")


def without_scales(op: str, operands: Sequence[Value | None]) -> list[Value | None]:
    """Return a node's operands, quantized ones as plain integers where the operator means those."""
    found = [item for item in operands if isinstance(item, ir.Value)]
    kinds = {str(ir.RankedTensorType(item.type).element_type) for item in found}
    is_plain = not any(kind.startswith("!quant") for kind in kinds)
    if is_plain or op.startswith(_KNOW_SCALES) or (op in _MOVES and len(kinds) == 1):
        return list(operands)
    return [stored(item) if isinstance(item, ir.Value) else item for item in operands]


def stored(value: ir.Value) -> ir.Value:
    """Return the integers of a quantized value as such, any other value itself."""
    element = ir.RankedTensorType(value.type).element_type
    kind = Quantized.of(element)
    if kind is None:
        return value
    f32 = ir.TypeAttr.get(mlir_type(F32))
    scale, zero = (
        result(top.WeightOp(elements(np.asarray(array, np.float32), "quantized")))
        for array in (kind.scale, kind.zero_point)
    )
    steps = result(top.RoundOp(result(top.DivOp(result(top.CastOp(value, f32)), scale))))
    return result(top.CastOp(result(top.AddOp(steps, zero)), ir.TypeAttr.get(mlir_type(numpy_type(element)))))


@dataclass(frozen=True, eq=False)
class Scale:
    """Stored integers q stand for (q - zero_point) * scale; both have one element, or one for each index of an axis."""

    scale: Array
    zero_point: Array

    @classmethod
    def of(cls, n: Node, scale: int, zero_point: int, default: DType | None = None) -> "Scale":
        """Read the operands at these positions; without a zero point it is 0 of type `default`, u8 if that is None."""
        factor = n.constant(scale, "scale").astype(np.float32).reshape(-1)
        zero = (
            n.constant(zero_point, "zero point").reshape(-1)
            if n.has(zero_point)
            else np.zeros(factor.size, default or np.dtype(np.uint8))
        )
        if zero.size not in (1, factor.size) or factor.size == 0:
            raise Unsupported(f"{n.op} expects as many zero points as scales ({factor.size}), found {zero.size}")
        if not (np.isfinite(factor) & (factor > 0)).all():
            raise Unsupported(f"{n.op} expects positive scales, found {factor.min():g}")
        return cls(factor, np.broadcast_to(zero, factor.shape))

    def along(self, axis: int, rank: int) -> tuple[Array, Array]:
        """Return scales and zero points in a shape that broadcasts to a tensor of this rank."""
        shape = [-1 if dim == axis else 1 for dim in range(rank)] if self.scale.size > 1 else []
        return self.scale.reshape(shape), self.zero_point.reshape(shape)

    def element(self, n: Node) -> ir.Type:
        """Return the type of an activation; raises Unsupported for more than one scale or other than 8 bits."""
        if self.scale.size != 1:
            raise Unsupported(f"{n.op} expects one scale for a tensor that is computed, found {self.scale.size}")
        storage = _STORAGE.get(self.zero_point.dtype)
        if storage is None:
            raise Unsupported(f"{n.op} expects integers of 8 bits, found {self.zero_point.dtype}")
        point = int(self.zero_point[0])
        return ir.Type.parse(f"!quant.uniform<{storage}:f32, {_number(self.scale[0])}{f':{point}' if point else ''}>")


def quantize(n: Node, value: ir.Value, scale: Scale, axis: int = 0) -> ir.OpView:
    """Return the node's result: a real value stored as integers."""
    if scale.scale.size == 1 and scale.zero_point.dtype in _STORAGE:
        return top.CastOp(value, ir.TypeAttr.get(scale.element(n)))
    rank = len(ir.RankedTensorType(value.type).shape)
    return quantize_elements(n, value, *scale.along(axis, rank))


def quantize_elements(n: Node, value: ir.Value, scale: Array, zero_point: Array) -> ir.OpView:
    """Return real values as integers of the zero point's type, by scales that broadcast to them."""
    kind = zero_point.dtype
    if kind.kind not in "iu" or kind.itemsize > 2 or kind.isbuiltin == 2:
        raise Unsupported(f"{n.op} expects integers of 8 or 16 bits for a tensor that is computed, found {kind}")
    info = np.iinfo(kind)
    ratio = result(top.DivOp(value, n.weight(scale, "scale"), loc=n.at("in_steps")))
    steps = result(top.RoundOp(ratio, loc=n.at("steps")))
    if zero_point.any():
        steps = result(top.AddOp(steps, n.weight(zero_point.astype(np.float32), "zero"), loc=n.at("moved")))
    inside = result(top.ClipOp(steps, float(info.min), float(info.max), loc=n.at("stored")))
    return top.CastOp(inside, ir.TypeAttr.get(mlir_type(kind)))


def _steps(value: ir.Value) -> ir.Value | None:
    """Return the reals that integers have just been made of, all of them whole and within range."""
    if not ir.OpResult.isinstance(value):
        return None
    owner: Any = ir.OpResult(value).owner  # its stub names a base class
    op: ir.Operation = owner.operation
    if op.name != "top.cast" or not ir.OpResult.isinstance(op.operands[0]):
        return None
    before: Any = ir.OpResult(op.operands[0]).owner
    return op.operands[0] if before.operation.name == "top.clip" else None


def dequantize(n: Node, index: int, scale: Scale, axis: int = 0, *, suffix: str = "") -> ir.Value | Constant:
    """Return the reals that an operand stands for; the place of those of a computed operand is named with `suffix`.

    An 8-bit constant whose integers less the zero point fit into i8 keeps them, others become floats, and so do
    integers that the network is given. Raises Unsupported for computed ones that have another scale.
    """
    if n.is_constant(index):
        return _constant(n, index, scale, axis)
    value, to, place = n.value(index), ir.TypeAttr.get(mlir_type(F32)), n.at(suffix) if suffix else None
    found = ir.RankedTensorType(value.type).element_type
    if not str(found).startswith("!quant"):
        return dequantize_elements(n, index, *scale.along(axis, n.rank(index)), place)
    if found != scale.element(n):
        raise Unsupported(f"{n.op} expects operand {index} as {scale.element(n)}, found {found}")
    return result(top.CastOp(value, to, loc=place))


def dequantize_elements(
    n: Node, index: int, scale: Array, zero_point: Array, place: ir.Location | None = None
) -> ir.Value | Constant:
    """Return the reals that plain integers stand for, by scales and zero points that broadcast to them."""
    if n.is_constant(index):
        stored = n.constant(index, "operand").astype(np.float64) - zero_point.astype(np.float64)
        return Constant((stored * scale.astype(np.float64)).astype(np.float32), n.outputs[0])
    value = n.value(index)
    reals = _steps(value) or result(top.CastOp(value, ir.TypeAttr.get(mlir_type(F32)), loc=n.at(f"f32{index}")))
    zero = n.weight(zero_point.astype(np.float32), f"zero{index}")
    moved = result(top.SubOp(reals, zero, loc=n.at(f"moved{index}")))
    return result(top.MulOp(moved, n.weight(scale, f"scale{index}"), loc=place))


def real(n: Node, index: int, scale: Scale, axis: int = 0) -> ir.Value:
    """Return `dequantize` of an operand in the IR."""
    found = dequantize(n, index, scale, axis, suffix=f"operand{index}")
    return n.weight(found.array, f"operand{index}") if isinstance(found, Constant) else found


def _constant(n: Node, index: int, scale: Scale, axis: int) -> ir.Value | Constant:
    array = n.constant(index, "operand")
    if scale.scale.size not in (1, *array.shape[axis : axis + 1]):
        raise Unsupported(f"{n.op} expects {array.shape[axis]} scales for axis {axis}, found {scale.scale.size}")
    factors, zero_point = scale.along(axis, array.ndim)
    stored = array.astype(np.float64) - zero_point.astype(np.float64)
    is_integer = array.dtype.name.removeprefix("u").startswith("int")  # not the floats of 8 bits
    if not is_integer or array.dtype.itemsize > 1 or stored.min() < -128 or stored.max() > 127:
        return dequantize_elements(n, index, factors, zero_point)
    scales = [_number(factor) for factor in scale.scale]
    text = f"i8:f32:{axis}, {{{', '.join(scales)}}}" if len(scales) > 1 else f"i8:f32, {scales[0]}"
    kind = ir.TypeAttr.get(ir.Type.parse(f"!quant.uniform<{text}>"))
    name = f"{n.outputs[0]}/stored{index}"
    weight = top.WeightOp(elements(stored.astype(np.int8), name), quantized=kind, loc=ir.Location.name(name))
    to = ir.TypeAttr.get(mlir_type(F32))
    return result(top.CastOp(result(weight), to, loc=n.at(f"operand{index}")))


def _number(value: float) -> str:
    """Return a number as MLIR reads it, every digit kept."""
    return f"{float(value):.17e}"
