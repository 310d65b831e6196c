"""Runs `top` modules: each is written back to ONNX and computed by ONNX Runtime, in f32."""

from tpu_mlir.reference.onnx_export import to_onnx
from tpu_mlir.reference.onnx_runtime import Reference, onnx_intermediates, run, run_all

__all__ = ["Reference", "onnx_intermediates", "run", "run_all", "to_onnx"]
