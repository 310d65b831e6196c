"""Tensors far larger than local memory."""

import numpy as np
import onnx
from tpu_mlir import compile
from tpu_mlir.frontend.onnx.session import Session as OnnxSession
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, case, uniform


def test_convolution_on_a_full_hd_image() -> None:
    x = uniform(1, 3, 1080, 1920)
    model = case("Conv", x, Fixed(uniform(8, 3, 3, 3, seed=1)), pads=[1, 1, 1, 1], strides=[2, 2]).model()
    (found,) = Session(compile(model, precision="f16")).run(None, {"in0": x})
    expected = OnnxSession(model).run({"in0": x})["out0"].astype(np.float64).ravel()
    result = found.astype(np.float64).ravel()
    cosine = result @ expected / np.linalg.norm(result) / np.linalg.norm(expected)
    assert cosine >= 0.9995  # the limit of F16 for whole models


def test_a_billion_elements_compile() -> None:
    """Millions of slices could cut such rows; trying them all takes minutes and gigabytes."""
    model = case("LogSoftmax", np.zeros((1, 1), np.float32), axis=-1).model()
    for value in (*model.graph.input, *model.graph.output):
        value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
        del value.type.tensor_type.shape.dim[:]
        for _ in range(2):
            value.type.tensor_type.shape.dim.add().dim_value = 1 << 15
    assert compile(model).data
