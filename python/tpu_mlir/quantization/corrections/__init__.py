"""Corrections that a network takes before it is quantized; each is a function with its source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.adaround import adaround
from tpu_mlir.quantization.corrections.bias_correction import bias_correction
from tpu_mlir.quantization.corrections.equalize import equalize
from tpu_mlir.quantization.corrections.evidence import Evidence
from tpu_mlir.quantization.corrections.smooth_quant import smooth_quant

__all__ = ["CORRECTIONS", "Correction", "Evidence", "adaround", "bias_correction", "equalize", "smooth_quant"]


@dataclass(frozen=True)
class Correction:
    """Changes a cleaned module in place and returns how many of its values or layers; `moves_ranges` of activations."""

    apply: Callable[[ir.Module, Evidence], int]
    moves_ranges: bool


# In the order in which they are applied.
CORRECTIONS: Mapping[str, Correction] = {
    "equalize": Correction(equalize, moves_ranges=True),
    "smooth-quant": Correction(smooth_quant, moves_ranges=True),
    "adaround": Correction(adaround, moves_ranges=False),
    "bias-correction": Correction(bias_correction, moves_ranges=False),
}
