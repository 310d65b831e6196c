"""Run single BM1684X commands: a machine with its memories as NumPy arrays."""

from tpu_mlir._native.simulator import Machine

__all__ = ["Machine"]
