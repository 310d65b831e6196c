"""Observes how far each channel of some values reaches."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization.corrections.editing import SCALED, Floats, operations_of, producer, users, value_name
from tpu_mlir.quantization.network import Network, as_f32
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.samples import Sample
from tpu_mlir.scratch import scratch_folder

Advance = Callable[[int, int], None]  # steps that are done, all steps


@dataclass(eq=False)
class Reaches:
    """The least and the greatest value of each channel, zero among them."""

    least: Floats
    most: Floats

    @property
    def magnitudes(self) -> Floats:
        """Return the largest magnitudes."""
        return np.maximum(self.most, -self.least)


def observe_channels(
    module: ir.Module, axes: Mapping[str, int], samples: Sequence[Sample], advance: Advance
) -> dict[str, Reaches]:
    """Return how far each index of an axis reaches over all samples, of values by name."""
    found: dict[str, Reaches] = {}
    if not axes:
        return found
    with scratch_folder() as scratch:
        network = Network.write(module, scratch.path / "reference.onnx")
        watched = [item for item in network.activations if item.name in axes]
        for done, sample in enumerate(samples, 1):
            values = network.run(sample.load())
            for item in watched:
                array = as_f32(values[item.reference])
                others = tuple(dim for dim in range(array.ndim) if dim != axes[item.name])
                if np.isnan(array).any():
                    raise CalibrationError(f"'{item.name}': expected numbers, found NaN on {sample.name}")
                array = np.where(np.isinf(array), 0, array)  # of what stays a float
                low, high = np.minimum(array.min(axis=others), 0), np.maximum(array.max(axis=others), 0)
                seen = found.setdefault(item.name, Reaches(low, high))
                seen.least, seen.most = np.minimum(seen.least, low), np.maximum(seen.most, high)
            advance(done, len(samples))
    return found


def ranges_of_channels(module: ir.Module, samples: Sequence[Sample], advance: Advance) -> dict[str, Range]:
    """Return the range of each channel, as NAME[c], of what a convolution computes for a function that is scaled.

    The quantizer gives these channels 8 bits each.
    """
    axes: dict[str, int] = {}
    for op in operations_of(module):
        if op.name == "top.mul" and value_name(op.results[0]).endswith(SCALED):
            function = producer(op.operands[0])
            source = producer(function.operands[0]) if function and len(function.operands) == 1 else None
            if source and source.name == "top.conv" and len(users(source.results[0])) == 1:
                axes[value_name(source.results[0])] = 1
    return {
        f"{name}[{channel}]": Range(max(-low, high) or 1.0, float(low), float(high))
        for name, seen in observe_channels(module, axes, samples, advance).items()
        for channel, (low, high) in enumerate(zip(seen.least, seen.most, strict=True))
    }
