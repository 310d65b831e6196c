"""Writes `top` operations back as ONNX nodes; each operator's function stands beside its import."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module

import numpy as np
import onnx
from onnx import TensorProto, helper

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.tensors import Array, DType, numpy_type, onnx_type

_raw_data: Callable[[ir.Attribute], memoryview] = vars(import_module("tpu_mlir._mlir._mlir_libs._tpuMlir"))["raw_data"]

OPSET = 21  # of the models written here

Attribute = int | float | str | Sequence[int] | Sequence[float]


@dataclass
class Graph:
    """The ONNX graph while it is written: nodes, initializers and the name of every IR value."""

    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])
    initializers: list[TensorProto] = field(default_factory=list[TensorProto])
    names: dict[ir.Value, str] = field(default_factory=dict[ir.Value, str])
    taken: set[str] = field(default_factory=set[str])

    def fresh(self, hint: str) -> str:
        """Return a name that no other value has: the hint, or the hint and a number."""
        name, number = hint or "value", 0
        while name in self.taken:
            number += 1
            name = f"{hint or 'value'}.{number}"
        self.taken.add(name)
        return name

    def constant(self, array: Array, hint: str) -> str:
        """Add an initializer and return its name."""
        name = self.fresh(hint)
        self.initializer(array, name)
        return name

    def initializer(self, array: Array, name: str) -> None:
        """Add an initializer under a name that is already taken for it."""
        data = np.ascontiguousarray(array).tobytes()
        kind = onnx_type(array.dtype)
        self.initializers.append(TensorProto(name=name, data_type=kind, dims=array.shape, raw_data=data))

    def node(self, op: str, inputs: Sequence[str], outputs: Sequence[str], attributes: Mapping[str, Attribute]) -> None:
        """Add a node of the standard operator set; an empty input name leaves an optional input out."""
        inputs = list(inputs)
        while inputs and not inputs[-1]:
            inputs.pop()
        values = [helper.make_attribute(name, value) for name, value in attributes.items()]
        self.nodes.append(onnx.NodeProto(op_type=op, name=outputs[0], input=inputs, output=outputs, attribute=values))


@dataclass(frozen=True, eq=False)
class Quantized:
    """Scale and zero point of a quantized element type as ONNX has them: scalars, or one for each index of `axis`."""

    scale: Array
    zero_point: Array
    axis: int

    @classmethod
    def of(cls, element: ir.Type) -> "Quantized | None":
        """Return what a type says, nothing for one that is not quantized."""
        text = re.fullmatch(r"!quant\.uniform<[iu]8:f32(?::(\d+))?, \{?([^{}>]*)\}?>", str(element))
        if text is None:
            return None
        pairs = [entry.partition(":") for entry in text[2].split(",")]
        scale = np.array([_parse_float(factor) for factor, _, _ in pairs], np.float32)
        zero_point = np.array([int(point or 0) for _, _, point in pairs], numpy_type(element))
        shape = [len(pairs)] if text[1] else []
        return cls(scale.reshape(shape), zero_point.reshape(shape), int(text[1] or 0))


def _parse_float(text: str) -> float:
    """Return the number that MLIR has printed: in hexadecimal, the bits of an f64, where few digits are not exact."""
    return float(np.array(int(text, 16), np.uint64).view(np.float64)) if text.startswith("0x") else float(text)


class Exported:
    """An operation as export functions see it: operand and result names, attributes as Python values."""

    def __init__(self, op: ir.Operation, graph: Graph) -> None:
        self.graph = graph
        self._op = op
        self.inputs = [graph.names[value] for value in op.operands]
        self.outputs = [graph.names[value] for value in op.results]

    def shape(self, index: int = 0) -> list[int]:
        """Return the shape of an operand."""
        return list(ir.RankedTensorType(self._op.operands[index].type).shape)

    def result_shape(self, index: int = 0) -> list[int]:
        """Return the shape of a result."""
        return list(ir.RankedTensorType(self._op.results[index].type).shape)

    def dtype(self, index: int = 0) -> DType:
        """Return the element type of an operand, f32 where integers stand for reals."""
        return _real_type(ir.RankedTensorType(self._op.operands[index].type).element_type)

    def result_dtype(self, index: int = 0) -> DType:
        """Return the element type of a result, f32 where integers stand for reals."""
        return _real_type(ir.RankedTensorType(self._op.results[index].type).element_type)

    def quantized(self, index: int = 0) -> Quantized | None:
        """Return the scale of an operand's element type if it is quantized."""
        return Quantized.of(ir.RankedTensorType(self._op.operands[index].type).element_type)

    def result_quantized(self, index: int = 0) -> Quantized | None:
        """Return the scale of a result's element type if it is quantized."""
        return Quantized.of(ir.RankedTensorType(self._op.results[index].type).element_type)

    def scales(self, kind: Quantized, hint: str) -> list[str]:
        """Add scale and zero point as initializers and return their names."""
        return [self.graph.constant(kind.scale, f"{hint}/scale"), self.graph.constant(kind.zero_point, f"{hint}/zero")]

    def real(self, name: str, kind: Quantized | None) -> str:
        """Add what makes reals of a quantized value and return their name, that of any other value itself."""
        if kind is None:
            return name
        real = self.temporary(f"{name}/real")
        self.graph.node("DequantizeLinear", [name, *self.scales(kind, name)], [real], {"axis": kind.axis})
        return real

    def has(self, name: str) -> bool:
        """Tell whether the optional attribute is there."""
        return name in self._op.attributes

    def flag_attr(self, name: str) -> bool:
        """Return a unit or boolean attribute."""
        if name not in self._op.attributes:
            return False
        found = self._op.attributes[name]
        return not ir.BoolAttr.isinstance(found) or ir.BoolAttr(found).value

    def int_attr(self, name: str) -> int:
        """Return an integer attribute."""
        return ir.IntegerAttr(self._op.attributes[name]).value

    def float_attr(self, name: str) -> float:
        """Return a floating point attribute."""
        return ir.FloatAttr(self._op.attributes[name]).value

    def ints_attr(self, name: str) -> list[int]:
        """Return an attribute that is a list of integers."""
        found = self._op.attributes[name]
        is_long = ir.DenseI64ArrayAttr.isinstance(found)
        return list(ir.DenseI64ArrayAttr(found) if is_long else ir.DenseI32ArrayAttr(found))

    def floats_attr(self, name: str) -> list[float]:
        """Return an attribute that is a list of floating point numbers."""
        return list(ir.DenseF32ArrayAttr(self._op.attributes[name]))

    def enum_attr(self, name: str) -> str:
        """Return the keyword of an enum attribute, `half_pixel` for `#top<coordinates half_pixel>`."""
        return str(self._op.attributes[name]).strip("#>").replace("<", " ").split()[-1]

    def elements_attr(self, name: str) -> Array:
        """Return the values of an elements attribute; the memory is the IR's."""
        return read_elements(self._op.attributes[name])

    def constant(self, values: Sequence[int] | Array | np.float32, suffix: str) -> str:
        """Add an initializer named after the result and the suffix, and return its name; a list becomes i64."""
        array = np.asarray(values, np.int64) if isinstance(values, Sequence) else np.asarray(values)
        return self.graph.constant(array, f"{self.outputs[0]}/{suffix}")

    def temporary(self, suffix: str) -> str:
        """Return a fresh name for a value between two nodes."""
        return self.graph.fresh(f"{self.outputs[0]}/{suffix}")

    def emit(
        self,
        op: str,
        inputs: Sequence[str] | None = None,
        outputs: Sequence[str] | None = None,
        /,
        **attributes: Attribute,
    ) -> None:
        """Add a node; its inputs and outputs are those of the operation where they are not given."""
        self.graph.node(op, self.inputs if inputs is None else inputs, outputs or self.outputs, attributes)

    def emit_with_relu(self, op: str, inputs: Sequence[str], /, **attributes: Attribute) -> None:
        """Add a node and what the operation then does to its result: nothing, Relu, or Clip at its limit."""
        if not self.flag_attr("relu"):
            self.emit(op, inputs, **attributes)
            return
        plain = self.temporary("linear")
        self.emit(op, inputs, [plain], **attributes)
        if not self.has("relu_limit"):
            self.emit("Relu", [plain])
            return
        limit = self.float_attr("relu_limit")
        bounds = [self.constant(np.float32(value), name) for value, name in ((0.0, "min"), (limit, "max"))]
        self.emit("Clip", [plain, *bounds])


