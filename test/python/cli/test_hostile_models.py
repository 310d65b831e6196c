"""Damaged ONNX and MLIR files: a bmodel or a message, never a traceback (the damage: test/fuzz/onnx_mutations.py)."""

import random
import re
import subprocess
from pathlib import Path

import numpy as np
import onnx
import pytest
from fuzz.onnx_models import seeds
from fuzz.onnx_mutations import damage
from onnx import TensorProto, helper
from tpu_mlir.cli import main
from tpu_mlir.testing import Fixed, case, uniform

MODELS = seeds()


def compile_file(path: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Compile; return the exit code and the message. Checks that a failure says one thing and leaves nothing behind."""
    target = path.with_suffix(".bmodel")
    code = main(["compile", str(path), "-o", str(target)])
    captured = capsys.readouterr()
    assert code in (0, 1) and target.exists() == (code == 0)
    assert "internal" not in captured.err and "Traceback" not in captured.err
    assert code == 0 or "error: " in captured.err
    target.unlink(missing_ok=True)
    return code, captured.err


@pytest.mark.parametrize("index", range(len(MODELS)), ids=lambda i: MODELS[i].graph.node[0].op_type)
def test_damaged_onnx(index: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "m.onnx"
    onnx.save(MODELS[index], path)
    assert compile_file(path, capsys)[0] == 0
    for seed in range(4):
        path.write_bytes(damage(MODELS[index], seed * 100 + index))
        compile_file(path, capsys)


def test_a_cycle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    model = case("Relu", uniform(2)).model()
    model.graph.node[0].input[0] = "b"
    model.graph.node.append(helper.make_node("Relu", ["out0"], ["b"]))
    onnx.save(model, tmp_path / "m.onnx")
    code, message = compile_file(tmp_path / "m.onnx", capsys)
    assert code == 1 and "b" in message


@pytest.mark.parametrize("scale", [0.0, -1.0, np.nan, np.inf, 3e38])
def test_scales_that_give_no_size(scale: float, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scales = Fixed(np.array([1, 1, scale, 1], np.float32))
    model = case("Resize", uniform(1, 4, 8, 8), Fixed(np.array([], np.float32)), scales).model()
    onnx.save(model, tmp_path / "m.onnx")
    code, message = compile_file(tmp_path / "m.onnx", capsys)
    assert code == 1 and "Resize" in message


@pytest.mark.parametrize("location", ["../secret.bin", "/etc/hostname", "a/../../secret.bin"])
def test_external_data_outside_the_folder(location: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A model must not read what does not belong to it."""
    (tmp_path / "secret.bin").write_bytes(bytes(4 * 4))
    folder = tmp_path / "model"
    folder.mkdir()
    model = case("Add", uniform(4), uniform(4)).model()
    del model.graph.input[1]
    weight = TensorProto(name="in1", data_type=TensorProto.FLOAT, dims=[4], data_location=TensorProto.EXTERNAL)
    weight.external_data.add(key="location", value=location)
    model.graph.initializer.append(weight)
    (folder / "m.onnx").write_bytes(model.SerializeToString())
    code, message = compile_file(folder / "m.onnx", capsys)
    assert code == 1 and location in message


MODULE = """
func.func @main(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  %0 = top.relu %x : tensor<1x4x8x8xf32>
  %1 = top.softmax %0 {axis = 1 : i64} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return %1 : tensor<1x4x8x8xf32>
}
"""


SCRAPS = ("", "-1", "99999999999999999999", "x", "?", "<", "f16", "\0")
NUMBERS = ("0", "1", "2", "-1", "7", "65536", "2147483648", "4611686018427387904")


def damaged_module(seed: int) -> str:
    """Return MODULE with a few characters or numbers replaced; as it is for seed 0."""
    dice, text = random.Random(seed), MODULE
    for _ in range(dice.randint(1, 3) if seed else 0):
        if seed % 2:
            at = dice.randrange(len(text))
            text = text[:at] + dice.choice(SCRAPS) + text[at + 1 :]
            continue
        found = dice.choice(list(re.finditer(r"(?<![\d%f])\d+", text)))
        text = text[: found.start()] + dice.choice(NUMBERS) + text[found.end() :]
    return text


def test_damaged_mlir(programs: Path, tmp_path: Path) -> None:
    """Ends with a diagnostic or a module, not by a signal."""
    path = tmp_path / "m.mlir"
    pipeline = ["--tpu-clean", "--tpu-assign-precision=precision=f16", "--lower-top-to-tpu", "--tpu-schedule"]
    codes: set[int] = set()
    for seed in range(40):
        path.write_text(damaged_module(seed))
        done = subprocess.run([programs / "tpu-opt", path, *pipeline], capture_output=True, text=True, timeout=120)
        codes.add(done.returncode)
        assert done.returncode in (0, 1), f"seed {seed}:\n{path.read_text()}\n{done.stderr[-2000:]}"
        assert done.returncode == 0 or "error: " in done.stderr
    assert codes == {0, 1}
