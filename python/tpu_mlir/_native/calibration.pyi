"""Histograms of tensors (python/bindings/NativeCalibration.cpp)."""

import numpy as np
import numpy.typing as npt

def add_to_histogram(values: npt.NDArray[np.float32], scale: float, counts: npt.NDArray[np.uint64]) -> None:
    """Count finite values in place; both arrays are contiguous.

    counts [2, bins]: row 0 has the negative values, row 1 the positive ones, each in the bin floor(|value| * scale) or,
    beyond, in the last one. Zeros are not counted.
    """
