"""`tpuc compile --output-names`: networks cut at inner tensors."""

import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir import compile
from tpu_mlir.cli import main
from tpu_mlir.frontend.onnx.cutting import cut
from tpu_mlir.quantization import Ranges
from tpu_mlir.runtime import Session
from tpu_mlir.testing import uniform

W = uniform(6, 6)


@pytest.fixture
def model(tmp_path: Path, monkeypatch) -> Path:
    """Write two products, a relu between them, a branch that nothing else reads, and a sample of the input."""
    monkeypatch.chdir(tmp_path)
    nodes = [
        helper.make_node("MatMul", ["x", "w0"], ["block.first"]),
        helper.make_node("Relu", ["block.first"], ["block.relu"]),
        helper.make_node("MatMul", ["block.relu", "w1"], ["y"]),
        helper.make_node("LSTM", ["block.relu", "w1", "w1"], ["never"]),
    ]
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [4, 6])
    outputs = [onnx.ValueInfoProto(name=name) for name in ("y", "never")]
    weights = [numpy_helper.from_array(W, "w0"), numpy_helper.from_array(2 * W, "w1")]
    inner = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 6]) for name in ("block.first", "block.relu")]
    graph = helper.make_graph(nodes, "g", [x], outputs, weights, value_info=inner)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "m.onnx")
    np.savez("in.npz", x=uniform(4, 6, seed=1))
    return Path("m.onnx")


def test_what_is_not_needed_goes(model: Path) -> None:
    found = cut(model, ["block.first"]).graph
    assert [node.output[0] for node in found.node] == ["block.first"]
    assert [weight.name for weight in found.initializer] == ["w0"]
    assert [value.name for value in found.output] == ["block.first"]
    assert len(onnx.load(model).graph.node) == 4


def test_what_a_branch_reads_stays(model: Path) -> None:
    """A graph that a node holds reads values of the graph around it."""
    whole = onnx.load(model)
    branches = {
        f"{name}_branch": helper.make_graph(
            [helper.make_node("Relu", ["block.first"], [name])], name, [], [onnx.ValueInfoProto(name=name)]
        )
        for name in ("then", "else")
    }
    whole.graph.node.append(helper.make_node("If", ["c"], ["chosen"], **branches))
    assert [node.op_type for node in cut(whole, ["chosen"]).graph.node] == ["MatMul", "If"]
    assert len(whole.graph.node) == 5


@pytest.mark.parametrize("words", [["y,block.first"], ["y", "--output-names", "block.first"]])
def test_outputs_in_order(model: Path, words: list[str]) -> None:
    assert main(["compile", str(model), "-o", "m.bmodel", "--output-names", *words]) == 0
    session = Session("m.bmodel")
    assert session.name == "m" and [each.name for each in session.get_outputs()] == ["y", "block.first"]
    x = uniform(4, 6, seed=1)
    y, first = session.run(None, {"x": x})
    np.testing.assert_allclose(first, x @ W, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(y, np.maximum(x @ W, 0) @ (2 * W), rtol=1e-5, atol=1e-5)


def test_wherever_a_model_is_given(model: Path, capsys) -> None:
    """The rest of this one cannot be compiled: ranges and modules of its part, and its tensors beside the bmodel's."""
    part = ["--output-names", "block.relu"]
    assert main(["import", str(model), *part]) == 0
    assert "top.relu" in capsys.readouterr().out
    words = ["--calibration-data", "in.npz", "--calibration-method", "minmax"]
    assert main(["calibrate", str(model), "-o", "m.ranges", *words, *part]) == 0
    assert set(Ranges.load("m.ranges")) == {"x", "block.relu"}
    assert main(["compile", str(model), "-o", "m.bmodel", "--precision", "int8", "--ranges", "m.ranges", *part]) == 0


def test_compare_with_the_whole_model(tmp_path: Path, model: Path, capsys) -> None:
    whole = onnx.load(model)
    del whole.graph.node[3], whole.graph.output[1]
    onnx.save(whole, model)
    assert main(["compile", str(model), "-o", "m.bmodel", "--output-names", "block.first"]) == 0
    assert main(["compare", str(model), "m.bmodel", "--tolerance", "1e-5", "--json"]) == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["name"] == "block.first"


def test_halves_stay_halves() -> None:
    nodes = [helper.make_node("MatMul", ["x", "w"], ["a"]), helper.make_node("Relu", ["a"], ["y"])]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT16, [4, 6]) for name in "xy")
    graph = helper.make_graph(nodes, "g", [x], [y], [numpy_helper.from_array(W.astype(np.float16), "w")])
    whole = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    session = Session(compile(cut(whole, ["a", "y"])))
    assert [(each.name, each.type) for each in session.get_outputs()] == [(n, "tensor(float16)") for n in "ay"]


def test_in_int8(model: Path) -> None:
    words = ["--precision", "int8", "--calibration-data", "in.npz", "--output-names", "block.relu"]
    assert main(["compile", str(model), "-o", "m.bmodel", *words]) == 0
    x = uniform(4, 6, seed=1)
    (relu,) = Session("m.bmodel").run(None, {"x": x})
    expected = np.maximum(x @ W, 0)
    assert np.abs(relu - expected).max() < 0.05 * expected.max()


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("Block", "no node computes a tensor named 'Block'; near names are 'block.first', 'block.relu'"),
        ("block.firts", "no node computes a tensor named 'block.firts'; near names are 'block.first'"),
        ("qqqq", "no node computes a tensor named 'qqqq'; the last that it computes is 'never'"),
        ("x", "no node computes a tensor named 'x'; "),
        ("y,y", "output 'y' is given twice"),
    ],
)
def test_names_are_checked(names: str, message: str, model: Path, capsys) -> None:
    assert main(["compile", str(model), "-o", "m.bmodel", "--output-names", names]) == 1
    assert capsys.readouterr().err.startswith(f"error: m.onnx: {message}")
    assert not Path("m.bmodel").exists()