def _real_type(element: ir.Type) -> DType:
    return np.dtype(np.float32) if Quantized.of(element) else numpy_type(element)


Exporter = Callable[[Exported], None]

_exporters: dict[str, Exporter] = {}


def exporter(*names: str) -> Callable[[Exporter], Exporter]:
    """Register the decorated function for operations of `top`, named without the dialect."""

    def register(function: Exporter) -> Exporter:
        for name in names:
            if name in _exporters:
                raise ValueError(f"top.{name} already has an exporter")
            _exporters[name] = function
        return function

    return register


def export(op: ir.Operation, graph: Graph) -> None:
    """Write one operation; raises ModelError where no exporter is registered for it.

    An operation on integers that stand for reals is written on the reals, between casts.
    """
    function = _exporters.get(op.name.removeprefix("top."))
    if function is None:
        raise ModelError(f"{op.name} at {op.location} has no form in ONNX")
    exported = Exported(op, graph)
    if op.name in ("top.cast", "top.weight"):  # what quantized types are made by
        function(exported)
        return
    exported.inputs = [exported.real(name, exported.quantized(index)) for index, name in enumerate(exported.inputs)]
    stored = [(name, exported.result_quantized(index)) for index, name in enumerate(exported.outputs)]
    exported.outputs = [graph.fresh(f"{name}/real") if kind else name for name, kind in stored]
    function(exported)
    for real, (name, kind) in zip(exported.outputs, stored, strict=True):
        if kind:
            graph.node("QuantizeLinear", [real, *exported.scales(kind, name)], [name], {"axis": kind.axis})


def exportable() -> frozenset[str]:
    """Return the names, without the dialect, of all operations that can be written."""
    return frozenset(_exporters)


def read_elements(attribute: ir.Attribute) -> Array:
    """Return the values of a dense or dense_resource attribute, without a copy where the IR stores them in full.

    A dense attribute stores one element where all are equal, and booleans as bits.
    """
    kind = ir.RankedTensorType(ir.Attribute(attribute).type)
    dtype, shape = numpy_type(kind.element_type), list(kind.shape)
    if math.prod(shape) == 0:
        return np.zeros(shape, dtype)
    data = np.frombuffer(_raw_data(attribute), np.uint8)
    dense = ir.DenseElementsAttr.isinstance(attribute)
    if dtype == np.bool_ and dense:
        bits = np.unpackbits(data, None, None, "little")
        count = 1 if ir.DenseElementsAttr(attribute).is_splat else math.prod(shape)
        return np.broadcast_to(bits[:count].astype(np.bool_), [math.prod(shape)]).reshape(shape)
    values = data.view(dtype)
    return values.reshape(shape) if values.size == math.prod(shape) else np.broadcast_to(values, shape)
