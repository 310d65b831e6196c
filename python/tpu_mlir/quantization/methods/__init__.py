"""Methods that choose a tensor's range from what was observed of it; each is a function with its source."""

from collections.abc import Callable, Mapping

from tpu_mlir.quantization.methods.aciq import aciq
from tpu_mlir.quantization.methods.entropy import entropy
from tpu_mlir.quantization.methods.extremes import minmax, moving_average, percentile
from tpu_mlir.quantization.methods.mse import mse
from tpu_mlir.quantization.methods.octav import octav
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation

__all__ = ["METHODS", "Method", "aciq", "entropy", "minmax", "moving_average", "mse", "octav", "percentile"]

# Takes a tensor of which not all values are zero.
Method = Callable[[Observation], Range]

METHODS: Mapping[str, Method] = {
    "minmax": minmax,
    "moving-average": moving_average,
    "percentile": percentile,
    "entropy": entropy,
    "mse": mse,
    "octav": octav,
    "aciq": aciq,
}
