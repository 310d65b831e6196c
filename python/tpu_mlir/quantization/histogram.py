"""Counts of a tensor's values on grids fixed by powers of two, so that the order of adding and merging is no matter."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import calibration

BINS = 8192  # for each sign; the largest magnitude lies in the upper half of them

Counts = npt.NDArray[np.uint64]  # [2, BINS]
Floats = npt.NDArray[np.float64]

# Scales outside of these would leave the normal range of f32.
_LEAST, _MOST = -100, 128


@dataclass
class Histogram:
    """How often which magnitudes occur: counts[0] of negative values, counts[1] of positive ones, zeros left out.

    Bin i counts magnitudes from i * width to (i + 1) * width, where width is 2**exponent / BINS. The exponent only
    grows, by adding up neighbours; since the grids nest, the counts are those that the last grid would have had from
    the beginning.
    """

    exponent: int = _LEAST
    counts: Counts = field(default_factory=lambda: np.zeros((2, BINS), np.uint64))

    @property
    def width(self) -> float:
        """The size of a bin."""
        return math.ldexp(1.0, self.exponent) / BINS

    @property
    def edges(self) -> Floats:
        """The magnitudes [BINS + 1] at which bins begin and end."""
        return np.arange(BINS + 1, dtype=np.float64) * self.width

    @property
    def magnitudes(self) -> Floats:
        """The counts [BINS] of both signs together; exact, since far below 2**53."""
        return self.counts.sum(axis=0).astype(np.float64)

    def add(self, values: npt.NDArray[np.float32], largest: float) -> None:
        """Count finite values; `largest` is their largest magnitude."""
        self.coarsen(math.frexp(largest)[1] if largest else _LEAST)
        calibration.add_to_histogram(np.ascontiguousarray(values), 1.0 / self.width, self.counts)

    def merge(self, other: "Histogram") -> None:
        """Add the counts of another histogram."""
        self.coarsen(other.exponent)
        self.counts += _coarse(other.counts, self.exponent - other.exponent)

    def coarsen(self, exponent: int) -> None:
        """Make room for magnitudes below 2**exponent."""
        exponent = min(max(exponent, self.exponent), _MOST)
        self.counts = _coarse(self.counts, exponent - self.exponent)
        self.exponent = exponent


def _coarse(counts: Counts, steps: int) -> Counts:
    """Return the counts with 2**steps neighbours added up."""
    if steps == 0:
        return counts
    factor = min(2**steps, BINS)
    coarse: Any = np.zeros_like(counts)
    coarse[:, : BINS // factor] = counts.reshape(2, BINS // factor, factor).sum(axis=2)
    return coarse
