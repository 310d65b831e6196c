"""The official MLIR pass manager, with the project's passes registered, and passes written in Python."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.passmanager import PassManager

__all__ = ["MLIR_ERROR", "Diagnostic", "PassManager", "add_python_pass", "run_pass_manager"]

# The bindings' stubs name none of these.
MLIR_ERROR: type[Exception] = vars(ir)["MLIRError"]
_Message = tuple[int, str, str, list[str]]

_extension = vars(import_module("tpu_mlir._mlir._mlir_libs._tpuMlir"))
_add_python_pass: Callable[[PassManager, str, Callable[[ir.Operation], bool | None]], None] = _extension[
    "add_python_pass"
]
_run_passes: Callable[[PassManager, ir.Operation], tuple[bool, list[_Message]]] = _extension["run_passes"]


@dataclass(frozen=True)
class Diagnostic:
    """What a pass says of an operation."""

    severity: ir.DiagnosticSeverity
    location: str
    message: str
    notes: Sequence[str]


def run_pass_manager(manager: PassManager, operation: ir.Operation) -> tuple[bool, list[Diagnostic]]:
    """Run passes; tell whether they succeeded, and what they say.

    Other threads go on meanwhile, and signals are handled: what a handler raises stops the passes and is raised here.
    The operation is of no use then, and the Python objects for what it holds are not, either way.
    """
    succeeded, found = _run_passes(manager, operation)
    return succeeded, [
        Diagnostic(ir.DiagnosticSeverity(number), location, message, notes)
        for number, location, message, notes in found
    ]


def add_python_pass(manager: PassManager, function: Callable[[ir.Operation], bool | None], name: str = "") -> None:
    """Append a pass on the module whose body is `function(operation)`; False, or an exception, fails the pipeline."""
    _add_python_pass(manager, name or getattr(function, "__name__", "python-pass"), function)
