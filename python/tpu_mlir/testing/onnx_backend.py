"""ONNX's backend test suite on the compiler and its simulator: `python -m tpu_mlir.testing.onnx_backend`."""

import csv
import os
import re
import unittest
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated

import typer
from onnx.backend.test import BackendTest
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tpu_mlir.cli.console import errors, numbers, output, print_table
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.testing.backend import SimulatorBackend
from tpu_mlir.testing.isolated import Lost, run_all

PASSED, REFUSED, FAILED, SKIPPED = "passed", "refused", "failed", "skipped"
_DOWNLOADED = "OnnxBackendRealModelTest"  # whose models come from the network
_SUFFIX = "_cpu"
_GROUPS = ("in scope", "expanded", "newer", "newer expanded")
_MOST_REASONS = 30


@dataclass(frozen=True)
class Verdict:
    """How a case has ended: `passed`, `refused` with a message for the user, `failed` or `skipped`."""

    case: str
    kind: str
    reason: str = ""


@cache
def suite() -> Mapping[str, unittest.TestCase]:
    """Return the suite's own tests by the names of the cases."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of the data that the suite makes
        cases = BackendTest(SimulatorBackend, __name__).test_cases
    return {
        name.removesuffix(_SUFFIX): kind(name)
        for group, kind in cases.items()
        if group != _DOWNLOADED
        for name in vars(kind)
        if name.endswith(_SUFFIX)
    }


def run_case(name: str) -> Verdict:
    """Run a case of the suite in this process."""
    test = suite()[name]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            test.debug()
    except unittest.SkipTest as reason:
        return Verdict(name, SKIPPED, str(reason))
    except TpuMlirError as error:
        return Verdict(name, REFUSED, str(error))
    except Exception as error:  # noqa: BLE001 (whatever it is, the report tells it)
        return Verdict(name, FAILED, f"{type(error).__name__}: {error}")
    return Verdict(name, PASSED)


def run(names: Sequence[str], workers: int, seconds: float) -> Iterator[Verdict]:
    """Yield the verdict on each case as it comes; a crash and a hang are failures."""
    for name, answer in run_all(run_case, names, workers, seconds):
        yield Verdict(name, FAILED, answer.reason) if isinstance(answer, Lost) else answer


def kind_of_reason(reason: str) -> str:
    """Return what the reasons of several cases have in common: the first, without names and numbers."""
    lines = [line.strip() for line in reason.splitlines() if line.strip()]
    line = next((each for each in lines if "cannot be compiled:" not in each and "Not equal" not in each), "")
    return re.sub(r"\d+", "#", re.sub(r"'[^']*'", "'..'", re.sub(r"^'[^']*': ", "", line)))[:110]


def read_scope(path: Path) -> dict[str, str]:
    """Return the group of each case that a table with the columns case, in_scope and reason lists."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["case"]: "in scope" if row["in_scope"] == "1" else row["reason"] for row in rows}


def main(
    scope: Annotated[Path | None, typer.Option(help="A table of cases: only its groups are run and counted.")] = None,
    only: Annotated[str, typer.Option(help="Run the cases whose names match this pattern.")] = "",
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = os.cpu_count() or 1,
    seconds: Annotated[float, typer.Option(min=1, help="The most time for a case.")] = 120.0,
    table: Annotated[Path | None, typer.Option(help="Write the verdict on each case to this TSV file.")] = None,
) -> None:
    """Run ONNX's backend test suite: each model is compiled in F32 and run on the simulator, types and shapes exact.

    Exits with 1 if a case fails; what is refused with a message is not a failure.
    """
    groups = read_scope(scope) if scope else {}
    there = [name for name in suite() if re.search(only, name) and (not scope or groups.get(name) in _GROUPS)]
    columns = TextColumn("cases"), MofNCompleteColumn(), TimeRemainingColumn()
    found: list[Verdict] = []
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
        for verdict in progress.track(run(there, workers, seconds), total=len(there)):
            found.append(verdict)
    found.sort(key=lambda each: each.case)
    report(found, groups)
    if table:
        lines = [f"{each.case}\t{each.kind}\t{' '.join(each.reason.split())}\n" for each in found]
        table.write_text("".join(["case\tverdict\treason\n", *lines]), encoding="utf-8")
    if any(each.kind == FAILED for each in found):
        raise typer.Exit(1)


def report(found: Sequence[Verdict], groups: Mapping[str, str]) -> None:
    """Print the counts, of each group where there are groups, and the reasons for what has not passed."""
    rows: list[tuple[str, ...]] = []
    for group in [*(each for each in _GROUPS if each in groups.values()), "all"]:
        kinds = Counter(each.kind for each in found if group in ("all", groups.get(each.case)))
        counts = [str(kinds[kind]) for kind in (PASSED, REFUSED, FAILED, SKIPPED)]
        expected = sum(each == group for each in groups.values()) or kinds.total()
        rows.append((group, str(expected), *counts, str(max(0, expected - kinds.total()))))
    print_table(("cases", *numbers("listed", PASSED, REFUSED, FAILED, SKIPPED, "not there")), rows)
    for kind in (FAILED, REFUSED):
        reasons = Counter(kind_of_reason(each.reason) for each in found if each.kind == kind)
        if reasons:
            output.print()
            rows = [(str(count), reason) for reason, count in reasons.most_common(_MOST_REASONS)]
            print_table((*numbers("cases"), f"{kind} since"), rows)


if __name__ == "__main__":
    typer.run(main)
