"""The simulator's C++ tests: memories, operand views, and the adders for every vector width of this processor."""

import subprocess
from pathlib import Path

DRIVER = Path(__file__).parents[2] / "build" / "bin" / "simulator-test"


def test_parts() -> None:
    done = subprocess.run([DRIVER], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" 0 failed\n")
