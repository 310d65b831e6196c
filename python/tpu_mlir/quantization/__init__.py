"""Quantisation: ranges of activations from calibration data, and what it costs in accuracy."""

from typing import TYPE_CHECKING

from tpu_mlir.quantization.methods import METHODS
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.quantization.ranges import Range, Ranges

__all__ = ["METHODS", "Layout", "PixelFormat", "Preprocess", "Range", "Ranges", "calibrate", "evaluate", "quantize"]

if TYPE_CHECKING:
    from tpu_mlir.quantization.calibration import calibrate, quantize
    from tpu_mlir.quantization.evaluation import evaluate


def __getattr__(name: str) -> object:
    """Load what needs MLIR and ONNX Runtime only when it is asked for."""
    if name in ("calibrate", "quantize"):
        from tpu_mlir.quantization import calibration

        return getattr(calibration, name)
    if name == "evaluate":
        from tpu_mlir.quantization.evaluation import evaluate

        return evaluate
    raise AttributeError(f"module 'tpu_mlir.quantization' has no attribute '{name}'")
