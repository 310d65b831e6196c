"""Means of layers put back where quantization has moved them."""

import numpy as np
import numpy.typing as npt

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.editing import constant, set_bias
from tpu_mlir.quantization.corrections.evidence import Evidence
from tpu_mlir.quantization.corrections.layers import find_layers, layer_inputs, layer_operations


def bias_correction(module: ir.Module, evidence: Evidence) -> int:
    """Add to each layer's bias what quantization takes from its mean; returns how many layers are corrected.

    With weights W, their quantized values W', inputs x and theirs x': bias += W E[x] - W' E[x'], for each output
    channel. The paper takes E[x] from batch normalisation and leaves x' - x out; here both are the means over the
    samples' inputs, and for each element of the kernel where it stands, so that padding counts.

    Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019,
    section 4.2.
    """
    layers = find_layers(module, evidence)
    shifts: dict[str, npt.NDArray[np.float64]] = {}
    for index, inputs in layer_inputs(module, layers, evidence):
        for layer in layers:
            values = inputs[layer.source]
            exact = layer.weights @ layer.mean_row(values)[:, :, None]
            found = (layer.stored * layer.steps) @ layer.mean_row(layer.on_grid(values))[:, :, None]
            shifts[layer.name] = shifts.get(layer.name, 0) + (exact - found).reshape(-1)
        evidence.advance(index + 1, len(evidence.samples))
    for name, op in layer_operations(module).items():
        if name in shifts:
            shift = shifts[name] / len(evidence.samples)
            before = constant(op, 2)
            set_bias(op, shift if before is None else before + shift)
    return len(layers)
