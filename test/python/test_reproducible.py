"""The same model, data and options give the same bmodel, whatever else the machine is like."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
PROGRAM = """
import os, sys
os.umask(int(sys.argv[1], 8))
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: int(sys.argv[2])])
from tpu_mlir.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[3:]))
"""
HERE: dict[str, str] = {"PYTHONHASHSEED": "1"}
ELSEWHERE = {"PYTHONHASHSEED": "2", "TZ": "Asia/Kathmandu", "LC_ALL": "C", "HOME": "/nonexistent", "COLUMNS": "40"}


def compiled(folder: Path, umask: str, cores: int, environment: Mapping[str, str], words: list[str]) -> bytes:
    folder.mkdir()
    (folder / "program.py").write_text(PROGRAM)
    path = {"PYTHONPATH": str(ROOT / "build" / "python_packages")}
    command = [sys.executable, "program.py", umask, str(cores), "compile", str(ROOT / "examples/digits/digits.onnx")]
    command += ["-o", "m.bmodel", "--input-shape", "images:1x1x8x8", *words]
    subprocess.run(command, env={**os.environ, **path, **environment}, cwd=folder, check=True, timeout=600)
    return (folder / "m.bmodel").read_bytes()


@pytest.mark.parametrize("words", [["--precision", "f16"], ["--precision", "int8", "--correct", "adaround"]])
def test_machines_do_not_matter(tmp_path: Path, words: list[str]) -> None:
    """One core or all of them, hash seed, time zone, locale, home folder, umask, width of the terminal."""
    if "int8" in words:
        data = tmp_path / "data.npz"
        images = np.random.default_rng(0).uniform(0, 1, (6, 1, 8, 8)).astype(np.float32)
        np.savez(data, images=images)
        words = [*words, "--calibration-data", str(data)]
    here = compiled(tmp_path / "here", "022", os.cpu_count() or 1, HERE, words)
    assert compiled(tmp_path / "elsewhere", "077", 1, ELSEWHERE, words) == here
