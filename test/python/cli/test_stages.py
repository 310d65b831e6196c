"""`tpuc compile --save-temps` and `--verbose`: what each stage leaves, and how long it takes."""

import os
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.cli import main
from tpu_mlir.testing import uniform

STAGES = ["imported", "clean", "typed", "lowered", "scheduled"]
OPTIONS = {
    "f32": [],
    "f16": ["--precision", "f16", "--precision-override", "r:f32"],
    "int8": ["--precision", "int8", "--calibration-data", "in.npz", "--correct", "none"],
}


@pytest.fixture
def model(tmp_path: Path, monkeypatch) -> Path:
    """Write a convolution and a relu, and one sample of its input."""
    monkeypatch.chdir(tmp_path)
    nodes = [helper.make_node("Conv", ["x", "w"], ["c"]), helper.make_node("Relu", ["c"], ["r"])]
    nodes.append(helper.make_node("MaxPool", ["r"], ["y"], kernel_shape=[2, 2]))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 12, 12])
    weights = [numpy_helper.from_array(uniform(8, 3, 3, 3), "w")]
    graph = helper.make_graph(nodes, "g", [x], [onnx.ValueInfoProto(name="y")], weights)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), "m.onnx")
    np.savez("in.npz", x=uniform(1, 3, 12, 12))
    return Path("m.onnx")


@pytest.mark.parametrize("precision", OPTIONS)
def test_commands_make_what_is_kept(model: Path, precision: str, programs: Path) -> None:
    assert main(["compile", str(model), "-o", "m.bmodel", "--save-temps", "s/t", *OPTIONS[precision]]) == 0
    folder = Path("s/t")
    kept = {path.stem: path.read_text().rstrip() for path in folder.glob("*.mlir")}
    assert kept.keys() == set(STAGES)
    for name in STAGES[1:]:
        (folder / f"{name}.mlir").unlink()
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["sh", "-e", "commands.sh"], cwd=folder, env=environment, check=True, timeout=120)
    assert {path.stem: path.read_text().rstrip() for path in folder.glob("*.mlir")} == kept
    assert (folder / "network.bmodel").read_bytes() == Path("m.bmodel").read_bytes()


def test_seconds_of_each_stage(model: Path, capsys) -> None:
    assert main(["compile", str(model), "-o", "m.bmodel", "--verbose", "--no-check"]) == 0
    *lines, _ = capsys.readouterr().err.splitlines()
    stages = [line for line in lines if not line.startswith("  ")]
    assert [line.partition(":")[0] for line in stages] == [*STAGES, "bmodel"]
    assert all(re.fullmatch(r"\w+: \d+\.\d\d s", line) for line in stages)
    groups = lines[lines.index(stages[4]) + 1 : lines.index(stages[5])]
    assert "conv" in groups[0] and "result stored for the output" in groups[-1]


def test_a_folder_that_cannot_be_made(model: Path, capsys) -> None:
    assert main(["compile", str(model), "-o", "m.bmodel", "--save-temps", "m.onnx/t"]) == 1
    assert capsys.readouterr().err == "error: m.onnx/t: not a directory\n"
    assert not Path("m.bmodel").exists()


@pytest.mark.parametrize("option", [["--verbose"], ["--save-temps", "t"]])
def test_not_of_a_search(model: Path, option: list[str], capsys) -> None:
    words = ["compile", str(model), "-o", "m.bmodel", "--precision", "auto", "--calibration-data", "in.npz", *option]
    assert main(words) == 2
    assert "has no effect beside --precision auto" in capsys.readouterr().err
