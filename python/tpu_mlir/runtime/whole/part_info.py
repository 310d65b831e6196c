"""What a bmodel says of models of several parts: what runs where, and what is moved between."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tpu_mlir._native import bmodel as native
from tpu_mlir.runtime.types import declared_type, numpy_type
from tpu_mlir.runtime.whole.parts import parse_host_model
from tpu_mlir.runtime.whole.transfers import START, moving


@dataclass(frozen=True)
class BorderInfo:
    """An input or output as the model declares it; -1 for sizes that the data decide."""

    name: str
    data_type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class HostNode:
    """A node that the host computes; `reason` is why the chip does not, "" where another node of the part says it."""

    name: str
    operator: str
    reason: str


@dataclass(frozen=True)
class PartInfo:
    """A part: a stage of a network on the chip, or nodes on the host.

    bytes_read, bytes_made: of its tensors, without those whose size the data decide, which `is_open` tells of. size:
    bytes of the ONNX model that the host runs, its weights included.
    """

    runs_on: str
    network: str
    stage: int
    nodes: tuple[HostNode, ...]
    reads: tuple[str, ...]
    makes: tuple[str, ...]
    bytes_read: int
    bytes_made: int
    is_open: bool
    size: int

    @property
    def overhead(self) -> float:
        """Seconds for the start of a network and for what it reads and makes to be moved; 0 on the host."""
        return START + moving(self.bytes_read + self.bytes_made) if self.runs_on == "chip" else 0.0


@dataclass(frozen=True)
class WholeStageInfo:
    """A model for one set of input shapes."""

    inputs: tuple[BorderInfo, ...]
    outputs: tuple[BorderInfo, ...]
    parts: tuple[PartInfo, ...]

    @property
    def on_host(self) -> int:
        """How many nodes the host computes."""
        return sum(len(part.nodes) for part in self.parts)


@dataclass(frozen=True)
class WholeInfo:
    """A model as its user sees it; its parts are networks of the file, and what the host computes."""

    name: str
    stages: tuple[WholeStageInfo, ...]


def describe_models(contents: native.Model) -> tuple[WholeInfo, ...]:
    """Return the models of a file that are more than a network. Raises BModelError for a damaged part."""
    nets = {net.name: net for net in reversed(contents.nets)}
    return tuple(
        WholeInfo(each.name, tuple(_stage(stage, nets) for stage in each.stages)) for each in contents.composites
    )


def _stage(stage: native.CompositeStage, nets: Mapping[str, native.Net]) -> WholeStageInfo:
    parts = tuple(
        _host(part) if len(part.host) else _network(nets[part.net].stages[part.stage], part) for part in stage.parts
    )
    return WholeStageInfo(_border(stage.inputs), _border(stage.outputs), parts)


def _border(tensors: Sequence[native.Declared]) -> tuple[BorderInfo, ...]:
    return tuple(BorderInfo(each.name, declared_type(each.element_type), tuple(each.shape)) for each in tensors)


def _network(stage: native.Stage, part: native.Part) -> PartInfo:
    reads, makes = ([each.name for each in tensors] for tensors in (stage.inputs, stage.outputs))
    sizes = [
        sum(math.prod(each.shape) * numpy_type(each.data_type).itemsize for each in tensors)
        for tensors in (stage.inputs, stage.outputs)
    ]
    return PartInfo("chip", part.net, part.stage, (), tuple(reads), tuple(makes), *sizes, is_open=False, size=0)


def _host(part: native.Part) -> PartInfo:
    graph = parse_host_model(bytes(part.host)).graph
    nodes = tuple(HostNode(node.name or node.output[0], node.op_type, node.doc_string) for node in graph.node)
    values = [
        [
            BorderInfo(
                each.name,
                declared_type(each.type.tensor_type.elem_type),
                tuple(dim.dim_value if dim.HasField("dim_value") else -1 for dim in each.type.tensor_type.shape.dim),
            )
            for each in found
        ]
        for found in (graph.input, graph.output)
    ]
    reads, makes = (tuple(each.name for each in found) for found in values)
    is_open = any(-1 in each.shape for found in values for each in found)
    sizes = [sum(map(_size, found)) for found in values]
    return PartInfo("host", "", 0, nodes, reads, makes, *sizes, is_open=is_open, size=len(part.host))


def _size(tensor: BorderInfo) -> int:
    """Return the bytes of a tensor, 0 where the data decide, or its elements have no fixed size."""
    is_known = -1 not in tensor.shape and tensor.data_type not in ("string",)
    return math.prod(tensor.shape) * numpy_type(tensor.data_type).itemsize if is_known else 0
