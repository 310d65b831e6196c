"""The machines to compare, and the tables that `make oracle` ends with: bmodels by name, commands by form."""

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
    """Print what the tests recorded as `form` (see test_differential) and `bmodel` (see test_bmodels)."""
    reports = [report for found in terminalreporter.stats.values() for report in found]
    recorded = [
        entry
        for report in reports
        if isinstance(report, pytest.TestReport) and report.when == "call"
        for entry in report.user_properties
    ]
    tables: dict[str, tuple[str, str]] = {
        "bmodel": ("{:44s} {:>9} {:>13} {:>13}", "bmodel|identical|chip model, s|simulator, s"),
        "form": ("{:44s} {:>6} {:>7} {:>7}", "form of command|tried|differ|silent"),
    }
    for kind, (layout, titles) in tables.items():
        rows = sorted(row for key, row in recorded if key == kind)  # type: ignore[type-var]
        if not rows:
            continue
        terminalreporter.write_line("")
        terminalreporter.write_line(layout.format(*titles.split("|")))
        for row in rows:
            terminalreporter.write_line(layout.format(*map(_cell, row)))


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "NO"
    return f"{value:.2f}" if isinstance(value, float) else str(value)
