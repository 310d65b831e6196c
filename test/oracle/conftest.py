"""The option --oracle: where the vendor's chip model is installed; without it these tests are skipped."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.machines import ChipModel, Simulator, random_background

SEED = 1


@pytest.fixture(scope="session")
def machines(request: pytest.FixtureRequest) -> Iterator[tuple[ChipModel, Simulator]]:
    """The chip model and the simulator, on the same random memory."""
    oracle = Path(request.config.getoption("--oracle"))
    if not (oracle / "bin/python").exists():
        pytest.skip(f"the chip model is not installed in {oracle}")
    background = random_background(SEED)
    chip = ChipModel(oracle, background)
    yield chip, Simulator(background)
    chip.close()
