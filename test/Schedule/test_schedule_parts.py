"""The scheduler's C++ tests: addresses in local memory, the order of ops, values that stay."""

import subprocess
from pathlib import Path


def test_parts(programs: Path) -> None:
    done = subprocess.run([programs / "schedule-test"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" 0 failed\n")
