"""Real signals to real processes: one line, an exit code as shells count, and nothing left, wherever they come."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"
PATIENCE = 120  # seconds; a loaded machine may need them, an idle one does not

IMPORTING = """
import sys, time
from tpu_mlir.__main__ import main

class Slow:
    def find_spec(self, name, path=None, target=None):
        if name == "typer":
            print("up", flush=True)
            time.sleep(600)

sys.meta_path.insert(0, Slow())
sys.exit(main())
"""

# Code in C that neither lets go of the interpreter nor looks for signals.
STUCK = """
import collections, itertools, sys
from pathlib import Path
from tpu_mlir import __main__
from tpu_mlir.cli import info
from tpu_mlir.runtime.files import whole_file
from tpu_mlir.scratch import scratch_folder

class Stuck:
    @staticmethod
    def load(path):
        with scratch_folder() as scratch, whole_file(path) as temporary:
            temporary.write_text("half")
            (scratch.path / "half").write_text("half")
            print("up", flush=True)
            collections.deque(itertools.repeat(0), maxlen=0)

info.BModel = Stuck
sys.exit(__main__.main())
"""


def ended(process: subprocess.Popen[str], number: int) -> None:
    """Send the signal and check how the process ends."""
    process.send_signal(number)
    try:
        out, err = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert process.returncode == 128 + number, err
    assert err == ("error: interrupted\n" if number == signal.SIGINT else "error: terminated\n")
    assert out == ""


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Return a function that starts a program with TMPDIR in `tmp_path / "tmp"`, as from a terminal.

    What runs the tests may ignore signals (nohup, jobs of a script), which programs inherit.
    """
    (tmp_path / "tmp").mkdir()

    def no_signal_ignored() -> None:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)

    def popen(*words: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            list(map(str, words)),
            env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=no_signal_ignored,
        )

    return popen


@pytest.mark.parametrize("program", [IMPORTING, STUCK], ids=["importing", "stuck"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_any_moment(program: str, number: int, start, tmp_path: Path) -> None:
    process = start(sys.executable, "-c", program, "info", tmp_path / "out" / "m.bmodel")
    (tmp_path / "out").mkdir()
    assert process.stdout is not None and process.stdout.readline() == "up\n"
    ended(process, number)
    assert not list((tmp_path / "out").iterdir()) and not list((tmp_path / "tmp").iterdir())


@pytest.mark.parametrize("words", [(), ("--workers", "2")], ids=["threads", "processes"])
def test_calibration(words: tuple[str, ...], start, tmp_path: Path) -> None:
    """Of as many samples as would take minutes."""
    Image.fromarray(np.zeros((8, 8), np.uint8)).save(tmp_path / "0.png")
    (tmp_path / "list.txt").write_text("0.png\n" * 500_000)
    options = ("--pixel-format", "gray", "--input-shape", "images:1x1x8x8", "--samples", "500000", *words)
    tpuc = Path(sys.executable).with_name("tpuc")
    process = start(
        tpuc, "calibrate", DIGITS, "--calibration-data", tmp_path / "list.txt", "-o", tmp_path / "t", *options
    )
    began = time.monotonic()
    while not list((tmp_path / "tmp").glob("*/reference.onnx")) and time.monotonic() < began + PATIENCE:
        time.sleep(0.05)
    time.sleep(1)  # it is at work now: whether it loads samples, starts workers or runs them does not matter
    ended(process, signal.SIGINT)
    assert not (tmp_path / "t").exists() and not list((tmp_path / "tmp").iterdir())


def test_workers_end_with_a_killed_parent(start, tmp_path: Path) -> None:
    program = (
        "import os, time\nfrom tpu_mlir.quantization.workers import open_pool\n"
        "def work(network):\n    print(os.getpid(), flush=True)\n    time.sleep(600)\n"
        "if __name__ == '__main__':\n    with open_pool(None, 1, None) as pool:\n        pool.submit(work).result()\n"
    )
    (tmp_path / "program.py").write_text(program)
    process = start(sys.executable, tmp_path / "program.py")
    assert process.stdout is not None
    worker = Path("/proc", process.stdout.readline().strip())
    assert worker.exists()
    process.kill()
    began = time.monotonic()
    while worker.exists() and time.monotonic() < began + PATIENCE:
        time.sleep(0.05)
    assert not worker.exists()
    process.communicate()
