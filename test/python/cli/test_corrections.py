"""`tpuc compile --correct`: what it prints, and what it refuses."""

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.cli import main
from tpu_mlir.runtime import BModel

RANDOM = np.random.default_rng(4)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return a model of two convolutions with uneven channels between them, and samples."""
    reaches = np.array([100, 1, 0.1]).reshape(-1, 1, 1, 1)
    constants = {
        "w": RANDOM.normal(size=(3, 2, 1, 1)) * reaches,
        "v": RANDOM.normal(size=(2, 3, 3, 3)) / reaches.reshape(1, -1, 1, 1),
    }
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["a"]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "v"], ["y"]),
        ],
        "uneven",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 2, 6, 6))],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in constants.items()],
    )
    model, samples = tmp_path / "uneven.onnx", tmp_path / "samples.npz"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
    np.savez(samples, x=RANDOM.uniform(-1, 1, (12, 2, 6, 6)).astype(np.float32))
    return model, samples


def compile_with(files: tuple[Path, Path], *options: str) -> int:
    model, _ = files
    return main(["compile", str(model), "-o", str(model.with_suffix(".bmodel")), "--no-check", *options])


@pytest.mark.parametrize("precision", ["int8", "auto"])
def test_a_table_shows_what_helped(
    files: tuple[Path, Path], precision: str, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--precision", precision, "--calibration-data", str(files[1]), "--correct", "auto"]
    assert compile_with(files, *options, "--precision-override", "y:int8") == 0
    printed = capsys.readouterr().out
    assert "corrections, by least cosine of an output" in printed
    found = re.search(r"equalize +1 +(0\.\d+) +(0\.\d+) +yes", printed)
    assert found and float(found[1]) < float(found[2])
    assert re.search(r"smooth-quant +0 +0\.\d+ +no", printed)
    (net,) = BModel.load(files[0].with_suffix(".bmodel")).contents.nets
    assert net.name == ("uneven" if precision == "int8" else "network")


def test_calibration_data_do_what_is_quick(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    data = ["--precision", "int8", "--calibration-data", str(files[1])]
    assert compile_with(files, *data) == 0
    printed = capsys.readouterr().out
    assert re.search(r"equalize +1 +0\.\d+ +0\.\d+ +yes", printed)
    assert "adaround" not in printed
    assert compile_with(files, *data, "--correct", "none") == 0
    assert "corrections" not in capsys.readouterr().out


def test_labels_judge(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    """All files show the class that the quantized network already finds, so that nothing can help."""
    folder = files[0].parent
    np.save(folder / "a.npy", np.zeros((1, 2, 6, 6), np.float32))
    (folder / "labels.csv").write_text("a.npy,0\n")
    options = ["--precision", "int8", "--calibration-data", str(files[1]), "--correct", "auto"]
    assert compile_with(files, *options, "--evaluate", str(folder / "labels.csv")) == 0
    printed = capsys.readouterr().out
    assert "corrections, by top-1" in printed
    assert re.search(r"equalize +1 +1\.0+ +1\.0+ +no", printed)
    assert "top-1 of 1" in printed


def test_a_scaled_value_can_stay_a_float(files: tuple[Path, Path]) -> None:
    options = ["--precision", "int8", "--calibration-data", str(files[1]), "--correct", "equalize"]
    assert compile_with(files, *options, "--precision-override", "b:f32") == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--precision", "f16", "--correct", "auto"], "has no effect without --precision int8 or auto"),
        (["--precision", "int8", "--correct", "equalize"], "has no effect without --calibration-data"),
        (
            ["--precision", "int8", "--correct", "equalize", "--ranges", "m.ranges"],
            "has no effect beside --ranges",
        ),
        (
            ["--precision", "int8", "--correct", "equalise", "--calibration-data", "d"],
            "unknown correction 'equalise': expected one of equalize, smooth-quant, adaround, bias-correction, auto, "
            "quick, or none",
        ),
    ],
)
def test_refusals(
    files: tuple[Path, Path], options: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert compile_with(files, *options) != 0
    assert message in " ".join(capsys.readouterr().err.split())
