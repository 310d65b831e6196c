"""Cuts a model into parts for the chip and parts for the host."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import onnx

from tpu_mlir.frontend.onnx.checking import Checks
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load_whole
from tpu_mlir.frontend.onnx.schemas.nodes import owner_of
from tpu_mlir.partition.arrange import Node, arrange
from tpu_mlir.partition.extract import add_constants, extract, outside_reads
from tpu_mlir.partition.graphs import key, producers, reads
from tpu_mlir.partition.prices import Work, elements
from tpu_mlir.partition.survey import Survey, survey

_CHEAP = "the host computes it in less time than starting the chip and moving its tensors take"


@dataclass(frozen=True)
class PlannedPart:
    """A part as an ONNX model, and where it runs."""

    model: onnx.ModelProto
    on_host: bool


@dataclass(frozen=True)
class Plan:
    """The parts of a model in order. refused: the nodes that the chip cannot compute, by first result, and why."""

    model: onnx.ModelProto
    inputs: tuple[onnx.ValueInfoProto, ...]
    parts: tuple[PlannedPart, ...]
    refused: Mapping[str, str]
    survey: Survey

    @property
    def needs_host(self) -> bool:
        """Whether a part runs on the host."""
        return any(part.on_host for part in self.parts)


def make_plan(
    source: str | os.PathLike[str] | onnx.ModelProto,
    input_shapes: Mapping[str, Sequence[int]],
    refused: Mapping[str, str],
) -> Plan:
    """Return the parts of a model; `refused` are nodes of which the compiler has found that they do not compile.

    Raises ModelError for a model that cannot be read or is not valid.
    """
    model = load_whole(source if isinstance(source, onnx.ModelProto) else Path(source))
    opsets = {"" if each.domain == "ai.onnx" else each.domain: each.version for each in model.opset_import}
    inputs = resolve(model.graph, input_shapes)
    checks = Checks(model, opsets)
    checks.structure()
    checks.types()
    found = survey(model, None, opsets, inputs, refused)
    outputs = [value.name for value in model.graph.output]
    arranged = arrange(_nodes(model.graph, found, outputs), found.refused, found.tensors, outputs)
    told = replace(found, refused={**dict.fromkeys(arranged.cheap, _CHEAP), **found.refused})
    parts = [
        PlannedPart(
            extract(
                model, part, told, {*outputs, *outside_reads(model.graph.node, part)}, f"{model.graph.name}.{number}"
            ),
            part.on_host,
        )
        for number, part in enumerate(arranged.parts)
    ]
    made = {value.name for part in parts for value in part.model.graph.output} | {item.name for item in inputs}
    missing = [name for name in outputs if name not in made]
    host = next((part for part in parts if part.on_host), None)
    if missing and host:
        add_constants(host.model, model, told, missing)
    names = {item.name for item in inputs}
    taken = tuple(value for value in model.graph.input if value.name in names)
    return Plan(model, taken, tuple(parts), found.refused, found)


def _nodes(graph: onnx.GraphProto, found: Survey, outputs: Sequence[str]) -> list[Node]:
    """Return the nodes that compute something that is needed."""
    constants = {tensor.name for tensor in graph.initializer} | found.constants.keys()
    constants |= {each.values.name for each in graph.sparse_initializer}
    needed, nodes = set(outputs), list[Node]()
    for proto in reversed(graph.node):
        makes = tuple(name for name in proto.output if name in needed and name not in constants)
        if not makes:
            continue
        taken = tuple(name for name in reads(proto) if name not in constants)
        needed.update(taken)
        count = sum(elements(found.tensors.get(name)) for name in (*taken, *makes))
        nodes.append(Node(key(proto), taken, makes, Work(found.macs.get(key(proto), 0), count)))
    return nodes[::-1]


def nodes_of(part: PlannedPart, names: Sequence[str]) -> set[str]:
    """Return the nodes of a part that make tensors of these names, or read them where they are its inputs."""
    makers = producers(part.model.graph.node)
    inputs = {value.name for value in part.model.graph.input}
    found = {maker for name in names if (maker := owner_of(name, makers))}
    return found | {key(node) for node in part.model.graph.node for name in reads(node) if name in inputs & set(names)}
