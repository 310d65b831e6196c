"""Quantisation: ranges of activations from calibration data, and what it costs in accuracy."""

from importlib import import_module
from typing import TYPE_CHECKING

from tpu_mlir.quantization.methods import METHODS
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.quantization.ranges import Range, Ranges

__all__ = [
    "Goal",
    "METHODS",
    "Layout",
    "PixelFormat",
    "Preprocess",
    "Range",
    "Ranges",
    "Scheme",
    "calibrate",
    "correct",
    "evaluate",
    "held_out",
    "protect",
    "quantize",
    "search_precision",
]

if TYPE_CHECKING:
    from tpu_mlir.quantization.calibration import calibrate, quantize
    from tpu_mlir.quantization.correction import correct
    from tpu_mlir.quantization.evaluation import evaluate
    from tpu_mlir.quantization.quality import held_out
    from tpu_mlir.quantization.search.mixed_precision import Goal, search_precision
    from tpu_mlir.quantization.search.protection import protect
    from tpu_mlir.quantization.search.scheme import Scheme

_MODULES = {
    "calibrate": "calibration",
    "quantize": "calibration",
    "correct": "correction",
    "evaluate": "evaluation",
    "search_precision": "search.mixed_precision",
    "Goal": "search.mixed_precision",
    "protect": "search.protection",
    "held_out": "quality",
    "Scheme": "search.scheme",
}


def __getattr__(name: str) -> object:
    """Load what needs MLIR and ONNX Runtime only when it is asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'tpu_mlir.quantization' has no attribute '{name}'")
    return getattr(import_module(f"tpu_mlir.quantization.{_MODULES[name]}"), name)
