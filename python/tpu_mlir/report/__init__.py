"""A profile as one self-contained HTML page."""

from tpu_mlir.report.page import page

__all__ = ["page"]
