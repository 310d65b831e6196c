"""The compiler and its simulator as a backend of ONNX's test suite."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep

from tpu_mlir import compile
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import Session


class Prepared(BackendRep):
    """A compiled model, which runs on the simulator, and on the host where the chip cannot compute a node."""

    def __init__(self, model: onnx.ModelProto, options: "Options") -> None:
        """Compile a model. Raises TpuMlirError."""
        weights = {each.name for each in model.graph.initializer}
        self._inputs = [each.name for each in model.graph.input if each.name not in weights]
        self._outputs = [each.name for each in model.graph.output]
        compiled = compile(model, precision=options.precision, host=options.host)
        self.on_host = any(
            len(part.host) for each in compiled.contents.composites for stage in each.stages for part in stage.parts
        )
        self._session = Session(compiled)

    def run(self, inputs: Sequence[Any] | Mapping[str, Any], **_: Any) -> tuple[Array, ...]:
        """Return the outputs in the model's order, for inputs in the same or by name. Raises TpuMlirError."""
        named = inputs if isinstance(inputs, Mapping) else dict(zip(self._inputs, inputs, strict=False))
        feeds = {name: np.asarray(array) for name, array in named.items()}
        return tuple(self._session.run(self._outputs, feeds))


@dataclass(frozen=True)
class Options:
    """How models are compiled."""

    precision: str = "f32"
    host: bool = True


class SimulatorBackend(Backend):
    """Compiles for the chip in F32 and runs the bmodel on the simulator."""

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **_: Any) -> Prepared:
        """Return the compiled model."""
        return Prepared(model, Options())

    @classmethod
    def supports_device(cls, device: str) -> bool:
        """Tell whether cases are run on a device of the suite's: once each, on what it calls the CPU."""
        return device == "CPU"
