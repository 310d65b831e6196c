"""ONNX graphs as the partition sees them: what each node reads and makes."""

from collections.abc import Iterable, Iterator

import onnx

from tpu_mlir.frontend.onnx.schemas.nodes import graphs_of


def reads(node: onnx.NodeProto) -> list[str]:
    """Return the names that a node reads, those that its graphs take from outside included, each once."""
    names = dict.fromkeys(name for name in node.input if name)
    for graph in graphs_of(node):
        names |= dict.fromkeys(_free(graph))
    return list(names)


def _free(graph: onnx.GraphProto) -> Iterator[str]:
    """Yield the names that a graph reads and does not define."""
    known = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
    known |= {tensor.values.name for tensor in graph.sparse_initializer}
    for node in graph.node:
        yield from (name for name in reads(node) if name not in known)
        known.update(node.output)
    yield from (value.name for value in graph.output if value.name not in known)


def key(node: onnx.NodeProto) -> str:
    """Return the name of a node's first result, which no other node has."""
    return next(filter(None, node.output), "")


def producers(nodes: Iterable[onnx.NodeProto]) -> dict[str, str]:
    """Return the key of the node that makes each tensor."""
    return {name: key(node) for node in nodes for name in node.output if name}
