"""The project's dialects for Python: `from tpu_mlir.dialects import top, tpu`."""

from tpu_mlir._mlir.dialects import builtin, func, top, tpu

__all__ = ["builtin", "func", "top", "tpu"]
