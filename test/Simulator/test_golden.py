"""Commands whose effect was recorded from the vendor's chip model (test/golden, written by oracle.golden)."""

from pathlib import Path

import pytest
from oracle.golden import GOLDEN, read
from oracle.machines import Simulator, zero_background
from oracle.outcome import difference


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(zero_background())


@pytest.mark.parametrize("path", sorted(GOLDEN.glob("*.npz")), ids=lambda path: path.stem)
def test_same_bytes_as_the_chip_model(path: Path, simulator: Simulator) -> None:
    vectors = read(path)
    assert vectors
    for vector in vectors:
        found = simulator.run(vector.blocks, vector.commands)
        problem = difference(vector.changes, found)
        assert problem is None, f"{vector.form}, seed {vector.seed}:\n{problem}"
