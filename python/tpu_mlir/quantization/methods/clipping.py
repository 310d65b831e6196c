"""What the methods share: the number of quantisation steps, and the range that a threshold leaves."""

from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation


def steps(seen: Observation) -> int:
    """Return how many quantisation steps lie between zero and the threshold: 127 in i8, 255 in u8."""
    return 127 if seen.is_signed else 255


def clipped(seen: Observation, threshold: float) -> Range:
    """Return the observed range without what exceeds the threshold in magnitude."""
    limit = min(threshold, seen.largest)
    return Range(limit, max(seen.minimum, -limit), min(seen.maximum, limit))
