"""`tpuc import`: an ONNX model as text, as a file, as bytecode."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.cli import main

WEIGHTS = np.arange(40, dtype=np.float32).tobytes().hex().upper()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return y = relu(x + w) with a free first dimension."""
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 40])
    y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    weights = numpy_helper.from_array(np.arange(40, dtype=np.float32), "w")
    nodes = [helper.make_node("Add", ["x", "w"], ["s"]), helper.make_node("Relu", ["s"], ["y"])]
    graph = helper.make_graph(nodes, "small", [x], [y], [weights])
    path = tmp_path / "m.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


def test_text_on_stdout_elides_weights(model: Path, capsys) -> None:
    assert main(["import", str(model), "--input-shape", "x:2x40"]) == 0
    text = capsys.readouterr().out
    assert "top.relu" in text and "tensor<2x40xf32>" in text and 'loc("s")' in text
    assert WEIGHTS not in text.upper()


def test_files_hold_everything(model: Path, tmp_path: Path) -> None:
    from tpu_mlir._mlir import ir

    for name in ("m.mlir", "m.mlirbc"):
        assert main(["import", str(model), "--input-shape", "x:2x40", "-o", str(tmp_path / name)]) == 0
        data = (tmp_path / name).read_bytes()
        with ir.Context():
            text = str(ir.Module.parse(data))
        assert "top.relu" in text and WEIGHTS in text.upper()
    assert (tmp_path / "m.mlirbc").read_bytes()[:4] == b"ML\xefR"  # MLIR's bytecode format


@pytest.mark.parametrize(
    ("words", "message"),
    [(["MODEL"], "--input-shape"), (["none.onnx"], "none.onnx"), (["MODEL", "--input-shape", "z:1"], "'z'")],
)
def test_failure_leaves_nothing(words: list[str], message: str, model: Path, tmp_path: Path, capsys) -> None:
    words = [str(model) if word == "MODEL" else word for word in words]
    assert main(["import", *words, "-o", str(tmp_path / "m.mlir")]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and message in captured.err
    assert list(tmp_path.iterdir()) == [model]
