"""What ONNX's shape inference says of a node, from what the importer knows of its operands."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import onnx
from onnx import helper, numpy_helper, shape_inference

from tpu_mlir.frontend.onnx.schemas.nodes import graphs_of
from tpu_mlir.frontend.onnx.schemas.versions import NEWEST_RUNTIME, domain_of
from tpu_mlir.frontend.onnx.tensors import Array, DType, onnx_type

IR_VERSION = 10  # the newest that every supported ONNX Runtime reads; goes with NEWEST_RUNTIME

SMALL = 1024  # elements of an operand that may be a shape, which inference reads

InferenceError: type[Exception] = shape_inference.InferenceError


def declare(name: str, dtype: DType, shape: Sequence[int]) -> onnx.ValueInfoProto:
    """Return a value of this type and shape."""
    return helper.make_tensor_value_info(name, onnx_type(dtype), shape)


def small_model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Iterable[onnx.ValueInfoProto],
    constants: Mapping[str, Array],
    outputs: Sequence[str],
    opset: int,
) -> onnx.ModelProto:
    """Return a model of nodes: the first is of the opset, others are of NEWEST_RUNTIME or of the same domain."""
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    results = [onnx.ValueInfoProto(name=name) for name in outputs]
    graph = helper.make_graph(nodes, "part", list(inputs), results, tensors)
    versions = {"": NEWEST_RUNTIME, domain_of(nodes[0]): opset}
    imports = [helper.make_opsetid(name, version) for name, version in versions.items()]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)


def result_types(
    node: onnx.NodeProto, inputs: Iterable[onnx.ValueInfoProto], constants: Mapping[str, Array], opset: int
) -> dict[str, onnx.TypeProto.Tensor]:
    """Return what ONNX infers of a node's results, for which it reads constants. Raises InferenceError."""
    model = small_model([node], inputs, constants, [name for name in node.output if name], opset)
    inferred = shape_inference.infer_shapes(model)
    return {value.name: value.type.tensor_type for value in inferred.graph.output}


def names_read(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the names that a node and the graphs it holds read."""
    yield from node.input
    for graph in graphs_of(node):
        yield from (value.name for value in graph.output)
        for inner in graph.node:
            yield from names_read(inner)
