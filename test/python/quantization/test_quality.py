"""The loss of outputs, by its formula."""

import numpy as np
import pytest
from tpu_mlir.quantization.quality import loss_of

RANDOM = np.random.default_rng(0)


def test_a_loss_is_about_twice_what_the_centred_cosine_lacks() -> None:
    expected = RANDOM.normal(50, 1, (4, 1000))
    found = expected + RANDOM.normal(0, 0.05, expected.shape)
    a, b = found - expected.mean(), expected - expected.mean()
    cosine = (a * b).sum() / np.linalg.norm(a) / np.linalg.norm(b)
    assert loss_of(found, expected) == pytest.approx(2 * (1 - cosine), rel=0.05)


def test_an_offset_is_a_loss() -> None:
    expected = RANDOM.normal(0, 1, (4, 1000))
    assert loss_of(expected + 0.5, expected) == pytest.approx(0.25, rel=0.05)


@pytest.mark.parametrize("axis", [1, 2])
def test_small_channels_count_beside_large_ones(axis: int) -> None:
    shape = (4, 4, 64) if axis == 1 else (4, 64, 4)
    powers = np.array([300.0, 300.0, 0.1, 0.1]).reshape([-1 if dim == axis else 1 for dim in range(3)])
    expected = RANDOM.normal(0, 1, shape) * powers
    found = np.where(powers < 1, 0.0, expected)  # boxes exact, all scores 0
    assert loss_of(found, expected) == pytest.approx(0.1 * 0.5, abs=0.002)


def test_channels_alike_are_measured_together() -> None:
    expected = RANDOM.normal(0, 1, (4, 4, 64))
    found = expected.copy()
    found[:, 0] *= 2
    assert loss_of(found, expected) == pytest.approx(0.25, abs=0.03)


def test_an_output_that_hardly_varies() -> None:
    expected = np.full((8, 1), 0.7) + 1e-9 * np.arange(8)[:, None]
    assert loss_of(expected + 1e-5, expected) < 1e-3
    assert loss_of(expected + 0.1, expected) > 1
    assert loss_of(np.zeros((2, 3)), np.zeros((2, 3))) == 0


def test_one_element_is_measured_over_the_samples() -> None:
    expected = np.array([[0.0], [1.0], [0.0], [1.0]])
    assert loss_of(np.full((4, 1), 0.5), expected) == pytest.approx(1.0)


def test_what_is_not_finite_where_it_should_be() -> None:
    expected = np.array([[1.0, 2.0, np.inf]])
    assert loss_of(expected.copy(), expected) == 0
    assert loss_of(np.array([[1.0, np.nan, np.inf]]), expected) == np.inf
    assert loss_of(np.array([[1.0, 2.0, 5.0]]), expected) == np.inf
    assert loss_of(np.zeros((2, 0)), np.zeros((2, 0))) == 0
