"""A thousand damaged bmodels, listed and run under AddressSanitizer and UBSan: no crash, no hang, no bad access."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DRIVER = ROOT / "build" / "bin" / "bmodel-fuzz"
TWICE = ROOT / "test" / "BModel" / "Inputs" / "twice.bmodel"


def run(file: Path, first_seed: int, count: int) -> list[int]:
    """Return how many copies were opened and refused, command streams whole and broken, runs finished and stopped."""
    done = subprocess.run([DRIVER, file, str(first_seed), str(count)], capture_output=True, text=True, timeout=120)
    last = done.stdout.splitlines()[-1:] or ["nothing"]
    assert done.returncode == 0, f"{last[0]} of {file.name}\n{done.stderr[-4000:]}"
    return [int(number) for number in re.findall(r"\d+", last[0])]


def test_undamaged_file_opens(tmp_path: Path) -> None:
    """Zero seeds: only proves that the driver itself runs."""
    assert run(TWICE, 0, 0) == [0, 0, 0, 0, 0, 0]


def test_damage_is_survived() -> None:
    outcomes = run(TWICE, 0, 1000)
    assert sum(outcomes[:2]) == 1000
    # All six outcomes occur, or the damage would be too mild or too coarse to test anything.
    assert len(outcomes) == 6 and min(outcomes) > 0


@pytest.mark.parametrize("seed", [3070, 2729])
def test_damage_that_once_did_harm(seed: int) -> None:
    """3070: a shape whose 8-byte numbers were not aligned. 2729: more memory than 32 bits count."""
    assert sum(run(TWICE, seed, 1)[:2]) == 1
