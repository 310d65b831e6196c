"""Bmodel files and their execution on the simulated chip."""

from tpu_mlir._native.runtime import Limits
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.debugger import Debugger
from tpu_mlir.runtime.session import NodeArg, RunResult, Session

__all__ = ["BModel", "Debugger", "Limits", "NodeArg", "RunResult", "Session"]
