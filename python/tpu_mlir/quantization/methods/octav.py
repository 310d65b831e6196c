"""The threshold at which rounding and clipping noise balance, by Newton's method."""

import numpy as np

from tpu_mlir.quantization.methods.clipping import clipped
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation

_BITS = 8
_ITERATIONS = 100
_TOLERANCE = 1e-6


def octav(seen: Observation) -> Range:
    """Return the range whose threshold s is the fixed point of

        s = E[|x|; |x| > s] / (4^-bits / k * P(0 < |x| <= s) + P(|x| > s))

    with k = 3 for signed values, whose step is 2 s / 2^bits, and 12 for others, whose step is s / 2^bits. It minimises
    step^2 / 12 * P(0 < |x| <= s) + E[(|x| - s)^2; |x| > s]. Expectations are over the histogram, bins by their centres.

    Source: Sakr et al., "Optimal Clipping and Magnitude-aware Differentiation for Improved Quantization-aware
    Training", ICML 2022, equation 6 and section 3.
    """
    counts = seen.histogram.magnitudes
    centres = (np.arange(len(counts)) + 0.5) * seen.histogram.width
    rounding = 4.0**-_BITS / (3 if seen.is_signed else 12)
    scale = float(centres @ counts / counts.sum())
    for _ in range(_ITERATIONS):
        beyond = centres > scale
        clipped_count, inner = counts[beyond].sum(), counts[~beyond].sum()
        if not clipped_count:  # nothing to gain from clipping
            return clipped(seen, seen.largest)
        following = float(centres[beyond] @ counts[beyond] / (rounding * inner + clipped_count))
        if abs(following - scale) <= _TOLERANCE * scale:
            break
        scale = following
    return clipped(seen, scale)
