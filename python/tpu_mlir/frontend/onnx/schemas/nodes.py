"""Nodes of ONNX graphs: the graphs that they hold, and what belongs to them by its name."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

import onnx

Owner = TypeVar("Owner")


def graphs_of(node: onnx.NodeProto) -> Iterator[onnx.GraphProto]:
    """Yield the graphs that a node holds."""
    for attribute in node.attribute:
        if attribute.HasField("g"):
            yield attribute.g
        yield from attribute.graphs


def all_nodes(graph: onnx.GraphProto) -> Iterator[onnx.NodeProto]:
    """Yield the nodes of a graph, each before those of the graphs that it holds."""
    for node in graph.node:
        yield node
        for inner in graphs_of(node):
            yield from all_nodes(inner)


def owner_of(name: str, owners: Mapping[str, Owner]) -> Owner | None:
    """Return the owner of a value: by its own name, or by the one that it was made of, as in `result/part`."""
    while name and name not in owners:
        name = name.rpartition("/")[0]
    return owners.get(name)
