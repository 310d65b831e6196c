"""Every form the generators know: our simulator changes the same bytes to the same values as the chip model."""

import pytest

from oracle.conftest import SEED
from oracle.differential import all_forms, check_form
from oracle.machines import ChipModel, Simulator

pytestmark = pytest.mark.oracle


@pytest.mark.parametrize("name", sorted(all_forms()))
def test_form(name: str, machines: tuple[ChipModel, Simulator], request: pytest.FixtureRequest) -> None:
    chip, simulator = machines
    cases: int = request.config.getoption("--oracle-cases")
    tally = check_form(chip, simulator, name, all_forms()[name][1], range(SEED, SEED + cases))
    request.node.user_properties.append(("form", [name, tally.tried, len(tally.failures), tally.silent]))
    assert not tally.failures, "\n".join(tally.failures[:3])
    assert tally.silent < tally.tried, "no case of this form changed a byte"


def test_nothing_strays(machines: tuple[ChipModel, Simulator]) -> None:
    """Runs after the forms: what they wrote all lay in the compared windows."""
    assert machines[0].stray() == []
