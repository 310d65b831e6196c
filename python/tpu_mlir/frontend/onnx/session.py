"""ONNX Runtime, which computes everything that Python computes of a network."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import EncodeError

from tpu_mlir.frontend.onnx.tensors import Array

_runtime: Any = import_module("onnxruntime")  # its stubs are incomplete
_status: Any = import_module("onnxruntime.capi.onnxruntime_pybind11_state")

_FAILURES: tuple[type[Exception], ...] = (
    _status.Fail,
    _status.InvalidArgument,
    _status.InvalidGraph,
    _status.NotImplemented,
    _status.RuntimeException,
)


class SessionError(Exception):
    """ONNX Runtime's reason, in one line, for not running a model."""


class Session:
    """A model that is ready to run, any number of times."""

    def __init__(self, model: onnx.ModelProto | bytes | str, *, optimise: bool = True, threads: int = 0) -> None:
        """Load a model, a serialised one, or the file at a path; raises SessionError where the runtime refuses it.

        `optimise` lets the runtime fuse nodes: slower to start, faster to run. 0 threads: one for each core.
        """
        options = _runtime.SessionOptions()
        options.log_severity_level = 4  # fatal only: failures are reported as exceptions
        options.intra_op_num_threads = threads
        levels = _runtime.GraphOptimizationLevel
        options.graph_optimization_level = levels.ORT_ENABLE_ALL if optimise else levels.ORT_DISABLE_ALL
        try:
            source = model.SerializeToString() if isinstance(model, onnx.ModelProto) else model
            self._session = _runtime.InferenceSession(source, options, ["CPUExecutionProvider"])
        except (EncodeError, ValueError):
            raise SessionError("the model has more than 2 GiB, the limit of a serialised model") from None
        except _FAILURES as error:
            raise SessionError(_reason(error)) from None
        self.outputs: list[str] = [item.name for item in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Return the outputs that are tensors, by name; raises SessionError."""
        try:
            found: list[Any] = self._session.run(None, dict(feeds))
        except (ValueError, *_FAILURES) as error:
            raise SessionError(_reason(error)) from None
        return {name: item for name, item in zip(self.outputs, found, strict=True) if isinstance(item, np.ndarray)}


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0].rsplit(" : ", 1)[-1].strip().rstrip(".")
