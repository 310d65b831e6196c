"""What calibration remembers of a tensor: its extremes, their moving averages and a histogram."""

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tpu_mlir.quantization.histogram import Histogram

# Weight of a new sample in the moving averages; ONNX Runtime and PyTorch use the same.
AVERAGING = 0.01


@dataclass
class Observation:
    """A tensor's values over all samples; its size does not depend on how many there are.

    `count` includes zeros. `average` holds the moving averages of the samples' minima and maxima:
    average + AVERAGING * (extreme - average), from the first sample on (Jacob et al., "Quantization and Training of
    Neural Networks for Efficient Integer-Arithmetic-Only Inference", CVPR 2018, section 3.1). `recent` are the extremes
    of samples that no average includes yet, since averages depend on the order. Infinities are not counted:
    `infinite` tells whether there were any below and above.
    """

    count: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    average: tuple[float, float] | None = None
    recent: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    histogram: Histogram = field(default_factory=Histogram)
    infinite: tuple[bool, bool] = (False, False)

    @property
    def largest(self) -> float:
        """The largest magnitude."""
        return max(self.maximum, -self.minimum, 0.0)

    @property
    def is_signed(self) -> bool:
        """Whether a value was negative."""
        return self.minimum < 0

    def add(self, values: npt.NDArray[np.float32]) -> bool:
        """Take in a sample's values; return False, and do nothing, if one is NaN."""
        if not values.size:
            return True
        low, high = float(values.min()), float(values.max())
        if math.isnan(low):
            return False
        if not (math.isfinite(low) and math.isfinite(high)):
            self._join_infinite((low == -math.inf, high == math.inf))
            return self.add(values[np.isfinite(values)])
        self.count += values.size
        self.minimum, self.maximum = min(self.minimum, low), max(self.maximum, high)
        self.recent.append((low, high))
        self.histogram.add(values, max(high, -low))
        return True

    def merge(self, later: "Observation") -> None:
        """Take in what was observed of samples that come later."""
        self.count += later.count
        self.minimum, self.maximum = min(self.minimum, later.minimum), max(self.maximum, later.maximum)
        for low, high in later.recent:
            before = self.average or (low, high)
            self.average = before[0] + AVERAGING * (low - before[0]), before[1] + AVERAGING * (high - before[1])
        self.histogram.merge(later.histogram)
        self._join_infinite(later.infinite)

    def _join_infinite(self, ends: tuple[bool, bool]) -> None:
        self.infinite = self.infinite[0] or ends[0], self.infinite[1] or ends[1]
