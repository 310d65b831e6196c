"""Distances of tensors, against their definitions."""

import math

import ml_dtypes
import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.runtime.compare import NamedValue, compare_tensors, distance, named_value, real_values

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
    values = {
        "same": NamedValue("f32", one),
        "off": NamedValue("f16", one * 1.5),
        "shape": NamedValue("f32", np.ones(3)),
        "unknown": NamedValue("f32", one),
        "other shape": NamedValue("f32", np.ones(3)),
    }
    references = {"same": one, "off": one, "shape": one, "other shape": one}
    errors = compare_tensors(values, references, frozenset({"off", "shape"}))
    assert [e.name for e in errors] == ["shape", "off", "same"], "an inner tensor of another shape is no error"
    assert [e.relative for e in errors] == [INF, 0.5, 0.0] and math.isnan(errors[0].cosine)
    assert [e.is_output for e in errors] == [True, True, False] and errors[1].data_type == "f16"


def test_integers_of_a_model_are_compared_with_integers() -> None:
    """A bmodel in floats has what they stand for, which is no other result."""
    reference = np.array([3, 200], np.uint8)
    tensor = bmodel.Tensor(name="q", data_type="u8", shape=[2], address=0, size=2, scale=0.5, zero_point=100)
    values = {"q": named_value(reference, tensor), "f": NamedValue("f32", np.array([-48.5, 50.0]))}
    (found,) = compare_tensors(values, {"q": reference, "f": reference}, frozenset())
    assert (found.name, found.relative) == ("q", 0.0)


def test_another_order_of_dimensions() -> None:
    """The ONNX tensor is the stored one, transposed."""
    stored = np.arange(24.0).reshape(1, 2, 3, 4)
    tensor = stored.transpose(0, 2, 3, 1)
    values = {"a": NamedValue("f32", stored.reshape(1, 6, 1, 4), (0, 2, 3, 1))}
    assert compare_tensors(values, {"a": tensor}, frozenset())[0].relative == 0.0


def test_other_shapes_of_as_many_elements_agree() -> None:
    one = np.arange(6.0)
    assert compare_tensors({"a": NamedValue("f32", one.reshape(2, 3))}, {"a": one}, frozenset())[0].relative == 0.0


def test_integers_stand_for_numbers() -> None:
    tensor = bmodel.Tensor(name="q", data_type="i8", shape=[3], address=0, size=3, scale=0.25, zero_point=-3)
    np.testing.assert_array_equal(real_values(np.array([-128, -3, 5], np.int8), tensor), [-31.25, 0, 2])
    other = np.array([1.5], np.float32)
    assert real_values(other, tensor) is other
