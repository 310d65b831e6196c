"""What of a graph the chip can compute: an import that goes on behind nodes that fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import helper

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.checking import element_types
from tpu_mlir.frontend.onnx.importer import GraphImporter
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.schemas.nodes import owner_of
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import Constant, Value, type_of
from tpu_mlir.partition.graphs import key, producers
from tpu_mlir.quantization.operations import operations

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
    """Return what the chip can compute of a model; the nodes of `refused` it cannot, for those reasons.

    Raises ModelError for a tensor that is too large.
    """
    types = element_types(model, opsets)
    types |= {
        value.name: value.type.tensor_type.elem_type
        for value in (*model.graph.input, *model.graph.output)
        if value.type.tensor_type.elem_type
    }
    nodes = model.graph.node
    given = {place: refused[key(node)] for place, node in enumerate(nodes) if key(node) in refused}
    with ir.Context(), ir.Location.name(model.graph.name or "model"):
        importer = GraphImporter(opsets, folder, frozen=True, given=given)
        module = importer.build(model.graph, inputs)
        makers = producers(nodes)
        macs: dict[str, int] = {}
        for op in operations(module):
            maker = owner_of(op.name, makers) or ""
            macs[maker] = macs.get(maker, 0) + op.macs
        tensors = {name: _tensor(value, types.get(name, 0)) for name, value in importer.scope.items()}
    for name, tensor in tensors.items():
        check_elements([size for size in tensor.shape or () if size != -1], f"'{name}'")
    constants = {name: value.array for name, value in importer.scope.items() if isinstance(value, Constant)}
    reasons = {key(nodes[each.index]): each.reason for each in reversed(importer.refused)}
    return Survey(reasons, constants, tensors, macs)


def _tensor(value: Value, element_type: int) -> Tensor:
    """Return a tensor of this type or, if that is 0, of what the importer knows."""
    kind = type_of(value).tensor_type
    shape = tuple(dim.dim_value if dim.HasField("dim_value") else -1 for dim in kind.shape.dim)
    return Tensor(element_type or kind.elem_type, shape if kind.HasField("shape") else None)


def value_info(name: str, tensor: Tensor) -> onnx.ValueInfoProto:
    """Return what a graph declares of a tensor."""
    if not tensor.element_type:
        return onnx.ValueInfoProto(name=name)
    shape = None if tensor.shape is None else [None if size < 0 else size for size in tensor.shape]
    return helper.make_tensor_value_info(name, tensor.element_type, shape)
