"""Tensors far larger than local memory."""

import numpy as np
import onnx
import pytest
from tpu_mlir import compile
from tpu_mlir.frontend.onnx.session import Session as OnnxSession
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase, case, uniform


def test_convolution_on_a_full_hd_image() -> None:
    x = uniform(1, 3, 1080, 1920)
    model = case("Conv", x, Fixed(uniform(8, 3, 3, 3, seed=1)), pads=[1, 1, 1, 1], strides=[2, 2]).model()
    (found,) = Session(compile(model, precision="f16")).run(None, {"in0": x})
    expected = OnnxSession(model).run({"in0": x})["out0"].astype(np.float64).ravel()
    result = found.astype(np.float64).ravel()
    cosine = result @ expected / np.linalg.norm(result) / np.linalg.norm(expected)
    assert cosine >= 0.9995  # the limit of F16 for whole models


@pytest.mark.parametrize("precision", ["f32", "f16"])
@pytest.mark.parametrize(
    "tried",
    [
        case("Softmax", uniform(1, 18385), axis=-1),
        case("Softmax", uniform(2, 18397, seed=1), axis=-1),  # a prime
        case("MatMul", uniform(20, 9728), uniform(9728, 77)),
        case("MatMul", uniform(2, 9, 5000), Fixed(uniform(5000, 53, seed=1))),
        case("MatMul", uniform(9, 30000), uniform(30000, 12)),
        case("InstanceNormalization", uniform(2, 3, 160, 130, low=5, high=7), *map(Fixed, uniform(2, 3))),
        case("InstanceNormalization", uniform(1, 80, 160, 140), *map(Fixed, uniform(2, 80))),
    ],
    ids=str,
)
def test_rows_that_no_lane_holds(tried: NodeCase, precision: str) -> None:
    expected = OnnxSession(tried.model()).run(tried.feeds())["out0"].astype(np.float64)
    session = Session(compile(tried.model(), precision=precision), check_races=True, check_uninitialised=True)
    (found,) = session.run(None, session.convert(tried.feeds()))
    # A sum of 30,000 terms in f32; operands and result of 11 bits.
    tolerance = {"f32": 2e-5, "f16": 2e-3}[precision]
    assert np.abs(found - expected).max() <= tolerance * np.abs(expected).max()


def test_a_billion_elements_compile() -> None:
    """Millions of slices could cut such rows; trying them all takes minutes and gigabytes."""
    model = case("LogSoftmax", np.zeros((1, 1), np.float32), axis=-1).model()
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
        del value.type.tensor_type.shape.dim[:]
        for _ in range(2):
            value.type.tensor_type.shape.dim.add().dim_value = 1 << 15
    assert compile(model).data
