"""Outlying channels of a transformer's activations moved into its weights."""

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.equalize import scale_between
from tpu_mlir.quantization.corrections.evidence import Evidence

_PRODUCERS = frozenset({"top.layer_norm", "top.matmul"})


def smooth_quant(module: ir.Module, evidence: Evidence) -> int:
    """Scale the channels of what only products with constants read; returns how many values are scaled.

    Channel j of a layer norm or product is divided by s_j = max|X_j|^a / max|W_j|^(1 - a), a = 1/2, in its own
    constants, and row j of the weights W which read it multiplied. X_j is its values on the samples; weights count as
    shares of the largest in their output channel, which has a step of its own.

    Source: Xiao et al., "SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models",
    ICML 2023, equation 4.
    """
    return scale_between(module, evidence, "top.matmul", _PRODUCERS)
