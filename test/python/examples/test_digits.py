"""The demo on few images."""

import os
import subprocess
import sys
from pathlib import Path

import onnx

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "examples" / "digits"


def demo(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "build" / "python_packages")}
    command = [sys.executable, str(FOLDER / "demo.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_one_batch() -> None:
    done = demo("--images", "40")
    assert done.returncode == 0, done.stdout + done.stderr
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in done.stdout.splitlines() if "│" in line]
    assert [row[0] for row in rows] == ["F32", "F16", "BF16", "INT8"]
    for row in rows:
        reference, found = (float(cell.rstrip("%")) for cell in row[1:3])
        assert found >= reference >= 90
        assert float(row[4].removesuffix(" us")) > 0


def test_count_of_images_is_checked() -> None:
    done = demo("--images", "7")
    assert done.returncode == 2
    assert "expected a multiple of 40 up to 360, found 7" in done.stderr


def test_model_is_what_the_script_exports() -> None:
    path = FOLDER / "digits.onnx"
    model = onnx.load(path, load_external_data=False)
    assert path.stat().st_size < 100_000
    assert [(entry.domain, entry.version) for entry in model.opset_import] == [("", 17)]
    assert all(tensor.data_location == onnx.TensorProto.DEFAULT for tensor in model.graph.initializer)
    assert [value.type.tensor_type.shape.dim[0].dim_param for value in model.graph.input] == ["n"]
