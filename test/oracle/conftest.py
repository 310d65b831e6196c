"""The machines to compare, and the table of bmodels that `make oracle` ends with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from oracle.machines import ChipModel, Simulator, random_background

SEED = 1


@pytest.fixture(scope="session")
def oracle(request: pytest.FixtureRequest) -> Path:
    """Where the chip model is installed; tests that need it are skipped where it is absent."""
    folder = Path(str(request.config.getoption("--oracle"))).resolve()
    if not (folder / "bin/python").exists():
        pytest.skip(f"the chip model is not installed in {folder}")
    return folder


@pytest.fixture(scope="session")
def machines(oracle: Path) -> Iterator[tuple[ChipModel, Simulator]]:
    """The chip model and the simulator, on the same random memory."""
    background = random_background(SEED)
    chip = ChipModel(oracle, background)
    yield chip, Simulator(background)
    chip.close()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow bmodels out unless they are asked for."""
    if config.getoption("--oracle-all"):
        return
    large = [item for item in items if item.get_closest_marker("large")]
    if large:
        config.hook.pytest_deselected(items=large)
        items[:] = [item for item in items if item not in set(large)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the tests recorded as `bmodel` (see test_bmodels)."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    rows = sorted(
        value  # type: ignore[type-var]
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for key, value in report.user_properties
        if key == "bmodel"
    )
    if not rows:
        return
    layout = "{:44s} {:>9} {:>13} {:>13}"
    terminalreporter.write_line("")
    terminalreporter.write_line(layout.format("bmodel", "identical", "chip model, s", "simulator, s"))
    for row in rows:
        terminalreporter.write_line(layout.format(*map(_cell, row)))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
