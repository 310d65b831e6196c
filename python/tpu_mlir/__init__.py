"""AI compiler for SOPHGO TPUs: ONNX models in, bmodels out, and a simulator that runs them."""

from typing import TYPE_CHECKING

__version__ = "0.1.0"
__all__ = ["BModel", "compile", "register_operator"]

if TYPE_CHECKING:
    from tpu_mlir.compiler import compile
    from tpu_mlir.frontend.onnx.custom import register_operator
    from tpu_mlir.runtime import BModel


def __getattr__(name: str) -> object:
    """Load the compiler only when it is asked for: importing the package stays quick."""
    if name == "compile":
        from tpu_mlir.compiler import compile

        return compile
    if name == "register_operator":
        from tpu_mlir.frontend.onnx.custom import register_operator

        return register_operator
    if name == "BModel":
        from tpu_mlir.runtime import BModel

        return BModel
    raise AttributeError(f"module 'tpu_mlir' has no attribute '{name}'")
