"""A node of an ONNX graph as importer functions see it: typed attributes, operands as IR values or as constants."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar, cast

import onnx
from onnx import AttributeProto

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.tensors import Array, DType, mlir_type, numpy_type, onnx_numpy_type, to_array
from tpu_mlir.frontend.onnx.values import Constant, Value, Weights, result

T = TypeVar("T")


class Unsupported(Exception):
    """Why a node cannot be imported; the importer collects these and reports all of them with the nodes' names."""


class Node:
    """Operands and attributes of one node; operands are numbered as in the ONNX operator."""

    def __init__(
        self,
        proto: onnx.NodeProto,
        live: Sequence[str],
        operands: Sequence[Value | None],
        weights: Weights,
        opset: int,
        folder: Path | None,
    ) -> None:
        self.op = proto.op_type
        self.opset = opset
        self.outputs: tuple[str, ...] = tuple(proto.output)
        self.live = frozenset(live)  # the results that something uses
        self.operands = tuple(operands)
        self._weights = weights
        self._folder = folder
        self._attributes = {attribute.name: attribute for attribute in proto.attribute}

    def has(self, index: int) -> bool:
        """Tell whether the optional operand is there."""
        return index < len(self.operands) and self.operands[index] is not None

    def operand(self, index: int) -> ir.Value | Constant:
        """Return an operand as it is; raises Unsupported where the node lacks it."""
        found = self.operands[index] if self.has(index) else None
        if not isinstance(found, ir.Value | Constant):
            raise Unsupported(f"{self.op} expects operand {index}, which is missing")
        return found

    def value(self, index: int) -> ir.Value:
        """Return an operand in the IR, a constant as `top.weight`."""
        found = self.operand(index)
        return self._weights.value(found) if isinstance(found, Constant) else found

    def optional(self, index: int) -> ir.Value | None:
        """Return an operand in the IR, or None where it is left out."""
        return self.value(index) if self.has(index) else None

    def values(self) -> list[ir.Value]:
        """Return all operands in the IR, at least one."""
        if not self.operands:
            raise Unsupported(f"{self.op} expects operands, found none")
        return [self.value(index) for index in range(len(self.operands))]

    def weight(self, array: Array, suffix: str) -> ir.Value:
        """Return an array as `top.weight`, named after the node's result and the suffix."""
        return self._weights.value(Constant(array, f"{self.outputs[0]}/{suffix}"))

    def value_as(self, index: int, dtype: DType) -> ir.Value:
        """Return an operand in the IR, converted to another element type if need be."""
        found = self.operand(index)
        if isinstance(found, Constant):
            return (
                self.value(index) if found.array.dtype == dtype else self.weight(found.array.astype(dtype), str(dtype))
            )
        if self.dtype(index) == dtype:
            return found
        return result(top.CastOp(found, ir.TypeAttr.get(mlir_type(dtype)), loc=self.at(str(dtype))))

    def is_constant(self, index: int) -> bool:
        """Tell whether an operand is known at import."""
        return isinstance(self.operand(index), Constant)

    def constant(self, index: int, what: str) -> Array:
        """Return an operand that has to be known at import; `what` names it in the error."""
        found = self.operand(index)
        if not isinstance(found, Constant):
            raise Unsupported(f"{self.op} expects a constant {what}, found one that is computed from the inputs")
        return found.array

    def integers(self, index: int, what: str) -> list[int]:
        """Return a constant operand as a flat list of integers."""
        return [int(item) for item in self.constant(index, what).reshape(-1).tolist()]

    def scalar(self, index: int, what: str, default: float) -> float:
        """Return a constant operand of one element, `default` where it is left out."""
        if not self.has(index):
            return default
        array = self.constant(index, what)
        if array.size != 1:
            raise Unsupported(f"{self.op} expects a scalar {what}, found {array.size} elements")
        return float(array.reshape(-1)[0])

    def shape(self, index: int) -> list[int]:
        """Return the shape of an operand."""
        found = self.operand(index)
        return list(found.array.shape) if isinstance(found, Constant) else list(ir.RankedTensorType(found.type).shape)

    def rank(self, index: int) -> int:
        """Return the number of dimensions of an operand."""
        return len(self.shape(index))

    def dtype(self, index: int) -> DType:
        """Return the element type of an operand: f32 for every floating point type once it is in the IR."""
        found = self.operand(index)
        return (
            found.array.dtype
            if isinstance(found, Constant)
            else numpy_type(ir.RankedTensorType(found.type).element_type)
        )

    def axis(self, value: int, rank: int) -> int:
        """Return an axis counted from the front; raises Unsupported outside [-rank, rank)."""
        if not -rank <= value < max(rank, 1):
            raise Unsupported(f"{self.op} expects an axis in [{-rank}, {rank}), found {value}")
        return value % max(rank, 1)

    def at(self, suffix: str) -> ir.Location:
        """Return the location of an intermediate result of this node."""
        return ir.Location.name(f"{self.outputs[0]}/{suffix}")

    def out(self, index: int) -> ir.Location:
        """Return the location of a result of this node, which may leave it out."""
        name = self.outputs[index] if index < len(self.outputs) else ""
        return ir.Location.name(name) if name else self.at(f"result{index}")

    def given(self, name: str) -> bool:
        """Tell whether the node spells the attribute out."""
        return name in self._attributes

    def int_attr(self, name: str, default: int | None = None) -> int:
        """Return an integer attribute; raises Unsupported where it is missing and has no default."""
        return self._attribute(name, AttributeProto.INT, default)

    def float_attr(self, name: str, default: float | None = None) -> float:
        """Return a floating point attribute."""
        return self._attribute(name, AttributeProto.FLOAT, default)

    def str_attr(self, name: str, default: str | None = None) -> str:
        """Return a string attribute."""
        found: str | bytes = self._attribute(name, AttributeProto.STRING, default)
        return found.decode("utf-8", "replace") if isinstance(found, bytes) else found

    def strs_attr(self, name: str, default: Sequence[str] | None = None) -> list[str]:
        """Return an attribute that is a list of strings."""
        found: Sequence[str | bytes] = self._attribute(name, AttributeProto.STRINGS, default)
        return [item.decode("utf-8", "replace") if isinstance(item, bytes) else item for item in found]

    def ints_attr(self, name: str, default: Sequence[int] | None = None) -> list[int]:
        """Return an attribute that is a list of integers."""
        return list(self._attribute(name, AttributeProto.INTS, default))

    def floats_attr(self, name: str, default: Sequence[float] | None = None) -> list[float]:
        """Return an attribute that is a list of floating point numbers."""
        return list(self._attribute(name, AttributeProto.FLOATS, default))

    def tensor_attr(self, name: str) -> Array:
        """Return an attribute that is a tensor."""
        tensor: onnx.TensorProto = self._attribute(name, AttributeProto.TENSOR, None)
        return to_array(tensor, self._folder)

    def dtype_attr(self, name: str) -> DType:
        """Return an attribute that is an element type."""
        return onnx_numpy_type(self.int_attr(name), f"attribute '{name}'")

    def _attribute(self, name: str, kind: AttributeProto.AttributeType, default: T | None) -> T:
        attribute = self._attributes.get(name)
        if attribute is None:
            if default is None:
                raise Unsupported(f"{self.op} expects the attribute '{name}', which is missing")
            return default
        if attribute.type != kind:
            expected, found = (AttributeProto.AttributeType.Name(item) for item in (kind, attribute.type))
            raise Unsupported(f"{self.op} expects the attribute '{name}' as {expected.lower()}, found {found.lower()}")
        return cast(T, onnx.helper.get_attribute_value(attribute))
