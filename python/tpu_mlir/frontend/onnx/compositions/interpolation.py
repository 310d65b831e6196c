"""Resizing along one dimension as a matrix, in every mode of ONNX's Resize (its operator page is the source)."""

import math
from dataclasses import dataclass

import numpy as np

from tpu_mlir.frontend.onnx.tensors import Array


def nearest(at: Array, size: int, rounding: str) -> Array:
    """Return the element of `size` that is nearest to each coordinate; `rounding` is one of ONNX's nearest modes."""
    rounded = {
        "round_prefer_floor": np.ceil(at - 0.5),
        "round_prefer_ceil": np.floor(at + 0.5),
        "floor": np.floor(at),
        "ceil": np.ceil(at),
    }
    return np.clip(rounded[rounding], 0, size - 1).astype(np.int64)


@dataclass(frozen=True)
class Line:
    """One dimension: its size, that of the result, the scale, and the region of [0, 1] that is cropped."""

    size: int
    result: int
    scale: float
    begin: float = 0.0
    end: float = 1.0

    def coordinates(self, mode: str) -> Array:
        """Return where in the input each element of the result lies."""
        i, last = np.arange(self.result, dtype=np.float64), self.size - 1
        half = (i + 0.5) / self.scale - 0.5
        if mode == "tf_crop_and_resize":
            if self.result == 1:
                return np.array([0.5 * (self.begin + self.end) * last])
            return self.begin * last + i * (self.end - self.begin) * last / (self.result - 1)
        if mode == "align_corners":
            length = self.scale * self.size
            return i * last / (length - 1) if length > 1 else i * 0.0
        if mode == "asymmetric":
            return i / self.scale
        if mode == "half_pixel_symmetric":
            return half + self.size / 2 * (1 - self.result / (self.scale * self.size))
        return half if mode == "half_pixel" or self.result > 1 else half * 0.0


def weights(at: Array, line: Line, mode: str, coefficient: float, *, antialias: bool, exclude_outside: bool) -> Array:
    """Return [size, result]: how much each element of the input counts in each of the result.

    With `antialias` the kernel is as wide as the scale is small. What lies outside counts as the element at the edge
    or, with `exclude_outside`, not at all.
    """
    shrink = min(line.scale, 1.0) if antialias else 1.0
    reach = (1.0 if mode == "linear" else 2.0) / shrink
    first = np.floor(at).astype(np.int64) - math.ceil(reach)
    places = first[:, None] + np.arange(2 * math.ceil(reach) + 2)
    distance = np.abs(places - at[:, None]) * shrink
    factors = np.maximum(1 - distance, 0.0) if mode == "linear" else cubic(distance, coefficient)
    if exclude_outside:
        factors = np.where((places < 0) | (places >= line.size), 0.0, factors)
    factors /= factors.sum(1, keepdims=True)
    matrix = np.zeros((line.size, line.result))
    rows = np.clip(places, 0, line.size - 1)
    np.add.at(matrix, (rows, np.broadcast_to(np.arange(line.result)[:, None], rows.shape)), factors)
    return matrix


def cubic(distance: Array, a: float) -> Array:
    """Return how much an element counts at a distance, in the cubic convolution of coefficient `a`."""
    near = ((a + 2) * distance - (a + 3)) * distance**2 + 1
    far = ((a * distance - 5 * a) * distance + 8 * a) * distance - 4 * a
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))
