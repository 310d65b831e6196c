"""Tensors without elements anywhere in a model: compiled and run, against ONNX Runtime or, where it refuses, NumPy."""

from pathlib import Path

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper
from tpu_mlir.cli import main
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.session import Session as Runtime
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase, case, integers, uniform

NO_INDICES = Fixed(np.zeros([0], np.int64))
NO_SCALES = Fixed(np.zeros([0], np.float32))


def none(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.float32)


CASES = [
    case("Relu", none(2, 0, 4)),
    case("Identity", none(2, 0)),
    case("Add", none(2, 0, 4), uniform(1, 1, 4)),
    case("Where", Fixed(np.zeros([0, 3], np.bool_)), none(0, 3), uniform(1, 3)),
    case("Softmax", none(2, 0, 4), axis=1),
    case("LayerNormalization", none(2, 0, 4), Fixed(uniform(4)), axis=-1),
    case("CumSum", none(2, 0), Fixed(np.array(1))),
    case("MatMul", none(0, 2), Fixed(uniform(2, 3))),
    case("MatMul", none(2, 0), none(0, 3)),
    case("MatMul", none(3, 4, 0), none(3, 0, 5)),
    case("Gemm", none(2, 0), none(0, 3), Fixed(uniform(3))),
    case("Conv", none(0, 3, 8, 8), Fixed(uniform(4, 3, 3, 3)), Fixed(uniform(4))),
    case("ConvTranspose", none(0, 3, 8, 8), Fixed(uniform(3, 4, 3, 3))),
    case("MaxPool", none(0, 3, 8, 8), kernel_shape=[2, 2]),
    case("GlobalAveragePool", none(0, 3, 8, 8)),
    case("BatchNormalization", none(0, 4, 3, 3), *[Fixed(np.abs(uniform(4)) + 1) for _ in range(4)]),
    case("Transpose", none(2, 0, 4), perm=[2, 0, 1]),
    case("Reshape", none(2, 0, 4), integers([0, 0, 8])),
    case("Reshape", none(2, 0, 4), integers([8, 0]), allowzero=1),
    case("Concat", none(2, 0, 4), uniform(2, 3, 4), none(2, 0, 4), axis=1),
    case("Concat", none(2, 0, 4), none(2, 0, 4), axis=1),
    case("Split", uniform(4, 3), integers([1, 0, 3, 0]), axis=0, outputs=4),
    case("Split", none(0, 3), integers([0, 0]), axis=0, outputs=2),
    case("Slice", uniform(4, 3), integers([2]), integers([2])),
    case("Slice", uniform(4, 3), integers([3]), integers([-(2**63)]), integers([1]), integers([-(2**62)])),
    case("Pad", none(2, 0), integers([0, 1, 0, 2]), Fixed(np.float32(3))),
    case("Pad", uniform(2, 3), integers([0, -1, 0, -2])),
    case("Tile", uniform(2, 3), integers([2, 0])),
    case("Expand", uniform(2, 1), integers([2, 0])),
    case("Gather", uniform(5, 3), NO_INDICES, axis=0),
    case("Gather", none(5, 0), integers([0, 1])),
    case("GatherElements", uniform(5, 3), Fixed(np.zeros([0, 3], np.int64)), axis=0),
    case("Resize", none(0, 3, 4, 4), NO_SCALES, Fixed(np.float32([1, 1, 2, 2]))),
    case("DepthToSpace", none(0, 4, 2, 2), blocksize=2),
    case("Cast", none(2, 0), to=TensorProto.FLOAT16),
    *[
        case(op, none(2, 0, 4), integers([1]), opset=opset)
        for op, opset in {"ReduceSum": 13, "ReduceProd": 18, "ReduceMax": 20, "ReduceMin": 20, "ReduceL2": 18}.items()
    ],
    case("ReduceSum", none(2, 0, 4), integers([0]), keepdims=0),
]


