"""The parts of a model as ONNX models of their own."""

from collections.abc import Collection, Iterator, Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tpu_mlir.partition.arrange import Part
from tpu_mlir.partition.graphs import key, reads
from tpu_mlir.partition.survey import Survey, Tensor, value_info

_OLDEST_IR = 8  # before 4, weights have to be inputs, too


def extract(model: onnx.ModelProto, part: Part, survey: Survey, wanted: Collection[str], name: str) -> onnx.ModelProto:
    """Return the model of a part, with its own constants, which makes what of `wanted` it can.

    Nodes that the host computes tell the reason in their doc_string.
    """
    keys = {node.key for node in part.nodes}
    nodes = [node for node in model.graph.node if key(node) in keys]
    made = {result for node in nodes for result in node.output if result}
    taken = list(dict.fromkeys(name for node in nodes for name in reads(node) if name not in made))
    constants = _Constants(model.graph, survey.constants)
    graph = helper.make_graph(
        [_with_reason(node, survey.refused) if part.on_host else node for node in nodes],
        name,
        [_declared(each, survey.tensors) for each in taken if each not in constants],
        [_declared(each, survey.tensors) for node in nodes for each in node.output if each in wanted],
        [constants.tensor(each) for each in taken if each in constants],
        value_info=[value for value in model.graph.value_info if value.name in made],
        sparse_initializer=[each for each in model.graph.sparse_initializer if each.values.name in taken],
    )
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=max(model.ir_version, _OLDEST_IR))


def add_constants(part: onnx.ModelProto, model: onnx.ModelProto, survey: Survey, names: Sequence[str]) -> None:
    """Let a part also return constants, which are outputs of the whole model."""
    constants = _Constants(model.graph, survey.constants)
    known = {tensor.name for tensor in part.graph.initializer}
    part.graph.initializer.extend(constants.tensor(name) for name in names if name not in known)
    part.graph.output.extend(_declared(name, survey.tensors) for name in names)


class _Constants:
    """The weights of a model, and what has been computed of them at import."""

    def __init__(self, graph: onnx.GraphProto, computed: Mapping[str, np.ndarray]) -> None:
        self._given = {tensor.name: tensor for tensor in graph.initializer}
        self._sparse = {each.values.name for each in graph.sparse_initializer}
        self._computed = computed

    def __contains__(self, name: str) -> bool:
        return name in self._given or name in self._computed or name in self._sparse

    def tensor(self, name: str) -> onnx.TensorProto:
        """Return a constant as an initializer."""
        if name in self._given:
            return self._given[name]
        return numpy_helper.from_array(np.asarray(self._computed[name]), name)


def _declared(name: str, tensors: Mapping[str, Tensor]) -> onnx.ValueInfoProto:
    return value_info(name, tensors.get(name, Tensor(0, None)))


def _with_reason(node: onnx.NodeProto, refused: Mapping[str, str]) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    copy.doc_string = refused.get(key(node), "")
    return copy


def outside_reads(nodes: Sequence[onnx.NodeProto], part: Part) -> Iterator[str]:
    """Yield what the nodes of other parts read."""
    keys = {node.key for node in part.nodes}
    for node in nodes:
        if key(node) not in keys:
            yield from reads(node)
