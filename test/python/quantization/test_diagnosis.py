"""What the report says of a network in 8 bits, on networks whose answers are known."""

import math

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.quantization import Range, Ranges
from tpu_mlir.quantization.diagnosis import Diagnosis, diagnose
from tpu_mlir.report.quantization import quantization_page, reason

VALUES = np.array([-4.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0], np.float32).reshape(1, 1, 2, 4)


def network(*nodes: onnx.NodeProto, weight: float = 1.0) -> onnx.ModelProto:
    """Return x -> conv by one weight -> `nodes` -> y."""
    conv = helper.make_node("Conv", ["x", "w"], ["c"], name="conv")
    graph = helper.make_graph(
        [conv, *nodes],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 1, 2, 4])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1, 2, 4])],
        [numpy_helper.from_array(np.full((1, 1, 1, 1), weight, np.float32), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


ADD = helper.make_node("Add", ["c", "x"], ["y"])
SOFTMAX = helper.make_node("Softmax", ["c"], ["y"], axis=3)


def found(model: onnx.ModelProto, *entries: tuple[str, float], **options: object) -> Diagnosis:
    ranges = Ranges({name: Range(threshold, -threshold, threshold) for name, threshold in entries})
    return diagnose(model, ranges, [{"x": VALUES}], **options)


def test_a_tensor_has_its_values_its_step_and_what_is_clipped() -> None:
    tensors = {item.name: item for item in found(network(ADD), ("x", 2.54), ("c", 2.54), ("y", 8.0)).tensors}
    x = tensors["x"]
    assert (x.seen.minimum, x.seen.maximum, x.seen.count) == (-4.0, 3.0, 8)
    assert x.scale == pytest.approx(0.02)
    assert x.limits == pytest.approx((-2.56, 2.54))
    assert x.clipped == pytest.approx(2 / 8)  # -4 and 3
    assert tensors["y"].clipped == 0


def test_the_noise_ratio_is_that_of_rounding_and_clipping() -> None:
    x = next(item for item in found(network(ADD), ("x", 12.7), ("c", 12.7), ("y", 12.7)).tensors if item.name == "x")
    expected = 10 * math.log10(float((VALUES**2).mean()) / (0.1**2 / 12))
    assert x.noise_ratio == pytest.approx(expected, abs=0.1)


def test_errors_are_those_of_the_integers() -> None:
    tensors = {item.name: item for item in found(network(ADD), ("x", 2.54), ("c", 12.7), ("y", 12.7)).tensors}
    stored = np.clip(VALUES, -2.56, 2.54)
    error = float(np.linalg.norm(stored - VALUES) / np.linalg.norm(VALUES))
    assert tensors["x"].error == pytest.approx(error, rel=1e-5)


def test_what_stays_in_floats_has_a_reason() -> None:
    diagnosis = found(network(SOFTMAX), ("x", 4.0), ("c", 4.0), ("y", 1.0))
    (op,) = diagnosis.floats
    assert (op.name, op.kind) == ("y", "softmax")
    assert reason(op) == "softmax has no integer form, or reads what floats compute"
    page = quantization_page(diagnosis, "net<1>", [("1 ms", "one run")], {"y": "asked for"})
    assert "asked for" in page and "no integer form" not in page
    assert "net&lt;1&gt;" in page and "net<1>" not in page
    assert page.count("<h3>") == len(diagnosis.worst(99)) > 0


def test_an_override_shows_in_the_operations() -> None:
    entries = ("x", 4.0), ("c", 4.0), ("y", 8.0)
    assert [op.name for op in found(network(ADD), *entries).floats] == ["y"]
    assert not found(network(ADD), *entries, precision_overrides={"y": "int8"}).floats


def test_outputs_have_their_cosine() -> None:
    assert found(network(ADD), ("x", 4.0), ("c", 4.0), ("y", 8.0)).outputs["y"] == pytest.approx(1, abs=1e-3)
