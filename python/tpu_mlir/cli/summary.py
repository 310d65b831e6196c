"""What a reader wants to know of a tensor first: the range of its finite elements."""

import math
from dataclasses import dataclass

import numpy as np

from tpu_mlir.runtime.types import Array

_PIECE = 1 << 20  # elements that are looked at in f64 together


@dataclass(frozen=True)
class Summary:
    """Least, largest and mean finite element, None where no element is finite; `not_finite` counts the others."""

    type: str
    shape: tuple[int, ...]
    minimum: float | None
    maximum: float | None
    mean: float | None
    not_finite: int

    @property
    def text(self) -> str:
        """The range in words."""
        if self.minimum is None:
            return "nothing finite" if math.prod(self.shape) else "empty"
        text = f"{self.minimum:.6g} to {self.maximum:.6g}, mean {self.mean:.6g}"
        return f"{text}, {self.not_finite} not finite" if self.not_finite else text


def summarize(values: Array) -> Summary:
    """Return the summary of a tensor."""
    flat, count, total, least, most = values.reshape(-1), 0, 0.0, math.inf, -math.inf
    for start in range(0, flat.size, _PIECE):
        wide = flat[start : start + _PIECE].astype(np.float64)
        finite = wide[np.isfinite(wide)]
        count += finite.size
        total += float(finite.sum())
        least, most = float(finite.min(initial=least)), float(finite.max(initial=most))
    numbers = (least, most, total / count) if count else (None, None, None)
    return Summary(str(values.dtype), values.shape, *numbers, flat.size - count)
