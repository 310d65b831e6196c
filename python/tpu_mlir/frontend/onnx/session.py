"""ONNX Runtime, which computes everything that Python computes of a network: the only place that opens its sessions."""

import contextlib
import os
import threading
from collections.abc import Callable, Generator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from google.protobuf.message import DecodeError, EncodeError
from onnx.reference import ReferenceEvaluator

from tpu_mlir.frontend.onnx.custom import evaluator, has_functions_on_arrays, with_functions
from tpu_mlir.frontend.onnx.exact_products import with_exact_products
from tpu_mlir.frontend.onnx.tensors import Array

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when it is imported: later, its uploader runs and has written files
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


class OutOfTimeError(SessionError):
    """A run was ended before its time."""


class Session:
    """A model that is ready to run, any number of times, and computes what ONNX says, node by node.

    Nothing is fused or laid out anew: that rounds otherwise on each kind of processor, and may make integer products
    of floats. Sums of integer products are exact (see `with_exact_products`). Operators that are registered as
    functions on arrays are computed by these, and all others beside them in Python. It runs on one thread: how many
    there are decides the order of sums, so results would depend on the number of cores.
    """

    def __init__(self, model: onnx.ModelProto | bytes | str | os.PathLike[str]) -> None:
        """Load a model, a serialised one, or the file at a path; raises SessionError where the runtime refuses it."""
        self._evaluator = _evaluator(model)
        if self._evaluator is not None:
            self.outputs: list[str] = [str(name) for name in self._evaluator.output_names]
            return
        options = _runtime.SessionOptions()
        options.log_severity_level = 4  # fatal only: failures are reported as exceptions
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.graph_optimization_level = _runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        try:
            self._session = _runtime.InferenceSession(_source(model, options), options, ["CPUExecutionProvider"])
        except (ValueError, DecodeError, *_FAILURES) as error:
            raise SessionError(_reason(error)) from None
        self.outputs = [item.name for item in self._session.get_outputs()]

    def run(self, feeds: Mapping[str, Array], *, seconds: float | None = None) -> dict[str, Array]:
        """Return the outputs that are tensors, by name; raises SessionError.

        After `seconds` the run ends at the next node with OutOfTimeError; with none left it does not begin.
        """
        if self._evaluator is not None:
            return _evaluated(self._evaluator, self.outputs, feeds)
        options = _runtime.RunOptions()
        try:
            with _time(options, seconds):
                found: list[Any] = self._session.run(None, dict(feeds), options)
        except (ValueError, *_FAILURES) as error:
            raise SessionError(_reason(error)) from None
        return {name: item for name, item in zip(self.outputs, found, strict=True) if isinstance(item, np.ndarray)}


def _evaluator(model: onnx.ModelProto | bytes | str | os.PathLike[str]) -> ReferenceEvaluator | None:
    """Return what runs a model in Python, where it uses registered operators that are functions on arrays."""
    if not has_functions_on_arrays():
        return None
    if isinstance(model, onnx.ModelProto):
        return evaluator(model)
    load: Callable[[str], onnx.ModelProto] = vars(onnx)["load"]  # whose annotations are incomplete
    return evaluator(onnx.ModelProto.FromString(model) if isinstance(model, bytes) else load(os.fspath(model)))


def _evaluated(found: ReferenceEvaluator, outputs: list[str], feeds: Mapping[str, Array]) -> dict[str, Array]:
    runner: Any = found  # whose annotations are incomplete
    try:
        values: list[Any] = runner.run(None, dict(feeds))
    except Exception as error:  # noqa: BLE001 (the function is the user's)
        raise SessionError(f"{type(error).__name__}: {_reason(error) if str(error) else 'no reason given'}") from error
    return {name: item for name, item in zip(outputs, values, strict=True) if isinstance(item, np.ndarray)}


def _source(model: onnx.ModelProto | bytes | str | os.PathLike[str], options: Any) -> bytes | str:
    """Return what ONNX Runtime is to open: a file itself, unless its products have to be made exact."""
    if isinstance(model, bytes):
        model = onnx.ModelProto.FromString(model)
    if isinstance(model, onnx.ModelProto):
        return _serialise(with_exact_products(with_functions(model)))
    path = Path(model)
    read = onnx.ModelProto.FromString(path.read_bytes())  # without external data
    exact = with_exact_products(with_functions(read))
    if exact is read:
        return str(path) if str(path).isprintable() else _serialise(read)  # it takes no path that is no UTF-8
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(path.parent))
    return _serialise(exact)


def _serialise(model: onnx.ModelProto) -> bytes:
    try:
        return model.SerializeToString()
    except (EncodeError, ValueError):
        raise SessionError("the model has more than 2 GiB, the limit of a serialised model") from None


@contextlib.contextmanager
def _time(options: Any, seconds: float | None) -> Generator[None]:
    """Let a run with these options end after some seconds; raises OutOfTimeError in place of what it raises then."""
    if seconds is None:
        yield
        return
    if seconds <= 0:
        raise OutOfTimeError("there is no time left")
    timer = threading.Timer(seconds, setattr, (options, "terminate", True))
    timer.daemon = True
    timer.start()
    try:
        yield
    except _FAILURES:
        if options.terminate:
            raise OutOfTimeError(f"it took more than {seconds:.3g} s") from None
        raise
    finally:
        timer.cancel()


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0].rsplit(" : ", 1)[-1].strip().rstrip(".")
