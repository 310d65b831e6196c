"""Histograms against NumPy's, and that no order of adding and merging changes them."""

import numpy as np
import pytest
from tpu_mlir._native import calibration
from tpu_mlir.quantization.histogram import BINS, Histogram
from tpu_mlir.quantization.statistics import Observation


def filled(*arrays: np.ndarray) -> Histogram:
    histogram = Histogram()
    for array in arrays:
        histogram.add(array, float(np.abs(array).max(initial=0)))
    return histogram


def samples(seed: int, count: int) -> list[np.ndarray]:
    """Arrays whose ranges differ by powers of ten, with zeros among their values."""
    random = np.random.default_rng(seed)
    scales = 10.0 ** random.integers(-6, 6, count)
    return [np.float32(random.laplace(0, s, 5000) * (random.random(5000) > 0.3)) for s in scales]


def test_against_numpy() -> None:
    values = samples(1, 1)[0]
    histogram = filled(values)
    assert np.abs(values).max() < 2.0**histogram.exponent <= 2 * np.abs(values).max()
    for row, magnitudes in enumerate((-values[values < 0], values[values > 0])):
        expected, _ = np.histogram(magnitudes.astype(np.float64), histogram.edges)
        np.testing.assert_array_equal(histogram.counts[row], expected)


def test_order_is_no_matter() -> None:
    arrays = samples(2, 12)
    expected = filled(np.concatenate(arrays))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(len(arrays))
        one, other = filled(*(arrays[i] for i in order[:5])), filled(*(arrays[i] for i in order[5:]))
        one.merge(other)
        assert one.exponent == expected.exponent
        np.testing.assert_array_equal(one.counts, expected.counts)


@pytest.mark.parametrize("value", [1e-38, -1e-44, 3.4e38, 2.0**-20, -1.0])
def test_extreme_values(value: float) -> None:
    histogram = filled(np.float32([value, 0, value]))
    assert histogram.counts[int(value > 0)].sum() == histogram.counts.sum() == 2
    histogram.merge(filled(np.float32([1e38])))
    assert histogram.counts.sum() == 3


def test_kernel_refuses_other_tables() -> None:
    values = np.zeros(4, np.float32)
    with pytest.raises(ValueError, match=r"expected counts of shape \[2,"):
        calibration.add_to_histogram(values, 1.0, np.zeros((3, BINS), np.uint64))
    with pytest.raises(ValueError, match="expected a positive scale"):
        calibration.add_to_histogram(values, 0.0, np.zeros((2, BINS), np.uint64))


def test_moving_average_follows_the_order_of_samples() -> None:
    arrays = samples(3, 6)
    whole = Observation()
    for start in range(0, 6, 2):
        part = Observation()
        for array in arrays[start : start + 2]:
            assert part.add(array)
        whole.merge(part)
    low, high = float(arrays[0].min()), float(arrays[0].max())
    for array in arrays[1:]:
        low, high = 0.99 * low + 0.01 * float(array.min()), 0.99 * high + 0.01 * float(array.max())
    assert whole.average == pytest.approx((low, high), rel=1e-12)
    assert (whole.minimum, whole.maximum) == (min(a.min() for a in arrays), max(a.max() for a in arrays))
    assert whole.count == 6 * 5000


def test_no_numbers_are_refused() -> None:
    seen = Observation()
    assert not seen.add(np.float32([0, np.nan, -np.inf]))
    assert seen.count == 0 and not seen.histogram.counts.any() and seen.infinite == (False, False)


def test_infinities_are_not_counted() -> None:
    seen = Observation()
    assert seen.add(np.float32([0, np.inf, 3])) and seen.add(np.float32([np.inf]))
    assert (seen.minimum, seen.maximum, seen.count, seen.infinite) == (0, 3, 2, (False, True))
    assert seen.histogram.counts.sum() == 1  # zeros are counted apart
