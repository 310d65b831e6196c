"""Nothing is sent anywhere, and nothing is left in the home folder: ONNX Runtime's telemetry is off.

Since 1.32 it otherwise starts an uploader when it is imported: files `deviceid` and `onnxruntime.db`, look-ups of an
events host, whatever the operating system.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMPILE = """
import sys
from tpu_mlir.cli import main
if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library that records and refuses what a process asks of the network."""
    library = tmp_path_factory.mktemp("network") / "network_calls.so"
    source = Path(__file__).with_name("network_calls.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-Wall", "-o", library, source, "-ldl"], check=True)
    return library


def calls(recorder: Path, folder: Path, arguments: Sequence[str | Path]) -> list[str]:
    """Run Python with an empty home folder; return what it asked of the network, it and its children."""
    log, home = folder / "calls", folder / "home"
    home.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "ORT_"))}
    places = {"HOME": str(home), "NETWORK_LOG": str(log), "LD_PRELOAD": str(recorder)}
    path = {"PYTHONPATH": str(ROOT / "build" / "python_packages")}
    subprocess.run([sys.executable, *arguments], env={**kept, **path, **places}, cwd=folder, check=True, timeout=300)
    assert [str(item) for item in home.rglob("*")] == []
    return log.read_text().splitlines() if log.exists() else []


def test_a_compilation_sends_nothing(recorder: Path, tmp_path: Path) -> None:
    """INT8 with worker processes: every process that opens a session of ONNX Runtime."""
    program = tmp_path / "program.py"
    program.write_text(COMPILE)
    model, data = ROOT / "examples/digits/digits.onnx", tmp_path / "data.npz"
    generate = "import numpy as np, sys; np.savez(sys.argv[1], images=np.ones((1, 1, 8, 8), np.float32))"
    subprocess.run([sys.executable, "-c", generate, data], check=True)
    words = ["compile", model, "-o", "m.bmodel", "--precision", "int8", "--calibration-data", data, "--workers", "2"]
    words += ["--input-shape", "images:1x1x8x8"]
    assert calls(recorder, tmp_path, [program, *words]) == []
    assert (tmp_path / "m.bmodel").exists()


def test_the_recorder_sees_what_is_asked(recorder: Path, tmp_path: Path) -> None:
    program = """
import contextlib, socket
for ask in (
    lambda: socket.create_connection(("telemetry.invalid", 443)),
    lambda: socket.socket().connect(("127.0.0.1", 9)),
    lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", 9)),
):
    with contextlib.suppress(OSError):
        ask()
"""
    found = [line.split()[0] for line in calls(recorder, tmp_path, ["-c", program])]
    assert found == ["getaddrinfo", "connect", "sendto"]
