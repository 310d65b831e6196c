"""Bmodel files and their execution on the simulated chip."""

from tpu_mlir.runtime.bmodel import BModel

__all__ = ["BModel"]
