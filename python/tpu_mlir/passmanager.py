"""The official MLIR pass manager, with the project's passes registered, and passes written in Python."""

from collections.abc import Callable
from importlib import import_module

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.passmanager import PassManager

__all__ = ["MLIR_ERROR", "PassManager", "add_python_pass"]

# The bindings' stubs name neither of these.
MLIR_ERROR: type[Exception] = vars(ir)["MLIRError"]
_add_python_pass: Callable[[PassManager, str, Callable[[ir.Operation], bool | None]], None] = vars(
    import_module("tpu_mlir._mlir._mlir_libs._tpuMlir")
)["add_python_pass"]


def add_python_pass(manager: PassManager, function: Callable[[ir.Operation], bool | None], name: str = "") -> None:
    """Append a pass on the module whose body is `function(operation)`; False, or an exception, fails the pipeline."""
    _add_python_pass(manager, name or getattr(function, "__name__", "python-pass"), function)
