"""The simulator's C++ tests: memories, operand views, and the adders for every vector width of this processor."""

import subprocess
from pathlib import Path


def test_parts(programs: Path) -> None:
    done = subprocess.run([programs / "simulator-test"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" 0 failed\n")
