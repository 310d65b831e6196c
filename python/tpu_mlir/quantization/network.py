"""The float reference of a cleaned module, every activation of which can be seen."""

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto

from tpu_mlir._mlir import ir
from tpu_mlir.errors import CalibrationError, ModelError
from tpu_mlir.frontend.onnx.inputs import Input, resolve
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.reference import to_onnx

_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.BFLOAT16)


@dataclass(frozen=True)
class Activation:
    """A tensor that gets a range: its name in tables, its name in the reference, and the operator that computes it."""

    name: str
    reference: str
    operator: str


@dataclass(frozen=True)
class Network:
    """The reference as an ONNX model, a file or its bytes, with what it takes and what is observed in it."""

    model: Path | bytes
    inputs: tuple[Input, ...]
    activations: tuple[Activation, ...]

    @classmethod
    def write(cls, module: ir.Module, path: Path) -> "Network":
        """Write the reference of a cleaned module to a file; raises ModelError."""
        model = to_onnx(module, intermediates=True)
        path.write_bytes(model.SerializeToString())
        return cls(path, tuple(resolve(model.graph, {})), tuple(_activations(model.graph)))

    def load(self) -> onnx.ModelProto:
        """Return the model itself."""
        return onnx.ModelProto.FromString(self.model if isinstance(self.model, bytes) else self.model.read_bytes())

    def references(self) -> dict[str, list[str]]:
        """Return what the values of each name are called in the reference, in the order of computation.

        There are several where a clean-up pass has moved an operation across a transpose: both layouts have its name.
        """
        graph = self.load().graph
        order = {name: index for index, node in enumerate(graph.node) for name in node.output}
        found: dict[str, list[str]] = {}
        for value in (*graph.input, *sorted(graph.output, key=lambda value: order.get(value.name, -1))):
            found.setdefault(value.doc_string or value.name, []).append(value.name)
        return found

    def run(self, feeds: dict[str, Array]) -> dict[str, Array]:
        """Return inputs and activations by their names in the reference; raises CalibrationError."""
        try:
            return {**feeds, **_open(self.model).run(feeds)}
        except SessionError as reason:
            raise CalibrationError(f"ONNX Runtime cannot run the model: {reason}") from None


@functools.lru_cache(maxsize=1)
def _open(model: Path | bytes) -> Session:
    """Open a reference once in a process."""
    try:
        return Session(model if isinstance(model, bytes) else str(model))
    except SessionError as reason:
        raise ModelError(f"ONNX Runtime refuses the model: {reason}") from None


def _activations(graph: onnx.GraphProto) -> list[Activation]:
    """Return the floating point values in the order of computation, each name once.

    A network input or output in f16 and the f32 value beside it have one name: the latter counts.
    """
    producers = {name: node for node in graph.node for name in node.output}
    order = {name: index for index, name in enumerate(producers)}
    values = [*graph.input, *sorted(graph.output, key=lambda value: order.get(value.name, -1))]
    values = [value for value in values if value.type.tensor_type.elem_type in _FLOATS]
    values.sort(key=lambda value: value.type.tensor_type.elem_type != TensorProto.FLOAT)
    chosen: dict[str, Activation] = {}
    for value in values:
        name = value.doc_string or value.name
        operator = producers[value.name].op_type if value.name in producers else "network input"
        chosen.setdefault(name, Activation(name, value.name, operator))
    return sorted(chosen.values(), key=lambda item: order.get(item.reference, -1))


def as_f32(array: Array) -> Array:
    """Return a tensor's values in f32, without a copy where they are."""
    return np.asarray(array, np.float32)
