"""Ranges from extreme values: all of them, their moving average, or a percentile."""

import numpy as np

from tpu_mlir.quantization.methods.clipping import clipped
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation


def minmax(seen: Observation) -> Range:
    """Return the range of all values: nothing is clipped.

    Source: Krishnamoorthi, "Quantizing deep convolutional networks for efficient inference: A whitepaper",
    arXiv:1806.08342 (2018), section 2.1.
    """
    return clipped(seen, seen.largest)


def moving_average(seen: Observation) -> Range:
    """Return the range between the moving averages of the samples' minima and maxima.

    Source: Jacob et al., "Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only
    Inference", CVPR 2018, section 3.1; the averages are made during observation.
    """
    low, high = seen.average or (seen.minimum, seen.maximum)
    threshold = max(abs(low), abs(high))
    return Range(threshold, low, high) if threshold else minmax(seen)


def percentile(seen: Observation, percent: float = 99.99) -> Range:
    """Return the range that clips the largest magnitudes: the threshold is their percentile, to a bin of the histogram.

    Source: Wu et al., "Integer Quantization for Deep Learning Inference: Principles and Empirical Evaluation",
    arXiv:2004.09602 (2020), section 3.3.
    """
    zeros = seen.count - seen.histogram.magnitudes.sum()
    reached = zeros + np.cumsum(seen.histogram.magnitudes)
    first = int(np.searchsorted(reached, seen.count * (percent / 100)))
    return clipped(seen, seen.histogram.edges[min(first + 1, len(reached))])
