"""Damaged ONNX models and damaged MLIR text: a result or a message, within limits of time and memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import tpu_mlir
from fuzz.mlir_fuzz import faults
from fuzz.onnx_fuzz import attempt
from fuzz.onnx_models import seeds

TESTS = Path(__file__).parents[1]


def test_damaged_models() -> None:
    """In a process of its own, since it forks; `make fuzz-models` tries more."""
    packages = Path(tpu_mlir.__file__).parents[1]
    environment = os.environ | {"PYTHONPATH": f"{packages}{os.pathsep}{TESTS}"}
    command = [sys.executable, "-m", "fuzz.onnx_fuzz", "0", "120"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr


def test_damaged_modules(programs: Path) -> None:
    assert faults(programs / "tpu-opt", range(200)) == {}


@pytest.mark.parametrize("index", [0, -1])
def test_whole_models_compile(index: int, tmp_path: Path) -> None:
    """What the damage starts from is whole, and an attempt of it finds no fault."""
    outcome = attempt(seeds()[index].SerializeToString(), tmp_path, 0)
    assert (outcome.code, outcome.fault) == (0, ""), outcome.message
