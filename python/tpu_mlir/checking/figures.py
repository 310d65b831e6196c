"""How far a tensor is from what ONNX Runtime computes, and whether that is near enough."""

import math
from dataclasses import dataclass

import numpy as np

from tpu_mlir.runtime.compare import distance, told_apart
from tpu_mlir.runtime.types import Array

# An additive mask: 16-bit types hold less, and any number beyond what scores reach does the same.
_MASKED, _MASK = 1e30, 6e4


@dataclass(frozen=True)
class Figures:
    """The distance of a tensor from its reference.

    size: number of elements. cosine: of the angle between both, 1 where they are equal. error: largest difference of
    an element, relative to the largest magnitude of the reference. distance: |a - b| / |b| in the 2-norm. not_finite:
    elements that are NaN or infinite where the reference is not, or finite where it is not, or another infinity; the
    other figures leave them out. unequal: elements that differ at all. has_angle: the reference has two different
    elements, so that the cosine says something; is_zero: it has none but zeros. is_integer: it holds no floats.
    """

    size: int
    cosine: float
    error: float
    distance: float
    not_finite: int
    unequal: int
    has_angle: bool
    is_zero: bool
    is_integer: bool


def measure(value: Array, reference: Array, *, is_inner: bool = False) -> Figures:
    """Return the figures of two tensors with as many elements; `is_inner` lets a large number stand for infinity."""
    a, b = value.astype(np.float64).reshape(-1), reference.astype(np.float64).reshape(-1)
    if is_inner:
        masked = (np.abs(b) >= _MASKED) & (np.abs(a) >= _MASK) & (np.sign(a) == np.sign(b))
        a, b = a[~masked], b[~masked]
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    finite = np.isfinite(a) & np.isfinite(b)
    x, y = a[finite], b[finite]
    relative, largest, cosine = distance(x, y)
    peak = float(np.abs(y).max(initial=0))
    return Figures(
        size=value.size,
        cosine=cosine,
        error=largest / peak if peak else largest,
        distance=relative,
        not_finite=int(np.count_nonzero(~finite & ~same)),
        unequal=int(np.count_nonzero(~same)),
        has_angle=y.size > 1 and float(y.min()) != float(y.max()),
        is_zero=not peak,
        is_integer=reference.dtype.kind in "iub",
    )


def fault(figures: Figures, floor: float, *, is_exact: bool) -> str:
    """Return what is wrong with a tensor, nothing if it is near enough: if its cosine reaches the floor.

    The distance bounds what the cosine does not see, a common factor: sqrt(2 (1 - floor)) is that of two vectors of
    the same length with that cosine, and twice as much is let through; where a cosine says nothing, that much. Of a
    tensor of zeros, elements may be up to 1 - floor. Integers must be equal, but for a share of 1 %, where computing
    `is_exact` enough for that; else they follow from comparisons of floats that are near each other, and say nothing.
    """
    if figures.not_finite:
        elements = "element" if figures.not_finite == 1 else "elements"
        return f"{figures.not_finite} {elements} not finite where they should be, or finite where they should not"
    if figures.is_integer:
        wrong = is_exact and figures.unequal > max(figures.size // 100, figures.size < 100)
        return f"{figures.unequal} of {figures.size} integers differ" if wrong else ""
    bound = math.sqrt(2 * (1 - floor))
    if figures.is_zero:
        above = figures.error > 1 - floor
        return "{} where all is zero, above {}".format(*told_apart(figures.error, 1 - floor)) if above else ""
    if not figures.has_angle:
        return _beyond(figures.distance, bound)
    if figures.cosine < floor:
        return "cosine {}, below {}".format(*told_apart(figures.cosine, floor, 6))
    return _beyond(figures.distance, 2 * bound)


def cosine_text(cosine: float, floor: float) -> str:
    """Return a cosine with six digits behind the point, or as many as tell on which side of the floor it is."""
    for digits in range(6, 17):
        text = f"{cosine:.{digits}f}"
        if (float(text) < floor) == (cosine < floor):
            return text
    return repr(cosine)


def _beyond(found: float, bound: float) -> str:
    return "relative error {}, above {}".format(*told_apart(found, bound)) if found > bound else ""
