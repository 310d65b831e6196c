"""What a tensor of an ONNX graph is while it is imported: an IR value, a constant, or nothing after an error."""

import re
import warnings
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import helper

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.frontend.onnx.tensors import Array, is_float, mlir_type, numpy_type, onnx_type, untyped


@dataclass(frozen=True, eq=False)
class Constant:
    """A tensor known at import, in the element type of the model; it enters the IR only if an operator needs it."""

    array: Array
    name: str


@dataclass(frozen=True, eq=False)
class Missing:
    """The result of a node that could not be imported, and that has no static shape; `kind` is what ONNX says of it."""

    kind: onnx.TypeProto = field(default_factory=onnx.TypeProto)


Value = ir.Value | Constant | Missing


def type_of(item: Value | None) -> onnx.TypeProto:
    """Return element type and shape for ONNX, floats as f32, which they are in the IR; empty for what is not there."""
    if isinstance(item, Missing):
        return item.kind
    if isinstance(item, ir.Value):
        kind = ir.RankedTensorType(item.type)
        return helper.make_tensor_type_proto(onnx_type(numpy_type(kind.element_type)), kind.shape)
    if isinstance(item, Constant):
        dtype = np.dtype(np.float32) if is_float(item.array.dtype) else item.array.dtype
        return helper.make_tensor_type_proto(onnx_type(dtype), item.array.shape)
    return onnx.TypeProto()


class Weights:
    """Constants that have entered the IR, each once, as `top.weight` at the current insertion point."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Constant, ir.Value]] = {}  # by id; the constant is kept so that its id stays taken

    def value(self, constant: Constant) -> ir.Value:
        """Return the IR value of a constant; floating point numbers become f32."""
        known = self._known.get(id(constant))
        if known is None:
            with ir.Location.name(constant.name):
                known = (constant, result(top.WeightOp(elements(constant.array, constant.name))))
            self._known[id(constant)] = known
        return known[1]


def result(op: ir.OpView) -> ir.Value:
    """Return the only result of an operation."""
    return op.operation.results[0]


def elements(array: Array, name: str) -> ir.Attribute:
    """Return an array as a `dense_resource` attribute that shares its memory where no conversion is needed.

    Floating point numbers become f32. Booleans and empty arrays, which resources cannot hold, become `dense`. Warns
    about NaN and infinity.
    """
    if is_float(array.dtype):
        array = np.asarray(array, np.float32)
        _warn_if_not_finite(array, name)
    shape, element = list(array.shape), mlir_type(array.dtype)
    data = np.ascontiguousarray(array).reshape(-1)  # the bindings take a scalar's buffer for garbage
    if array.dtype == np.bool_:
        return untyped.DenseElementsAttr.get(np.packbits(data, None, "little"), type=element, shape=shape)
    kind = ir.RankedTensorType.get(shape, element)
    if data.size == 0:
        return ir.Attribute.parse(f"dense<> : {kind}")
    return untyped.DenseResourceElementsAttr.get_from_buffer(data, _resource_key(name), kind)


def _resource_key(name: str) -> str:
    """Return the name as MLIR 19 can read it back: it prints keys without quotes, so they must be identifiers."""
    return re.sub(r"[^A-Za-z0-9_$.]", "_", name if name[:1].isalpha() else f"_{name}")


def _warn_if_not_finite(array: Array, name: str) -> None:
    if array.size == 0 or (np.isfinite(array.min()) and np.isfinite(array.max())):
        return
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    found = " and ".join(f"{count} {what}" for count, what in ((nans, "NaN"), (infinities, "infinite")) if count)
    warnings.warn(f"weight '{name}' holds {found} values out of {array.size}", TpuMlirWarning, stacklevel=2)
