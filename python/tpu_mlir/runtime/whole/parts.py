"""The parts of a model: networks on the simulated chip, and what the host computes between them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import runtime
from tpu_mlir.errors import BModelError, RunError
from tpu_mlir.runtime.types import Array, bmodel_type, declared_type, numpy_type
from tpu_mlir.runtime.whole.feeding import exactly

if TYPE_CHECKING:
    import onnx

CycleModel = Literal["static", "silicon"]


@dataclass(frozen=True)
class Checks:
    """What runs look out for, and on how many cores."""

    races: bool
    uninitialised: bool
    threads: int


@dataclass(frozen=True)
class Request:
    """What one run is to tell beside its outputs."""

    capture: Collection[str]
    timed: bool
    cycles: CycleModel
    stop: Callable[[], bool] | None


@dataclass(frozen=True)
class ChipPart:
    """A stage of a network of the file."""

    program: runtime.Program
    net: native.Net
    number: int
    checks: Checks

    @property
    def stage(self) -> native.Stage:
        """What the file says of it."""
        return self.net.stages[self.number]

    @property
    def reads(self) -> list[str]:
        """The tensors that it takes."""
        return [tensor.name for tensor in self.stage.inputs]

    @property
    def makes(self) -> list[str]:
        """The tensors that it leaves."""
        return [tensor.name for tensor in self.stage.outputs]

    @property
    def recorded(self) -> list[native.Tensor]:
        """The inner tensors that a run can show."""
        return [record.tensor for record in self.stage.tensor_table()]

    def run(self, values: Mapping[str, Array], request: Request) -> runtime.Run:
        """Run it on the tensors that it reads, converted to the types that it takes.

        Raises FeedError for integers that those cannot hold and indices outside of their table, RunError.
        """
        feeds = [
            runtime.Feed(each.name, each.data_type, _stored(each, values[each.name])) for each in self.stage.inputs
        ]
        recorded = {tensor.name for tensor in self.recorded}
        return self.program.run(
            self.net.name,
            feeds,
            check_races=self.checks.races,
            track_uninitialised=self.checks.uninitialised,
            timed=request.timed,
            threads=self.checks.threads,
            captured=sorted(recorded.intersection(request.capture)),
            stage=self.number,
            cycles=request.cycles,
            stop=request.stop,
        )


class HostPart:
    """An ONNX model that ONNX Runtime runs. Raises BModelError where it cannot be loaded."""

    def __init__(self, data: bytes, file: str) -> None:
        from tpu_mlir.frontend.onnx.session import Session, SessionError

        self._file = file
        try:
            self.model = parse_host_model(data)
            self._session = Session(self.model)
        except BModelError as reason:
            raise BModelError(f"{file}: {reason}") from None
        except SessionError as reason:
            raise BModelError(f"{file}: ONNX Runtime refuses the part for the host: {reason}") from None

    @property
    def reads(self) -> list[str]:
        """The tensors that it takes."""
        return [value.name for value in self.model.graph.input]

    @property
    def makes(self) -> list[str]:
        """The tensors that it leaves."""
        return [value.name for value in self.model.graph.output]

    def run(self, values: Mapping[str, Array]) -> dict[str, Array]:
        """Run it on the tensors that it reads, converted to the types that it takes. Raises FeedError, RunError."""
        from tpu_mlir.frontend.onnx.session import SessionError

        feeds = {
            value.name: exactly(
                f"tensor '{value.name}'",
                values[value.name],
                numpy_type(declared_type(value.type.tensor_type.elem_type)),
            )
            for value in self.model.graph.input
        }
        try:
            return self._session.run(feeds)
        except SessionError as reason:
            raise RunError(f"{self._file}: ONNX Runtime cannot run the part for the host: {reason}") from None


def parse_host_model(data: bytes) -> "onnx.ModelProto":
    """Return the ONNX model of a part. Raises BModelError if it is none, or reads other files."""
    import onnx
    from google.protobuf.message import DecodeError

    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError:
        raise BModelError("damaged: a part for the host is no ONNX model") from None
    if not model.HasField("graph"):
        raise BModelError("damaged: a part for the host holds no graph")
    if any(tensor.data_location == onnx.TensorProto.EXTERNAL for tensor in model.graph.initializer):
        raise BModelError("a part for the host has weights in other files")
    return model


def result_array(result: runtime.Result) -> Array:
    """Return a tensor as the chip left it."""
    return result.data.view(numpy_type(result.tensor.data_type)).reshape(result.tensor.shape)


def _stored(tensor: native.Tensor, array: Array) -> Array:
    """Return an array in the type that a network takes."""
    made: Array = exactly(f"input '{tensor.name}'", np.asarray(array), _numpy_type(tensor))
    if bmodel_type(made.dtype) is None:
        raise RunError(f"input '{tensor.name}' has the element type {made.dtype}, which no bmodel takes")
    return made


def _numpy_type(tensor: native.Tensor) -> np.dtype[Any]:
    return numpy_type(tensor.data_type)
