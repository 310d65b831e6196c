"""The threshold whose quantised distribution tells most about the original one."""

import numpy as np

from tpu_mlir.quantization.histogram import Floats
from tpu_mlir.quantization.methods.clipping import clipped, steps
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation

_MERGED = 2  # bins of the observed histogram in one of those compared, of which 2048 to 4096 hold values then
_CANDIDATES = 1024  # at most


def entropy(seen: Observation) -> Range:
    """Return the range whose threshold loses least information.

    P is the histogram of magnitudes up to the threshold, what exceeds it added to the last bin; Q has the same bins,
    but within each quantisation level all bins that are not empty have the level's mean count. The threshold, a bin's
    end, minimises sum P log(P / Q), both normalised. Zeros are left out, since every range holds them exactly.

    Source: Migacz, "8-bit Inference with TensorRT", GTC 2017, pages 23 to 36.
    """
    counts = seen.histogram.magnitudes.reshape(-1, _MERGED).sum(axis=1)
    levels = steps(seen) + 1
    used = int(np.flatnonzero(counts)[-1]) + 1
    if used <= levels:
        return clipped(seen, seen.largest)
    ends = np.unique(np.linspace(levels, used, min(used - levels + 1, _CANDIDATES)).astype(np.int64))
    best = ends[np.argmin(divergences(counts, ends, levels))]
    return clipped(seen, float(best * _MERGED * seen.histogram.width))


def divergences(counts: Floats, ends: np.ndarray[tuple[int], np.dtype[np.int64]], levels: int) -> Floats:
    """Return the divergence, in nats, for each number of bins below the threshold; infinite where Q lacks a bin of P.

    Sums over the bins of a level are differences of running sums, so a candidate costs as much as there are levels.
    """
    total = counts.sum()
    sums = _running(counts)
    logs = _running(_entropy_terms(counts))
    filled = _running((counts > 0).astype(np.float64))
    bounds = ends[:, None] * np.arange(levels + 1) // levels  # [candidates, levels + 1]
    in_level, bins_filled = np.diff(sums[bounds]), np.diff(filled[bounds])
    beyond = total - sums[ends]
    last = counts[ends - 1]
    p_log_p = logs[ends] - _entropy_terms(last) + _entropy_terms(last + beyond)
    log_q = np.log(np.maximum(in_level, 1) / np.maximum(bins_filled, 1))
    p_log_q = (in_level * log_q).sum(axis=1) + beyond * log_q[:, -1]
    found = (p_log_p - p_log_q) / total + np.log(np.maximum(sums[ends], 1) / total)
    return np.where((last == 0) & (beyond > 0), np.inf, found)


def _running(values: Floats) -> Floats:
    """Return the sums of the first 0, 1, 2 .. values."""
    return np.concatenate([[0.0], np.cumsum(values)])


def _entropy_terms(counts: Floats) -> Floats:
    """Return x log x, 0 for 0."""
    return counts * np.log(np.maximum(counts, 1))
