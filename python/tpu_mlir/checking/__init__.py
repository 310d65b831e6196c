"""The self check of a compilation: its bmodel on the simulated chip beside the model in ONNX Runtime."""

from tpu_mlir.checking.check import check
from tpu_mlir.checking.records import FLOORS, Check, CheckedTensor, CheckOptions
from tpu_mlir.checking.text import headline

__all__ = ["FLOORS", "Check", "CheckOptions", "CheckedTensor", "check", "headline"]
