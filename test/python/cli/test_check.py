"""The check that `tpuc compile` ends with: what it prints, and the exit code."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tpu_mlir.cli import main
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.profile import profile
from tpu_mlir.testing import uniform


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Write conv, relu, conv."""
    nodes = [
        helper.make_node("Conv", ["x", "w0"], ["conv0"]),
        helper.make_node("Relu", ["conv0"], ["relu0"]),
        helper.make_node("Conv", ["relu0", "w1"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 12, 12])
    weights = [numpy_helper.from_array(uniform(8, 3, 3, 3), "w0"), numpy_helper.from_array(uniform(4, 8, 3, 3), "w1")]
    graph = helper.make_graph(nodes, "g", [x], [onnx.ValueInfoProto(name="y")], weights)
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def compile_with(model: Path, *options: str) -> int:
    return main(["compile", str(model), "-o", str(model.with_suffix(".bmodel")), *options])


def test_one_line_where_all_is_well(model: Path, capsys) -> None:
    assert compile_with(model) == 0
    _, line = capsys.readouterr().err.splitlines()
    assert line.startswith("check: agrees with ONNX Runtime: 'y' cosine 1.000000, largest error ")
    assert "0 wrongly not finite; on seeded data (seed 0, images from 0 to 1), " in line
    assert line.endswith(" s of 30")


def test_a_fault_ends_with_3_and_names_layer_and_remedy(model: Path, capsys) -> None:
    """bf16 never agrees in all digits."""
    assert compile_with(model, "--precision", "bf16", "--tolerance", "1") == 3
    printed = capsys.readouterr().err
    assert "m.bmodel: 1 of 1 outputs differ from ONNX Runtime: 'y' cosine 0.99" in printed
    assert "the first wrong tensor is 'relu0'" in printed
    assert "remedy: --precision-override 'relu0:f32'" in printed
    assert model.with_suffix(".bmodel").is_file(), "it is written all the same"


def test_a_remedy_in_use_is_not_offered_again(model: Path, capsys) -> None:
    """The convolution's weights are rounded to bf16 all the same."""
    options = ["--precision", "bf16", "--tolerance", "1", "--precision-override", "relu0:f32"]
    assert compile_with(model, *options) == 3
    assert "remedy: --precision-override 'relu0:f32'" not in capsys.readouterr().err


@pytest.mark.parametrize("activation", ["Relu", "HardSwish"])
def test_a_sum_in_the_range_of_its_only_reader_is_not_blamed(activation: str, tmp_path: Path, capsys) -> None:
    """The sum is negative in nearly all places, which INT8 does not store; what the activation makes of it is right."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"]),
        helper.make_node("Add", ["conv", "x"], ["sum"]),
        helper.make_node(activation, ["sum"], ["act"]),
        helper.make_node("Conv", ["act", "w"], ["y"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 8, 12, 12])
    weights = [numpy_helper.from_array(uniform(8, 8, 1, 1), "w")]
    graph = helper.make_graph(nodes, "g", [x], [onnx.ValueInfoProto(name="y")], weights)
    model, path = tmp_path / "m.onnx", tmp_path / "m.bmodel"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
    np.savez(tmp_path / "data.npz", x=20 * uniform(4, 8, 12, 12) - 12)
    data = ["--calibration-data", str(tmp_path / "data.npz"), "--correct", "none", "--strict-int8"]
    report = ["--report", str(tmp_path / "r.html")]
    assert compile_with(model, "--precision", "int8", *data, "--tolerance", "1", *report) == 3
    printed = capsys.readouterr()
    rows = [line.split()[0] for line in printed.out.splitlines() if line.strip()]
    assert "conv" in rows and "sum" not in rows and "'sum'" not in printed.err
    np.savez(tmp_path / "one.npz", x=np.load(tmp_path / "data.npz")["x"][:1].astype(np.float32))
    assert compile_with(model, "--precision", "int8", *data, "--keep-tensors") == 0
    capsys.readouterr()
    assert main(["compare", str(model), str(path), "--inputs", str(tmp_path / "one.npz"), "--json"]) == 0
    found = {each["name"]: each["cosine"] for each in json.loads(capsys.readouterr().out)}
    assert "sum" not in found and found["conv"] > 0.99 and found["y"] > 0.99
    assert activation == "Relu" or found["act"] > 0.99, "a relu of what has no sign does nothing, and leaves no tensor"


def test_no_check(model: Path, capsys) -> None:
    assert compile_with(model, "--precision", "bf16", "--no-check") == 0
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_options_of_no_check_have_no_effect(model: Path, capsys) -> None:
    assert compile_with(model, "--tolerance", "0.5", "--no-check") == 2
    assert "--tolerance: has no effect beside --no-check" in capsys.readouterr().err


def test_without_time_there_is_no_verdict(model: Path, capsys) -> None:
    assert compile_with(model, "--check-seconds", "0") == 0
    assert "warning: check: not finished, so nothing is known" in capsys.readouterr().err


def test_an_image(model: Path, tmp_path: Path, capsys) -> None:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 30, 3), np.uint8)).save(path)
    options = ["--check-input", str(path), "--mean", "127.5", "--scale", "0.01", "--fuse-preprocess"]
    assert compile_with(model, "--precision", "f16", *options) == 0
    assert f"0 wrongly not finite; on {path}, " in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("none.png", "there is no file '{}'"),
        ("text.png", "{}: "),
        ("other.npz", "{}: expected an array for 'x', found 'z'"),
        ("small.npy", "{}: input 'x' is expected as 1x3x12x12, found 5x5"),
    ],
)
def test_bad_data_are_refused_before_any_work(model: Path, tmp_path: Path, name: str, message: str, capsys) -> None:
    (tmp_path / "text.png").write_text("no image")
    np.savez(tmp_path / "other.npz", z=np.zeros(2))
    np.save(tmp_path / "small.npy", np.zeros((5, 5)))
    path = tmp_path / name
    assert compile_with(model, "--check-input", str(path)) == 1
    assert capsys.readouterr().err.startswith("error: " + message.format(path))
    assert not model.with_suffix(".bmodel").exists()


@pytest.mark.parametrize("precision", ["int8", "auto"])
def test_a_calibration_sample(model: Path, tmp_path: Path, precision: str, capsys) -> None:
    np.savez(tmp_path / "data.npz", x=uniform(4, 3, 12, 12))
    options = ["--precision", precision, "--calibration-data", str(tmp_path / "data.npz")]
    assert compile_with(model, *options) == 0
    assert f"0 wrongly not finite; on {tmp_path / 'data.npz'}, sample 0, " in capsys.readouterr().err


def test_json(model: Path, capsys) -> None:
    assert compile_with(model, "--json", "--precision", "f16") == 0
    found = json.loads(capsys.readouterr().out)
    path = Path(found["file"])
    assert path == model.with_suffix(".bmodel") and found["bytes"] == path.stat().st_size
    assert found["cycles"] == profile(BModel.load(path)).cycles
    assert found["check"]["agrees"] and found["warnings"] == []
    (y,) = found["check"]["outputs"]
    assert (y["name"], y["shape"], y["fault"]) == ("y", [1, 4, 8, 8], "")
    assert 0.999 < y["figures"]["cosine"] <= 1 and 0 < y["figures"]["error"] < 0.01


def test_json_is_all_that_stdout_gets(model: Path, tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "in.npz", x=uniform(1, 3, 12, 12))
    words = [
        "--precision",
        "int8",
        "--calibration-data",
        str(tmp_path / "in.npz"),
        "--report",
        str(tmp_path / "r.html"),
    ]
    assert compile_with(model, "--json", "--no-check", *words) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["check"] is None
    assert "1 samples" in captured.err


def test_json_has_the_warnings(tmp_path: Path, capsys) -> None:
    big = numpy_helper.from_array(np.full((1, 3, 4, 4), 1e5, np.float32), "w")
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 4, 4])
    node = helper.make_node("Add", ["x", "w"], ["y"])
    graph = helper.make_graph([node], "g", [x], [onnx.ValueInfoProto(name="y")], [big])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    compile_with(path, "--json", "--no-check", "--precision", "f16")
    captured = capsys.readouterr()
    warned = json.loads(captured.out)["warnings"]
    assert warned and all(f"warning: {text}\n" in captured.err for text in warned)


def test_json_of_a_wrong_bmodel(model: Path, capsys) -> None:
    assert compile_with(model, "--json", "--precision", "bf16", "--tolerance", "1") == 3
    check = json.loads(capsys.readouterr().out)["check"]
    assert not check["agrees"] and check["outputs"][0]["fault"]
