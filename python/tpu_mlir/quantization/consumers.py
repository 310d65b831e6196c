"""Cuts out of a network what is computed directly from one of its tensors."""

from collections import defaultdict

import onnx
from onnx import helper


class Consumers:
    """The reference of a network, in which every value of the module is an output."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self._model = model
        self._values = {value.name: value for value in (*graph.input, *graph.output)}
        self._constants = {tensor.name: tensor for tensor in graph.initializer}
        self._producers = {name: node for node in graph.node for name in node.output}
        self._readers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in dict.fromkeys(node.input):
                self._readers[name].append(node)

    def of(self, name: str) -> onnx.ModelProto | None:
        """Return a model from a value, and whatever else is needed, to the next values; None if nothing reads it."""
        targets = self._next_values(name)
        if not targets:
            return None
        nodes: dict[str, onnx.NodeProto] = {}  # by their first results
        given: dict[str, None] = {}
        for target in targets:
            self._collect(target, targets, nodes, given)
        graph = helper.make_graph(
            list(nodes.values()),
            "consumers",
            [self._values[item] for item in given if item in self._values],
            [self._values[item] for item in targets],
            [self._constants[item] for item in given if item in self._constants],
        )
        return helper.make_model(graph, opset_imports=list(self._model.opset_import), ir_version=self._model.ir_version)

    def _next_values(self, name: str) -> list[str]:
        """Return the values of the module that are computed from one, through the exporter's temporaries at most."""
        found: dict[str, None] = {}
        for node in self._readers[name]:
            for output in node.output:
                found.update(dict.fromkeys([output] if output in self._values else self._next_values(output)))
        return list(found)

    def _collect(self, name: str, targets: list[str], nodes: dict[str, onnx.NodeProto], given: dict[str, None]) -> None:
        """Add what computes a value, in the order of computation, and what it is given: constants and other values."""
        node = self._producers[name]
        if node.output[0] in nodes:
            return
        for item in filter(None, node.input):
            if item in self._constants or (item in self._values and item not in targets):
                given[item] = None
            else:
                self._collect(item, targets, nodes, given)
        nodes[node.output[0]] = node
