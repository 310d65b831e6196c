"""`tpuc compare` on a bmodel that other code wrote (y = x + x) and ONNX models that say the same, or not."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.quantization import calibrate

SHAPE = [1, 70, 5, 9]


@pytest.fixture
def onnx_model(tmp_path: Path) -> Callable[[str], Path]:
    """Return a function that writes y = OP(x, x) with the inner tensor `inner` = -y."""

    def write(operator: str) -> Path:
        x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, SHAPE) for name in "xy")
        nodes = [
            helper.make_node(operator, ["x", "x"], ["sum"]),
            helper.make_node("Neg", ["sum"], ["inner"]),
            helper.make_node("Neg", ["inner"], ["y"]),
        ]
        graph = helper.make_graph(nodes, "twice", [x], [y])
        path = tmp_path / "m.onnx"
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
        return path

    return write


def record(name: str, complete: int) -> bmodel.TensorRecord:
    tensor = bmodel.Tensor(name=name, data_type="f32", shape=SHAPE, address=0x1_0000_5000, size=12600)
    return bmodel.TensorRecord(tensor=tensor, complete=complete)


def compare(capsys, *words: object) -> list[dict[str, object]]:
    assert main(["compare", *map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_equal_results(onnx_model, twice: Path, capsys) -> None:
    (found,) = compare(capsys, onnx_model("Add"), twice)
    assert (found["name"], found["data_type"], found["shape"], found["is_output"]) == ("y", "f32", SHAPE, True)
    assert (found["relative"], found["largest"], found["cosine"]) == (0.0, 0.0, 1.0)


def test_inner_tensors_worst_first(onnx_model, variant, capsys) -> None:
    """`sum` is right; `inner` is read before anything was stored: all zeros."""
    path = variant(records=(record("sum", 2), record("inner", 1), record("not in the model", 2)))
    found = compare(capsys, onnx_model("Add"), path)
    assert [entry["name"] for entry in found] == ["inner", "sum", "y"]
    assert [entry["relative"] for entry in found] == [1.0, 0.0, 0.0]
    assert found[0]["cosine"] == 0.0
    assert [entry["name"] for entry in compare(capsys, onnx_model("Add"), path, "--worst", 1)] == ["inner"]


def test_given_inputs(onnx_model, twice: Path, tmp_path: Path, capsys) -> None:
    """|2x - x^2| / |x^2| is 1 for x = 1 and 1/3 for x = 3."""
    for value, relative in ((1.0, 1.0), (3.0, 1 / 3)):
        np.savez(tmp_path / "in.npz", x=np.full(SHAPE, value, np.float32))
        (found,) = compare(capsys, onnx_model("Mul"), twice, "--inputs", tmp_path / "in.npz")
        assert found["relative"] == pytest.approx(relative, rel=1e-12)


def test_numbers_that_json_lacks(onnx_model, twice: Path, tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "in.npz", x=np.zeros(SHAPE, np.float32))
    (found,) = compare(capsys, onnx_model("Div"), twice, "--inputs", tmp_path / "in.npz")
    assert (found["relative"], found["cosine"]) == (None, None)  # ONNX Runtime computes 0 / 0


def test_table(onnx_model, twice: Path, capsys) -> None:
    assert main(["compare", str(onnx_model("Add")), str(twice)]) == 0
    heading, line, total = (line.split() for line in capsys.readouterr().out.splitlines())
    assert heading == ["tensor", "type", "shape", "relative", "largest", "cosine"]
    assert line == ["y", "(output)", "f32", "1x70x5x9", "0", "0", "1.000000"]
    assert total == ["1", "tensors"]


def test_what_was_run_on_is_told(onnx_model, twice: Path, tmp_path: Path, capsys) -> None:
    x = np.random.default_rng(0).random(SHAPE)
    np.savez(tmp_path / "in.npz", x=x.astype(np.float32))
    np.save(tmp_path / "in.npy", x)
    for options, text in (
        ((), "seeded data (seed 0)"),
        (("--seed", "3"), "seeded data (seed 3)"),
        (("--inputs", tmp_path / "in.npz"), str(tmp_path / "in.npz")),
        (("--inputs", tmp_path / "in.npy"), f"{tmp_path / 'in.npy'}, sample 0"),
    ):
        assert main(["compare", str(onnx_model("Add")), str(twice), *map(str, options)]) == 0
        assert capsys.readouterr().err == f"inputs: {text}\n"


@pytest.mark.parametrize("data", ["image", "ranges"])
def test_inputs_of_an_image_and_in_the_range_of_a_table(data: str, variant, tmp_path: Path, capsys) -> None:
    """|2x - x^2| / |x^2| is 1 for x = 1, 0 for x = 2."""
    shape = [1, 3, 30, 35]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "x"], ["y"])], "g", [x], [helper.make_tensor_value_info("y", 1, shape)]
    )
    model = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
    path = variant(shapes=(tuple(shape),))
    if data == "image":
        Image.fromarray(np.full((30, 35, 3), 200, np.uint8)).save(tmp_path / "in.png")
        (found,) = compare(capsys, model, path, "--inputs", tmp_path / "in.png", "--scale", "0.01")
        assert found["relative"] == pytest.approx(0, abs=1e-6)
        return
    table = calibrate(model, [{"x": np.full(shape, value, np.float32)} for value in (0.0, 2e-3)], method="minmax")
    table.save(tmp_path / "m.ranges")
    (found,) = compare(capsys, model, path, "--ranges", tmp_path / "m.ranges")
    assert found["relative"] is not None and float(str(found["relative"])) > 900, "x is 0.002 at most"


def test_tolerance(onnx_model, twice: Path, capsys) -> None:
    assert main(["compare", str(onnx_model("Add")), str(twice), "--tolerance", "0"]) == 0
    capsys.readouterr()
    assert main(["compare", str(onnx_model("Mul")), str(twice), "--tolerance", "0.5"]) == 1
    captured = capsys.readouterr()
    assert f"\nerror: {twice}: 1 output(s) differ by more than 0.5, 'y' by " in captured.err
    assert "y (output)" in captured.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.onnx", "BMODEL"], "none.onnx: no such file"),
        (["BMODEL", "BMODEL"], "twice.bmodel: "),
        (["ONNX", "none.bmodel"], "none.bmodel: no such file or directory"),
        (["ONNX", "BMODEL", "--inputs", "none.npz"], "none.npz: no such file or directory"),
    ],
)
def test_errors(words: list[str], message: str, onnx_model, twice: Path, capsys) -> None:
    places = {"ONNX": str(onnx_model("Add")), "BMODEL": str(twice)}
    assert main(["compare", *(places.get(word, word) for word in words)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and message in captured.err


def test_model_with_other_inputs(onnx_model, variant, capsys) -> None:
    path = variant(shapes=((70, 45),))
    assert main(["compare", str(onnx_model("Add")), str(path)]) == 1
    assert "input 'x'" in capsys.readouterr().err


@pytest.mark.parametrize("asymmetric", [False, True])
def test_quantised_tensors_as_numbers(asymmetric: bool, tmp_path: Path, capsys) -> None:
    """Inner tensors of an INT8 network are near those in f32: 8-bit steps are below 1 % of a range."""
    random = np.random.default_rng(0)
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 8, 12, 12]) for name in "xy")
    weights = [
        numpy_helper.from_array(random.uniform(-0.3, 0.3, (8, 8, 3, 3)).astype(np.float32), name) for name in "fg"
    ]
    nodes = [
        helper.make_node("Conv", ["x", "f"], ["first"], pads=[1] * 4),
        helper.make_node("Transpose", ["first"], ["turned"], perm=[0, 1, 3, 2]),
        helper.make_node("Conv", ["turned", "g"], ["second"], pads=[1] * 4),
        helper.make_node("Sigmoid", ["second"], ["y"]),
    ]
    graph = helper.make_graph(nodes, "m", [x], [y], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), tmp_path / "m.onnx")
    feeds = {"x": random.uniform(-1, 1, (1, 8, 12, 12)).astype(np.float32)}
    ranges = calibrate(tmp_path / "m.onnx", [feeds], method="minmax")
    options = {
        "precision": "int8",
        "ranges": ranges,
        "asymmetric": asymmetric,
        "keep_tensors": True,
        "output": tmp_path / "m.bmodel",
    }
    tpu_mlir.compile(tmp_path / "m.onnx", **options)
    np.savez(tmp_path / "in.npz", **feeds)
    found = compare(capsys, tmp_path / "m.onnx", tmp_path / "m.bmodel", "--inputs", tmp_path / "in.npz")
    inner = {entry["name"]: entry for entry in found if entry["data_type"] in ("i8", "u8")}
    assert inner
    for entry in inner.values():
        assert entry["relative"] < 0.03


def test_an_archive_is_a_reference(twice: Path, tmp_path: Path, capsys) -> None:
    x = np.arange(np.prod(SHAPE), dtype=np.float32).reshape(SHAPE)
    np.savez(tmp_path / "in.npz", x=x)
    np.savez(tmp_path / "right.npz", y=2 * x)
    np.savez(tmp_path / "wrong.npz", y=3 * x)
    words = [twice, "--input", tmp_path / "in.npz", "--network", "twice", "--stage", 0]
    (found,) = compare(capsys, tmp_path / "right.npz", *words)
    assert (found["name"], found["relative"]) == ("y", 0.0)
    (found,) = compare(capsys, tmp_path / "wrong.npz", *words)
    assert found["relative"] == pytest.approx(1 / 3)
    assert main(["compare", str(tmp_path / "right.npz"), str(twice)]) == 2
    assert "--inputs: the tensors of an .npz file belong to inputs" in capsys.readouterr().err


def test_stages_and_networks_are_chosen(onnx_model, variant, capsys) -> None:
    path = variant(nets=("a", "b"), shapes=(tuple(SHAPE), tuple(SHAPE)))
    (found,) = compare(capsys, onnx_model("Add"), path, "--net", "b", "--stage", "1")
    assert found["relative"] == 0.0
    assert main(["compare", str(onnx_model("Add")), str(path)]) == 1
    assert "name one of its networks: 'a', 'b'" in capsys.readouterr().err
    assert main(["compare", str(onnx_model("Add")), str(path), "--net", "a", "--stage", "2"]) == 1
    assert "has no stage 2" in capsys.readouterr().err


def test_moved_transposes_are_no_false_alarm(tmp_path: Path, capsys) -> None:
    """Sigmoid and sum are computed before the transpose, in another order of dimensions than the model's."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 6, 5, 7])
    nodes = [
        helper.make_node("Transpose", ["x"], ["nhwc"], perm=[0, 2, 3, 1]),
        helper.make_node("Sigmoid", ["nhwc"], ["gate"]),
        helper.make_node("Mul", ["gate", "nhwc"], ["product"]),
        helper.make_node("Transpose", ["product"], ["nchw"], perm=[0, 3, 1, 2]),
        helper.make_node("Softmax", ["nchw"], ["y"], axis=1),
    ]
    graph = helper.make_graph(nodes, "moved", [x], [onnx.ValueInfoProto(name="y")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "m.onnx")
    tpu_mlir.compile(model, output=tmp_path / "m.bmodel", keep_tensors=True)
    found = {entry["name"]: entry for entry in compare(capsys, tmp_path / "m.onnx", tmp_path / "m.bmodel")}
    assert {"y"} < found.keys() <= {"nhwc", "gate", "product", "nchw", "y"}
    assert all(entry["relative"] < 1e-5 for entry in found.values()), found
