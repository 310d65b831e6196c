"""The check that a compilation ends with: models that agree, and bmodels that are made of others."""

import re
import time
from pathlib import Path

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.checking import CheckOptions, check
from tpu_mlir.checking.records import FLOORS
from tpu_mlir.errors import CalibrationError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.quantization import Preprocess, calibrate
from tpu_mlir.testing import uniform

SHAPE = (1, 3, 16, 16)


def network(seed: int = 0, *, scale: float = 1.0) -> onnx.ModelProto:
    """Return two convolutions, the second of weights by seed and scale, and two outputs."""
    weights = [uniform(8, 3, 3, 3), scale * uniform(4, 8, 3, 3, seed=seed)]
    nodes = [
        helper.make_node("Conv", ["x", "w0"], ["conv0"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["conv0"], ["relu"]),
        helper.make_node("Conv", ["relu", "w1"], ["conv1"], pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["conv1"], ["sigmoid"]),
        helper.make_node("GlobalAveragePool", ["sigmoid"], ["y"]),
        helper.make_node("ReduceMax", ["relu"], ["z"]),
    ]
    return model(nodes, {"x": SHAPE}, ["y", "z"], {"w0": weights[0], "w1": weights[1].astype(np.float32)})


def model(
    nodes: list[onnx.NodeProto],
    inputs: dict[str, tuple[int, ...]],
    outputs: list[str],
    weights: dict[str, np.ndarray],
    kind: int = TensorProto.FLOAT,
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("precision", ["f32", "f16", "bf16"])
def test_a_good_compilation_agrees(precision: str) -> None:
    found = tpu_mlir.compile(network(), precision=precision, check=True).check
    assert found is not None and found.agrees and not found.first
    assert [each.name for each in found.outputs] == ["y", "z"]
    assert found.floor == FLOORS[precision]
    assert found.data == "seeded data (seed 0, images from 0 to 1)"


def test_int8_is_tried_in_the_range_of_the_input() -> None:
    samples = [{"x": 7 * uniform(*SHAPE, seed=seed)} for seed in range(4)]
    ranges = calibrate(network(), samples)
    found = tpu_mlir.compile(network(), precision="int8", ranges=ranges, check=True).check
    assert found is not None and found.agrees
    assert found.data == "seeded data (seed 0)", "no span of images had to be guessed"


def test_no_check_unless_asked() -> None:
    assert tpu_mlir.compile(network()).check is None


@pytest.mark.parametrize("source", ["model", "file", "module"])
def test_the_first_wrong_layer_is_found(source: str, tmp_path: Path) -> None:
    """The bmodel has another second convolution than the model that it is compared with."""
    right, wrong = network(), network(1)
    path = tmp_path / "m.onnx"
    onnx.save(right, path)
    given = {"model": right, "file": path, "module": import_model(right)}[source]
    bmodel = tpu_mlir.compile(wrong)
    found = check(given, bmodel, ["f32"], rebuild=lambda: tpu_mlir.compile(wrong, keep_tensors=True))
    assert found.has_failed and found.first == "conv1"
    assert [each.name for each in found.faults] == ["y"]
    assert [(each.name, bool(each.fault)) for each in found.layers[:2]] == [("relu", False), ("conv1", True)]


def test_a_failed_check_is_a_warning_in_python() -> None:
    with pytest.warns(TpuMlirWarning, match="outputs differ from ONNX Runtime"):
        found = tpu_mlir.compile(network(), precision="bf16", check=CheckOptions(tolerance=1.0)).check
    assert found is not None and found.first in ("conv0", "relu")


def test_infinity_that_the_model_does_not_have() -> None:
    """Elements beyond 65504 in f16, of a model that is compared with one of smaller weights."""
    bmodel = tpu_mlir.compile(model([helper.make_node("Relu", ["x"], ["y"])], {"x": (4,)}, ["y"], {}), precision="f16")
    big = model([helper.make_node("Abs", ["x"], ["y"])], {"x": (4,)}, ["y"], {})
    feeds = [{"x": np.array([1, 2, 1e6, 3], np.float32)}]
    found = check(big, bmodel, ["f16"], CheckOptions(data=feeds))
    assert found.has_failed and found.outputs[0].figures.not_finite == 1
    assert "1 element not finite where they should be" in found.outputs[0].fault


def test_time_is_bounded() -> None:
    with pytest.warns(TpuMlirWarning, match="not finished, so nothing is known: ONNX Runtime did not end in time"):
        found = tpu_mlir.compile(network(), check=CheckOptions(seconds=0)).check
    assert found is not None and found.unfinished and not found.agrees and not found.has_failed


def test_the_simulator_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands until ONNX Runtime is done and then jumps beyond the end."""
    times = iter([0.0, 0.0])
    monkeypatch.setattr(time, "monotonic", lambda: next(times, 100.0))
    found = check(network(), tpu_mlir.compile(network()), ["f32"])
    assert found.unfinished == "the simulator did not end in time"


def test_data_of_the_user(tmp_path: Path) -> None:
    np.savez(tmp_path / "in.npz", x=uniform(*SHAPE))
    options = CheckOptions(data=tmp_path / "in.npz")
    found = check(network(), tpu_mlir.compile(network()), ["f32"], options)
    assert found.agrees and found.data == f"{tmp_path / 'in.npz'}, sample 0"
    np.savez(tmp_path / "other.npz", x=uniform(2, 2))
    with pytest.raises(CalibrationError, match="input 'x' is expected as 1x3x16x16, found 2x2"):
        check(network(), tpu_mlir.compile(network()), ["f32"], CheckOptions(data=tmp_path / "other.npz"))


def test_pixels() -> None:
    how = Preprocess((127.5,), (1 / 128,))
    found = tpu_mlir.compile(network(), precision="f16", fuse_preprocess=how, check=True).check
    assert found is not None and found.agrees


def test_inputs_in_f16() -> None:
    found = tpu_mlir.compile(
        model([helper.make_node("Exp", ["x"], ["y"])], {"x": (2, 5)}, ["y"], {}, TensorProto.FLOAT16), check=True
    ).check
    assert found is not None and found.agrees


def test_text_of_every_output() -> None:
    from tpu_mlir.checking import headline

    found = tpu_mlir.compile(network(), check=True).check
    assert found is not None
    assert re.fullmatch(
        r"agrees with ONNX Runtime: 'y' cosine 1\.000000, largest error \S+, 0 wrongly not finite; "
        r"'z' largest error \S+, 0 wrongly not finite; on seeded data \(seed 0, images from 0 to 1\), \d+\.\d s",
        headline(found),
    )


@pytest.mark.parametrize("name", ["mask", "m"])
@pytest.mark.parametrize("precision", ["f32", "f16"])
def test_masks_are_ones_and_zeros(name: str, precision: str) -> None:
    """Of other numbers the large constant makes infinities of both signs, and NaN."""
    nodes = [
        helper.make_node("Sub", ["one", name], ["inverse"]),
        helper.make_node("Mul", ["inverse", "large"], ["masked"]),
        helper.make_node("Add", ["x", "masked"], ["scores"]),
        helper.make_node("Softmax", ["scores"], ["y"], axis=-1),
    ]
    weights = {"one": np.array(1, np.float32), "large": np.array(np.finfo(np.float32).min)}
    found = tpu_mlir.compile(
        model(nodes, {"x": (2, 8, 8), name: (2, 1, 8)}, ["y"], weights), precision=precision, check=True
    ).check
    assert found is not None and found.agrees, found


def test_what_is_not_finite_in_the_model_itself_is_no_verdict_on_seeded_data() -> None:
    right = model([helper.make_node("Log", ["x"], ["y"])], {"x": (4, 50)}, ["y"], {})
    other = tpu_mlir.compile(model([helper.make_node("Relu", ["x"], ["y"])], {"x": (4, 50)}, ["y"], {}))
    found = check(right, other, ["f32"])
    assert found.unfinished == "ONNX Runtime's own results are not finite on these data" and not found.has_failed
