"""Channels of convolutions made equally large."""

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.channels import observe_channels
from tpu_mlir.quantization.corrections.editing import operations_of, value_name
from tpu_mlir.quantization.corrections.evidence import Evidence
from tpu_mlir.quantization.corrections.scaling import balanced, find_site, scale

# Convolutions, and the curves behind them: a table of each channel computes these together with the factor.
_PRODUCERS = frozenset({"top.conv", "top.silu", "top.hard_swish", "top.gelu", "top.mish", "top.elu", "top.sigmoid"})


def equalize(module: ir.Module, evidence: Evidence) -> int:
    """Scale the channels between convolutions; returns how many values are scaled.

    A step of 8 bits serves all channels of a value, so that small channels have few. Channel c of what only
    convolutions read is multiplied by sqrt(r2 / r1), r1 being its largest magnitude on the samples and r2 the share of
    the grid that the weights which read it use; they are divided by the same. r1 is that of the first layer's weights
    in the paper, which has one step for all of these; here each output channel of weights has its own. Through an
    activation that is not linear above and below zero, the value behind it is scaled. What ends in a limit, as of
    ReLU6, stays: each channel would have another limit, and the chip need a table for it, at half as much time again.

    Source: Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction", ICCV 2019,
    section 4.1.
    """
    return scale_between(module, evidence, "top.conv", _PRODUCERS)


def scale_between(module: ir.Module, evidence: Evidence, reader: str, producers: frozenset[str]) -> int:
    """Scale the channels of what only operations of a kind read, computed by some kinds; returns how many values."""
    axes: dict[str, int] = {}
    passed: set[ir.Operation] = set()
    for op in operations_of(module):
        if op.name in producers and "relu_limit" not in op.attributes and op not in passed:
            site = find_site(op.results[0], reader)
            if site is not None:
                passed.update(site.carriers)
                axes[value_name(op.results[0])] = site.axis
    reaches = observe_channels(module, axes, evidence.samples, evidence.advance)
    count = 0
    for name, reached in reaches.items():
        # Operations that an earlier step has replaced are looked for anew.
        op = next(op for op in operations_of(module) if op.name in producers and value_name(op.results[0]) == name)
        site = find_site(op.results[0], reader)
        if site is None:
            continue
        factors = balanced(reached.magnitudes, site.readers)
        if (factors != factors[0]).any():
            scale(site, factors)
            count += 1
    return count
