"""What of a graph the chip can compute: an import that goes on behind nodes that fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.checking import element_types
from tpu_mlir.frontend.onnx.importer import GraphImporter, empty_main
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.subgraphs import Scope
from tpu_mlir.frontend.onnx.tensors import Array, border, is_float, mlir_type, onnx_numpy_type
from tpu_mlir.frontend.onnx.values import Constant, Missing, Value
from tpu_mlir.partition.graphs import key, producers, reads
from tpu_mlir.quantization.operations import operations

_SMALL = 1024  # elements of an operand that may be a shape, which inference has to see

Shape = tuple[int, ...] | None


@dataclass(frozen=True)
class Tensor:
    """A tensor of the graph: ONNX's number of its element type, 0 if that is not known, and its shape.

    Sizes are -1 where the data decide them; the shape is None where they decide its rank, too.
    """

    element_type: int
    shape: Shape


@dataclass(frozen=True)
class Survey:
    """What is known of a graph with the shapes of its inputs chosen; nodes go by `graphs.key`.

    refused: why the chip cannot compute a node. constants: tensors known at import. macs: multiply-accumulates.
    """

    refused: Mapping[str, str]
    constants: Mapping[str, Array]
    tensors: Mapping[str, Tensor]
    macs: Mapping[str, int]


def survey(
    model: onnx.ModelProto,
    folder: Path | None,
    opsets: Mapping[str, int],
    inputs: Sequence[Input],
    refused: Mapping[str, str],
) -> Survey:
    """Return what the chip can compute of a model; the nodes of `refused` it cannot, for those reasons."""
    types = element_types(model, opsets)
    types |= {
        value.name: value.type.tensor_type.elem_type
        for value in (*model.graph.input, *model.graph.output)
        if value.type.tensor_type.elem_type
    }
    while True:
        with ir.Context(), ir.Location.name(model.graph.name or "model"):
            surveyor = _Surveyor(opsets, folder, types, refused)
            found = surveyor.survey(model.graph, inputs)
        if found.refused.keys() == surveyor.met.keys():
            return found
        refused = found.refused  # the dialect refuses more than the importer: what follows may now be other


@dataclass
class _Met:
    """What the walk has found so far."""

    refused: dict[str, str] = field(default_factory=dict[str, str])
    constants: dict[str, Array] = field(default_factory=dict[str, Array])
    shapes: dict[str, Shape] = field(default_factory=dict[str, Shape])


class _Surveyor(GraphImporter):
    """Imports what can be imported; what a refused node makes is taken for an input of the network."""

    def __init__(
        self, opsets: Mapping[str, int], folder: Path | None, types: Mapping[str, int], refused: Mapping[str, str]
    ) -> None:
        super().__init__(opsets, folder, frozen=True)
        self._types = types
        self._given = refused
        self._is_inside = False
        self._found = _Met()
        self._block: ir.Block | None = None

    @property
    def met(self) -> Mapping[str, str]:
        """The nodes that the walk itself has refused."""
        return self._found.refused

    def survey(self, graph: onnx.GraphProto, inputs: Sequence[Input]) -> Survey:
        module, _, block = empty_main(graph, inputs)
        self._block = block
        found = self._found
        with ir.InsertionPoint(block), self._collect_diagnostics():
            scope = self._arguments(block, inputs)
            found.shapes |= {item.name: tuple(item.shape) for item in inputs}
            self._nodes(graph, scope, {value.name for value in graph.output})
            makers = producers(graph.node)
            invalid = {maker_of(names, makers): reason for names, reason in self._invalid(block)}
            macs: dict[str, int] = {}
            for op in operations(module):
                maker = maker_of([op.name], makers)
                macs[maker] = macs.get(maker, 0) + op.macs
        invalid.pop("", None)
        tensors = {name: Tensor(self._types.get(name, 0), shape) for name, shape in found.shapes.items()}
        return Survey({**invalid, **found.refused}, found.constants, tensors, macs)

    def _node(self, proto: onnx.NodeProto, scope: Scope, live: list[str]) -> dict[str, Value]:
        """Import a node, or say why not and let inputs stand for what it makes; nodes of inner graphs as usual."""
        if self._is_inside:
            return super()._node(proto, scope, live)
        self._is_inside = True
        try:
            values, reason = self._attempt(proto, scope, live)
        finally:
            self._is_inside = False
        if reason:
            self._found.refused[key(proto)] = reason
            shapes = _inferred(proto, scope, self._found.shapes, self._types, self._opsets)
            values = {name: self._stand_in(name, shapes.get(name)) for name in live}
            self._found.shapes |= shapes
        for name, value in values.items():
            if isinstance(value, Constant):
                self._found.constants[name] = value.array
            if not isinstance(value, Missing):
                self._found.shapes[name] = _shape(value)
        return values

    def _attempt(self, proto: onnx.NodeProto, scope: Scope, live: list[str]) -> tuple[dict[str, Value], str]:
        """Return what a node makes, and the reason if it cannot be imported."""
        given = self._given.get(key(proto), "")
        dynamic = [name for name in reads(proto) if isinstance(scope.get(name), Missing)]
        if given or dynamic:
            return {}, given or f"{proto.op_type} reads '{dynamic[0]}', whose shape or type no network has"
        known = len(self._failures)
        try:
            values = super()._node(proto, scope, live)
        except (Unsupported, ModelError) as reason:
            return {}, str(reason)
        inner, self._failures[known:] = self._failures[known:], []
        return values, "; ".join(inner)

    def _stand_in(self, name: str, shape: Shape) -> Value:
        """Return an input of the network for what a node makes, nothing where its shape or type is not known."""
        if shape is None or -1 in shape or self._block is None:
            return Missing()
        try:
            dtype = border(onnx_numpy_type(self._types.get(name, 0), f"'{name}'"))
        except ModelError:
            return Missing()
        kind = mlir_type(np.dtype(np.float32) if is_float(dtype) else dtype)
        block: Any = self._block  # its stub lacks the method
        return block.add_argument(ir.RankedTensorType.get(list(shape), kind), ir.Location.name(name))


def maker_of(names: Sequence[str], makers: Mapping[str, str]) -> str:
    """Return the node that a value comes from: its own name, or one that was made of that by a suffix."""
    for name in names:
        while name:
            if name in makers:
                return makers[name]
            name = name.rpartition("/")[0]
    return ""


def _shape(value: ir.Value | Constant) -> tuple[int, ...]:
    return value.array.shape if isinstance(value, Constant) else tuple(ir.RankedTensorType(value.type).shape)


def _inferred(
    proto: onnx.NodeProto,
    scope: Scope,
    shapes: Mapping[str, Shape],
    types: Mapping[str, int],
    opsets: Mapping[str, int],
) -> dict[str, Shape]:
    """Return the shapes of a node's results that follow from those of its operands, and the values of constants."""
    values: list[onnx.ValueInfoProto] = []
    constants: list[TensorProto] = []
    for name in reads(proto):
        value = scope[name]
        if isinstance(value, Constant) and value.array.size <= _SMALL:
            constants.append(numpy_helper.from_array(np.asarray(value.array), name))
            continue
        number = helper.np_dtype_to_tensor_dtype(value.array.dtype) if isinstance(value, Constant) else types.get(name)
        shape = _shape(value) if isinstance(value, Constant) else shapes.get(name)
        values.append(value_info(name, Tensor(number or 0, shape)))
    results = [onnx.ValueInfoProto(name=name) for name in proto.output if name]
    graph = helper.make_graph([proto], "node", values, results, constants)
    imports = [helper.make_opsetid(domain, version) for domain, version in opsets.items()]
    try:
        inferred = shape_inference.infer_shapes(helper.make_model(graph, opset_imports=imports), data_prop=True)
    except shape_inference.InferenceError:  # ONNX Runtime tells what is wrong
        return {}
    return {
        value.name: tuple(
            dim.dim_value if dim.HasField("dim_value") else -1 for dim in value.type.tensor_type.shape.dim
        )
        for value in inferred.graph.output
        if value.type.tensor_type.HasField("shape")
    }


def value_info(name: str, tensor: Tensor) -> onnx.ValueInfoProto:
    """Return what a graph declares of a tensor."""
    if not tensor.element_type:
        return onnx.ValueInfoProto(name=name)
    shape = None if tensor.shape is None else [None if size < 0 else size for size in tensor.shape]
    return helper.make_tensor_value_info(name, tensor.element_type, shape)
