"""The README's own commands and programs, run as they stand."""

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime

ROOT = Path(__file__).parents[3]
README = (ROOT / "README.md").read_text("utf-8")
IMAGE = (1, 1, 8, 8)


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.M | re.S)


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory in which the README's relative paths are right and nothing of the tree can be changed."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_compile_and_run(checkout: Path) -> None:
    program = blocks("python")[0]
    names: dict[str, object] = {}
    exec(compile(program, "README.md", "exec"), names)
    session = OnnxRuntime(ROOT / "examples/digits/digits.onnx")
    (expected,) = session.run({"images": np.ones(IMAGE, np.float32)}).values()
    # Sums of f16 products that cancel: a hundredth of the largest score.
    np.testing.assert_allclose(names["scores"], expected, rtol=0, atol=0.01 * np.abs(expected).max())


def test_pass_pipeline(checkout: Path) -> None:
    program = blocks("python")[1]
    names: dict[str, object] = {}
    exec(compile(program, "README.md", "exec"), names)
    text = str(names["module"])
    assert "tpu.group" in text and "tpu.conv" in text and "top.conv" not in text


def test_command_line(checkout: Path) -> None:
    tpuc = checkout / "bin" / "tpuc"
    tpuc.parent.mkdir()
    tpuc.write_text(f"#!{sys.executable}\nimport sys\nfrom tpu_mlir.cli import main\nsys.exit(main())\n")
    tpuc.chmod(0o755)
    np.savez(checkout / "in.npz", images=np.ones(IMAGE, np.float32))
    (commands,) = blocks("sh")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(tpuc.parent), str(ROOT / "build" / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(ROOT / "build" / "python_packages"),
    }
    done = subprocess.run(["bash", "-euc", commands], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "tpu.group" in done.stdout
    with np.load(checkout / "out.npz") as outputs:
        assert outputs["scores"].shape == (1, 10)
    assert '"traceEvents"' in (checkout / "trace.json").read_text()
