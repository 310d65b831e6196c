"""The best threshold of a distribution that resembles the values', in closed form."""

import math

import numpy as np

from tpu_mlir.quantization.methods.clipping import clipped
from tpu_mlir.quantization.methods.mse import squared_errors
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.statistics import Observation

_BITS = 8


def aciq(seen: Observation) -> Range:
    """Return the range for a Laplace or a normal distribution, whichever threshold errs less on the histogram.

    Laplace: the threshold is b * W(k 4^bits), W being Lambert's function and b = E|x|; it solves
    threshold / (k 4^bits) = b exp(-threshold / b). Normal: the threshold is a * sigma, where sigma^2 = E[x^2] and a
    solves a / (k 4^bits) = sqrt(2 / pi) exp(-a^2 / 2) - a erfc(a / sqrt 2). k is 3 for signed values and 12 for values
    after a relu, whose step is half as large. The means are taken about zero, where symmetric ranges are centred, over
    values other than zero.

    Source: Banner et al., "Post training 4-bit quantization of convolutional networks for rapid-deployment",
    NeurIPS 2019, section 3 and appendix.
    """
    counts = seen.histogram.magnitudes
    centres = (np.arange(len(counts)) + 0.5) * seen.histogram.width
    factor = (3 if seen.is_signed else 12) * 4.0**_BITS
    mean = float(centres @ counts / counts.sum())
    deviation = math.sqrt(float(centres**2 @ counts / counts.sum()))
    candidates = np.minimum([mean * laplace_factor(factor), deviation * normal_factor(factor)], seen.largest)
    return clipped(seen, float(candidates[np.argmin(squared_errors(seen, candidates))]))


def laplace_factor(factor: float) -> float:
    """Return W(factor), the solution of w e^w = factor, by Newton's method."""
    w = math.log(factor)
    for _ in range(50):
        w -= (w - factor * math.exp(-w)) / (1 + w)
    return w


def normal_factor(factor: float) -> float:
    """Return the a > 0 that solves a / factor = sqrt(2 / pi) exp(-a^2 / 2) - a erfc(a / sqrt 2), by bisection."""
    low, high = 0.0, 20.0
    for _ in range(100):
        a = (low + high) / 2
        slope = a / factor - math.sqrt(2 / math.pi) * math.exp(-a * a / 2) + a * math.erfc(a / math.sqrt(2))
        low, high = (a, high) if slope < 0 else (low, a)
    return low
