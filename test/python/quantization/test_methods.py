"""The methods against their papers' formulas, computed in other ways, and against distributions with known answers."""

import math

import numpy as np
import pytest
from tpu_mlir.quantization.methods import METHODS, aciq, entropy, minmax, moving_average, mse, octav, percentile
from tpu_mlir.quantization.methods.aciq import laplace_factor, normal_factor
from tpu_mlir.quantization.methods.entropy import divergences
from tpu_mlir.quantization.methods.mse import squared_errors
from tpu_mlir.quantization.statistics import Observation

COUNT = 200_000


def observed(*samples: np.ndarray) -> Observation:
    seen, part = Observation(), Observation()
    for sample in samples:
        assert part.add(np.float32(sample))
    seen.merge(part)
    return seen


def laplace(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).laplace(0, 1.5, COUNT)


def normal(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1.5, COUNT)


def relu(values: np.ndarray) -> np.ndarray:
    return np.maximum(values, 0)


def quantised(values: np.ndarray, threshold: float, steps: int) -> np.ndarray:
    step = threshold / steps
    return np.clip(np.rint(values / step), -steps, steps) * step


@pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)
@pytest.mark.parametrize("values", [laplace(), relu(normal()), np.full(9, 0.75), np.float32([-3, 5]), -relu(normal())])
def test_every_range_is_within_the_values(method, values: np.ndarray) -> None:
    seen = observed(values)
    found = method(seen)
    assert 0 < found.threshold <= np.abs(np.float32(values)).max()
    assert np.float32(values).min() <= found.minimum <= found.maximum <= np.float32(values).max()
    assert max(abs(found.minimum), abs(found.maximum)) <= found.threshold


def test_minmax() -> None:
    found = minmax(observed(np.float32([-1, 2]), np.float32([-4, 3])))
    assert (found.threshold, found.minimum, found.maximum) == (4, -4, 3)


def test_moving_average() -> None:
    found = moving_average(observed(np.float32([-1, 2]), np.float32([-5, 12])))
    assert (found.minimum, found.maximum) == pytest.approx((-1.04, 2.1))
    assert found.threshold == pytest.approx(2.1)


@pytest.mark.parametrize("percent", [99.0, 99.9, 99.99])
def test_percentile(percent: float) -> None:
    values = np.float32(laplace())
    seen = observed(values)
    expected = np.percentile(np.abs(values), percent, method="inverted_cdf")
    assert abs(percentile(seen, percent).threshold - expected) <= seen.histogram.width


def kl(counts: np.ndarray, end: int, levels: int) -> float:
    """The divergence as the slides spell it out, bin by bin."""
    p = counts[:end].copy()
    p[-1] += counts[end:].sum()
    q = np.zeros(end)
    for level in range(levels):
        inside = slice(end * level // levels, end * (level + 1) // levels)
        filled = counts[inside] > 0
        if filled.any():
            q[inside] = np.where(filled, counts[inside].sum() / filled.sum(), 0)
    p, q = p / p.sum(), q / q.sum()
    if (q[p > 0] == 0).any():
        return math.inf
    return float(sum(a * math.log(a / b) for a, b in zip(p[p > 0], q[p > 0], strict=True)))


def test_divergences_as_the_slides_define_them() -> None:
    counts = np.random.default_rng(0).poisson(np.linspace(20, 0, 300)).astype(np.float64)
    ends = np.arange(16, 301)
    expected = [kl(counts, int(end), 16) for end in ends]
    np.testing.assert_allclose(divergences(counts, ends, 16), expected, rtol=1e-9, atol=1e-12)


def test_entropy_clips_outliers_and_keeps_what_is_even() -> None:
    random = np.random.default_rng(0)
    even = random.uniform(-1, 1, COUNT)
    assert entropy(observed(even)).threshold > 0.99
    assert entropy(observed(np.append(even, 30.0))).threshold == pytest.approx(1, rel=0.1)


def test_squared_errors_are_those_of_the_values() -> None:
    values = np.float32(laplace())
    seen = observed(values)
    thresholds = np.array([2.0, 6.0, 12.0])
    exact = [float(((values - quantised(values.astype(np.float64), t, 127)) ** 2).sum()) for t in thresholds]
    # The values lie evenly in bins a sixteenth of a step wide or narrower, but for the luck of the draw.
    np.testing.assert_allclose(squared_errors(seen, thresholds), exact, rtol=0.01)


@pytest.mark.parametrize(("values", "steps"), [(laplace(1), 127), (normal(1), 127), (relu(laplace(1)), 255)])
def test_mse_finds_the_least_error(values: np.ndarray, steps: int) -> None:
    values = np.float32(values).astype(np.float64)
    found = mse(observed(values)).threshold
    thresholds = np.linspace(1, np.abs(values).max(), 300)
    least = min(((values - quantised(values, t, steps)) ** 2).mean() for t in thresholds)
    assert ((values - quantised(values, found, steps)) ** 2).mean() <= least * 1.01


def test_octav_is_the_fixed_point() -> None:
    values = np.abs(np.float32(laplace()).astype(np.float64))
    s = octav(observed(laplace())).threshold
    beyond = values > s
    expected = values[beyond].sum() / (4.0**-8 / 3 * (~beyond).sum() + beyond.sum())
    assert s == pytest.approx(expected, rel=1e-3)  # a bin's width, relative


def test_octav_of_a_laplace_distribution() -> None:
    """Both papers minimise the same noise, so OCTAV's fixed point is ACIQ's closed form."""
    quantiles = -1.5 * np.log(1 - (np.arange(2_000_000) + 0.5) / 2_000_000)
    seen = observed(np.concatenate([quantiles, -quantiles]))
    assert octav(seen).threshold == pytest.approx(1.5 * laplace_factor(3 * 4.0**8), rel=0.01)


def test_aciq_constants() -> None:
    """The thresholds for 8, 4, 3 and 2 bits that the authors publish, to the digits of their search, and W itself."""
    for bits, laplacian, gaussian in ((8, 9.89675982, 3.92403714), (4, 5.03, 2.55), (3, 3.89, 2.15), (2, 2.83, 1.71)):
        digits = 1e-5 if bits == 8 else 0.02
        assert laplace_factor(3 * 4.0**bits) == pytest.approx(laplacian, abs=digits)
        assert normal_factor(3 * 4.0**bits) == pytest.approx(gaussian, abs=digits)
    w = laplace_factor(12 * 4.0**8)
    assert w * math.exp(w) == pytest.approx(12 * 4.0**8)


def test_aciq_tells_distributions_apart() -> None:
    assert aciq(observed(laplace())).threshold == pytest.approx(1.5 * 9.89675982, rel=0.02)
    assert aciq(observed(normal())).threshold == pytest.approx(1.5 * 3.92403714, rel=0.02)
    assert aciq(observed(relu(laplace()))).threshold == pytest.approx(1.5 * laplace_factor(12 * 4.0**8), rel=0.02)
