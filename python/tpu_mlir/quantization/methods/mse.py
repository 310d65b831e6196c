"""The threshold with the least squared error."""

import numpy as np

from tpu_mlir.quantization.histogram import Floats
from tpu_mlir.quantization.methods.clipping import clipped, steps
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation

_CANDIDATES = 40  # in each of two rounds, the second between the neighbours of the first round's best
_MERGED = 2  # bins of the observed histogram in one of those reckoned with


def mse(seen: Observation) -> Range:
    """Return the range that minimises the mean of (x - quantised x)^2 over all values, rounding and clipping.

    Source: Choukroun et al., "Low-bit Quantization of Neural Networks for Efficient Inference", ICCV Workshops 2019,
    section 3.1; the minimum is searched for.
    """
    largest = seen.largest
    coarse: Floats = np.linspace(0, largest, _CANDIDATES + 1)[1:]
    best = float(coarse[np.argmin(squared_errors(seen, coarse))])
    step = largest / _CANDIDATES
    fine: Floats = np.linspace(max(best - step, step / 8), min(best + step, largest), _CANDIDATES)
    return clipped(seen, float(fine[np.argmin(squared_errors(seen, fine))]))


def squared_errors(seen: Observation, thresholds: Floats) -> Floats:
    """Return the sum of squared errors that each threshold leaves, values spread evenly within bins of the histogram.

    The integral of (x - round(x))^2 from 0 to x is round(x) / 12 + (x - round(x))^3 / 3, in quantisation steps; beyond
    the threshold all values become the last level.
    """
    counts = seen.histogram.magnitudes.reshape(-1, _MERGED).sum(axis=1)
    used = int(np.flatnonzero(counts)[-1]) + 1
    edges, counts = seen.histogram.edges[::_MERGED][: used + 1], counts[:used]
    results = np.empty(len(thresholds))
    for index, threshold in enumerate(thresholds):
        step = threshold / steps(seen)
        x = edges / step
        level = np.minimum(np.rint(x), steps(seen))
        rest = x - level
        integral = level / 12 + rest * rest * rest / 3
        results[index] = np.diff(integral) @ counts * step**3 / (_MERGED * seen.histogram.width)
    return results
