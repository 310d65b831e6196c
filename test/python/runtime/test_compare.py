"""Distances of tensors, against their definitions."""

import math

import ml_dtypes
import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.runtime.compare import compare_tensors, distance, real_values

INF, NAN = float("inf"), float("nan")


def test_definitions() -> None:
    relative, largest, cosine = distance(np.array([3.0, 0.0]), np.array([3.0, 4.0]))
    assert (relative, largest, cosine) == (4 / 5, 4.0, 9 / 15)


def test_equal_tensors() -> None:
    for array in (np.array([1.0, -2.0]), np.zeros(3), np.array([INF, NAN, 1.0]), np.zeros(0)):
        assert distance(array, array.copy()) == (0.0, 0.0, 1.0)


def test_narrow_types_are_compared_as_what_they_hold() -> None:
    assert distance(np.array([1.5], ml_dtypes.bfloat16), np.array([1.5], np.float32)) == (0.0, 0.0, 1.0)
    assert distance(np.array([255], np.uint8), np.array([-1], np.int8))[1] == 256.0


@pytest.mark.parametrize(
    ("value", "reference"),
    [([NAN, 1.0], [1.0, 1.0]), ([INF, 1.0], [1.0, 1.0]), ([1.0, 1.0], [NAN, 1.0]), ([-INF], [INF]), ([1.0], [0.0])],
)
def test_what_no_number_measures_is_infinite(value: list[float], reference: list[float]) -> None:
    assert distance(np.array(value), np.array(reference))[0] == INF


def test_worst_first() -> None:
    one = np.ones(4, np.float32)
    values = {"same": ("f32", one), "off": ("f16", one * 1.5), "shape": ("f32", np.ones(3)), "unknown": ("f32", one)}
    errors = compare_tensors(values, {"same": one, "off": one, "shape": one}, frozenset({"off"}))
    assert [e.name for e in errors] == ["shape", "off", "same"]
    assert [e.relative for e in errors] == [INF, 0.5, 0.0] and math.isnan(errors[0].cosine)
    assert [e.is_output for e in errors] == [False, True, False] and errors[1].data_type == "f16"


def test_other_shapes_of_as_many_elements_agree() -> None:
    one = np.arange(6.0)
    assert compare_tensors({"a": ("f32", one.reshape(2, 3))}, {"a": one}, frozenset())[0].relative == 0.0


def test_integers_stand_for_numbers() -> None:
    tensor = bmodel.Tensor(name="q", data_type="i8", shape=[3], address=0, size=3, scale=0.25, zero_point=-3)
    np.testing.assert_array_equal(real_values(np.array([-128, -3, 5], np.int8), tensor), [-31.25, 0, 2])
    other = np.array([1.5], np.float32)
    assert real_values(other, tensor) is other
