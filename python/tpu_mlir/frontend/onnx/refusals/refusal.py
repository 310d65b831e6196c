"""Nodes of a model that cannot be compiled, each with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import onnx

from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.schemas.inference import names_read
from tpu_mlir.frontend.onnx.schemas.nodes import graphs_of, owner_of


@dataclass(frozen=True)
class Refusal:
    """A node that cannot be compiled.

    index: its place among the nodes of the model's graph; of a node in a branch or body, that of the one that holds it.
    name: of the node or, where it has none, of its first result. follows: it reads what another refused node computes,
    in a shape that is known only at run time, and might compile otherwise.
    """

    index: int
    name: str
    op: str
    reason: str
    follows: bool = False

    def __str__(self) -> str:
        """Name the node and the reason, as messages do."""
        return f"'{self.name}': {self.reason}"


def failed(reasons: Iterable[Refusal | str]) -> ModelError:
    """Return the error that names every node that cannot be compiled, a line each."""
    lines = [str(each) for each in reasons]
    noun = "1 node" if len(lines) == 1 else f"{len(lines)} nodes"
    return ModelError("\n  ".join([f"{noun} cannot be compiled:", *lines]))


def node_name(node: onnx.NodeProto) -> str:
    """Return the name that messages call a node by: its own, or that of its first result."""
    return node.name or next(filter(None, node.output), "")


class Origins:
    """Which nodes of a graph compute and read a value, by the names that locations hold."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph

    def of(self, names: Sequence[str]) -> list[int]:
        """Return the nodes that a value of one of these names belongs to: what computes it, or reads an input."""
        for name in names:
            if (index := owner_of(name, self._producers)) is not None:
                return [index]
        return [index for index, node in enumerate(self._graph.node) if not set(names).isdisjoint(names_read(node))]

    def refuse(self, names: Sequence[str], reason: str) -> Iterator[Refusal]:
        """Yield a refusal for each of these nodes."""
        for index in self.of(names):
            node = self._graph.node[index]
            yield Refusal(index, node_name(node), node.op_type, reason)

    @cached_property
    def _producers(self) -> dict[str, int]:
        return {name: index for index, node in enumerate(self._graph.node) for name in _computes(node) if name}


def _computes(node: onnx.NodeProto) -> Iterator[str]:
    """Yield the names that a node and the graphs it holds compute."""
    for graph in graphs_of(node):
        for inner in graph.node:
            yield from _computes(inner)
    yield from node.output