def compiled(tried: NodeCase, precision: str = "f32") -> dict[str, np.ndarray]:
    return Session(tpu_mlir.compile(tried.model(), precision=precision)).run(tried.feeds())


@pytest.mark.parametrize("tried", CASES, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    expected, found = Runtime(tried.model()).run(tried.feeds()), compiled(tried)
    for name, array in expected.items():
        assert found[name].shape == array.shape
        np.testing.assert_allclose(found[name].astype(np.float32), array.astype(np.float32), 1e-5)


def test_product_of_nothing_keeps_its_scaled_bias() -> None:
    """ONNX Runtime before 1.32 forgets `beta` there."""
    bias = uniform(2, 3)
    found = compiled(case("Gemm", none(2, 0), none(0, 3), bias, beta=2.0))["out0"]
    np.testing.assert_array_equal(found, 2 * bias)


def test_mean_of_nothing_is_not_a_number() -> None:
    """As in NumPy and ONNX's reference; ONNX, which calls it undefined, lets ONNX Runtime give 0."""
    assert np.isnan(compiled(case("ReduceMean", none(2, 0, 4), integers([1]), opset=18))["out0"]).all()


def test_maximum_of_no_pixels() -> None:
    """ONNX Runtime refuses it; the maximum of nothing is -inf."""
    assert (compiled(case("GlobalMaxPool", none(1, 3, 0, 8)))["out0"] == -np.inf).all()


def test_nothing_cannot_be_chosen_from() -> None:
    with pytest.raises(ModelError, match="expects elements along the axis to choose from, but found none"):
        tpu_mlir.compile(case("ArgMax", none(2, 0, 3), axis=1).model(), host=False)


def mixed() -> onnx.ModelProto:
    """A past of no steps joins a present of three, as in the first step of a language model; both are returned."""
    value, node = helper.make_tensor_value_info, helper.make_node
    shapes = {"past": [1, 2, 0, 8], "present": [1, 2, 3, 8], "joined": [1, 2, 3, 8], "kept": [1, 2, 0, 8]}
    values = {name: value(name, TensorProto.FLOAT, shape) for name, shape in shapes.items()}
    nodes = [
        node("Concat", ["past", "present"], ["both"], axis=2),
        node("Softmax", ["both"], ["joined"], axis=-1),
        node("Neg", ["past"], ["kept"]),
    ]
    graph = helper.make_graph(nodes, "g", [values["past"], values["present"]], [values["joined"], values["kept"]])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


@pytest.mark.parametrize("precision", ["f16", "bf16"])
def test_other_precisions(precision: str) -> None:
    feeds = {"past": none(1, 2, 0, 8), "present": uniform(1, 2, 3, 8)}
    found = Session(tpu_mlir.compile(mixed(), precision=precision)).run(feeds)
    expected = Runtime(mixed()).run(feeds)
    assert found["kept"].shape == (1, 2, 0, 8)
    np.testing.assert_allclose(found["joined"], expected["joined"], atol=2e-2)  # 8 bits of bf16 in exp and sum


def test_every_command_takes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, bmodel, ranges = (str(tmp_path / name) for name in ("m.onnx", "m.bmodel", "m.ranges"))
    onnx.save(mixed(), path)
    samples = tmp_path / "samples.npz"
    np.savez(samples, past=none(1, 2, 0, 8), present=uniform(1, 2, 3, 8))
    for words in (
        ["compile", path, "-o", bmodel, "--precision", "f16"],
        ["run", bmodel, "--input", str(samples), "--output", str(tmp_path / "out.npz")],
        ["compare", path, bmodel, "--inputs", str(samples)],
        ["info", bmodel],
        ["profile", bmodel],
        ["calibrate", path, "--calibration-data", str(samples), "-o", ranges],
        ["compile", path, "-o", bmodel, "--precision", "int8", "--ranges", ranges],
        ["run", bmodel],
    ):
        assert main(words) == 0, f"{words}: {capsys.readouterr().err}"
    assert np.load(tmp_path / "out.npz")["kept"].shape == (1, 2, 0, 8)
