"""The figures of two tensors against NumPy and formulas, and what is let through."""

import numpy as np
import pytest
from tpu_mlir.checking.figures import cosine_text, fault, measure
from tpu_mlir.runtime.compare import told_apart

INF, NAN = np.inf, np.nan


def judged(value: object, reference: object, floor: float = 0.999, *, is_exact: bool = False, **how: bool) -> str:
    return fault(measure(np.asarray(value), np.asarray(reference), **how), floor, is_exact=is_exact)


def test_figures_are_what_numpy_says() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 50))
    found = measure(a, b)
    assert found.cosine == pytest.approx(a @ b / np.sqrt((a @ a) * (b @ b)))
    assert found.error == pytest.approx(np.abs(a - b).max() / np.abs(b).max())
    assert found.distance == pytest.approx(np.sqrt(((a - b) ** 2).sum() / (b**2).sum()))
    assert (found.size, found.not_finite, found.unequal) == (50, 0, 50)


@pytest.mark.parametrize(
    ("value", "reference", "count"),
    [
        ([1, INF, 3], [1, 2, 3], 1),
        ([1, NAN, NAN], [1, 2, 3], 2),
        ([1, 2, 3], [1, INF, NAN], 2),  # the reverse
        ([1, -INF, 3], [1, INF, 3], 1),
        ([1, INF, NAN], [1, INF, NAN], 0),
    ],
)
def test_elements_that_are_not_finite(value: list[float], reference: list[float], count: int) -> None:
    assert measure(np.array(value), np.array(reference)).not_finite == count
    assert bool(judged(value, reference, 0.0)) == (count > 0), "whatever the cosine has to be"


def test_a_common_factor_is_a_fault_that_no_cosine_sees() -> None:
    b = np.arange(1.0, 9.0)
    assert measure(2 * b, b).cosine == pytest.approx(1)
    assert "relative error 1" in judged(2 * b, b)


@pytest.mark.parametrize(
    ("value", "reference", "is_fault"),
    [
        (np.full(9, 5.01), np.full(9, 5.0), False),
        (np.full(9, 10.0), np.full(9, 5.0), True),  # the angle is 0
        (np.array([0.5]), np.array([-0.5]), True),  # one element
        (np.full(9, 1e-4), np.zeros(9), False),
        (np.full(9, 1e-2), np.zeros(9), True),
        (np.zeros(9), np.zeros(9), False),
        (np.zeros((2, 0)), np.zeros((2, 0)), False),
    ],
)
def test_where_a_cosine_says_nothing_the_error_counts(value: np.ndarray, reference: np.ndarray, is_fault: bool) -> None:
    assert bool(judged(value, reference)) == is_fault


def test_figures_do_not_contradict_their_bound() -> None:
    assert told_apart(0.04468, 0.04467) == ("0.04468", "0.04467")
    assert told_apart(0.5, 0.25) == ("0.5", "0.25")
    assert told_apart(1.0, float(np.nextafter(1.0, 2))) == ("1.0", "1.0000000000000002")
    assert cosine_text(0.99999982, 0.9999999) == "0.9999998"
    assert cosine_text(0.99999985, 0.999) == "1.000000"
    a, b = np.array([1.0, 0.0, 0.0]), np.array([1.0, 0.000548, 0.0])  # cosine 1 - 1.5e-7
    assert judged(a, b, 0.9999999) == "cosine 0.9999998, below 0.9999999"


def test_integers_are_equal_where_floats_are_exact() -> None:
    reference = np.arange(1000)
    few, many = reference.copy(), reference.copy()
    few[:10] += 1
    many[:11] += 1
    assert not judged(few, reference, is_exact=True)
    assert judged(many, reference, is_exact=True) == "11 of 1000 integers differ"
    assert not judged(many, reference), "a rounded float decides otherwise where two are near each other"


def test_inside_a_network_a_large_number_stands_for_a_mask() -> None:
    reference, value = np.array([1.0, -3.4e38, -INF, 2.0]), np.array([1.0, -65504.0, -65504.0, 2.0])
    assert judged(value, reference)
    assert not judged(value, reference, is_inner=True)
