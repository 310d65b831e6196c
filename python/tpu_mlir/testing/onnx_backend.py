"""ONNX's backend test suite on the compiler and its simulator: `python -m tpu_mlir.testing.onnx_backend`."""

import csv
import os
import re
import unittest
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any

import onnx
import typer
from onnx.backend.test import BackendTest
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tpu_mlir.cli.console import errors
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.testing.backend import Options, Prepared, SimulatorBackend
from tpu_mlir.testing.backend_report import FAILED, PASSED, REFUSED, SKIPPED, Verdict, print_report, table_of_operators
from tpu_mlir.testing.isolated import Lost, run_all

_DOWNLOADED = "OnnxBackendRealModelTest"  # whose models come from the network
_SUFFIX = "_cpu"


@dataclass
class Suite:
    """The suite's own tests, by the names of the cases; `met` is what they have prepared."""

    tests: Mapping[str, unittest.TestCase]
    met: list[tuple[onnx.ModelProto, Prepared | None]] = field(default_factory=list[Any])


@cache
def suite(options: Options) -> Suite:
    """Return the suite on a backend with these options."""
    found = Suite({})

    class Watched(SimulatorBackend):
        @classmethod
        def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **rest: Any) -> Prepared:
            found.met.append((model, None))
            made = Prepared(model, options)
            found.met[-1] = model, made
            return made

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of the data that the suite makes
        cases = BackendTest(Watched, __name__).test_cases
    found.tests = {
        name.removesuffix(_SUFFIX): kind(name)
        for group, kind in cases.items()
        if group != _DOWNLOADED
        for name in vars(kind)
        if name.endswith(_SUFFIX)
    }
    return found


def run_case(name: str, options: Options) -> Verdict:
    """Run a case of the suite in this process."""
    known = suite(options)
    known.met.clear()
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        kind, reason = _judge(known.tests[name])
    operators = {node.op_type for model, _ in known.met for node in model.graph.node if not node.domain}
    on_host = any(made is not None and made.on_host for _, made in known.met)
    if on_host and kind == PASSED:
        reason = next((str(each.message) for each in told if "run on the host" in str(each.message)), "")
    return Verdict(name, kind, reason, tuple(sorted(operators)), on_host)


def _judge(test: unittest.TestCase) -> tuple[str, str]:
    try:
        test.debug()
    except unittest.SkipTest as reason:
        return SKIPPED, str(reason)
    except TpuMlirError as error:
        return REFUSED, str(error)
    except Exception as error:  # noqa: BLE001 (whatever it is, the report tells it)
        return FAILED, f"{type(error).__name__}: {error}"
    return PASSED, ""


def run(names: Sequence[str], options: Options, workers: int, seconds: float) -> Iterator[Verdict]:
    """Yield the verdict on each case as it comes; a crash and a hang are failures."""
    for name, answer in run_all(partial(run_case, options=options), names, workers, seconds):
        yield Verdict(name, FAILED, answer.reason) if isinstance(answer, Lost) else answer


def read_scope(path: Path) -> dict[str, str]:
    """Return the group of each case that a table with the columns case, in_scope and reason lists."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return {row["case"]: "in scope" if row["in_scope"] == "1" else row["reason"] for row in rows}


def main(
    scope: Annotated[Path | None, typer.Option(help="A table of cases: they are counted by its groups.")] = None,
    only: Annotated[str, typer.Option(help="Run the cases whose names match this pattern.")] = "",
    precision: Annotated[str, typer.Option(help="f32, f16 or bf16.")] = "f32",
    host: Annotated[bool, typer.Option(help="Let the host compute what the chip cannot.")] = True,
    workers: Annotated[int, typer.Option(min=1, help="Processes side by side.")] = os.cpu_count() or 1,
    seconds: Annotated[float, typer.Option(min=1, help="The most time for a case.")] = 120.0,
    table: Annotated[Path | None, typer.Option(help="Write the verdict on each case to this TSV file.")] = None,
    operators: Annotated[Path | None, typer.Option(help="Write a page of the operators to this file.")] = None,
) -> None:
    """Run ONNX's backend test suite: each model is compiled and run on the simulator, types and shapes exact.

    With a scope, cases that it does not list are left out. Exits with 1 if a case fails; what is refused with a message
    is not a failure.
    """
    groups = read_scope(scope) if scope else {}
    options = Options(precision, host)
    names = [name for name in suite(options).tests if re.search(only, name) and (not scope or name in groups)]
    columns = TextColumn("cases"), MofNCompleteColumn(), TimeRemainingColumn()
    found: list[Verdict] = []
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as progress:
        for verdict in progress.track(run(names, options, workers, seconds), total=len(names)):
            found.append(verdict)
    found.sort(key=lambda each: each.case)
    print_report(found, groups)
    if table:
        table.write_text(
            "".join(["case\tverdict\ton host\treason\n", *(each.row() for each in found)]), encoding="utf-8"
        )
    if operators:
        operators.write_text(table_of_operators(found), encoding="utf-8")
    if any(each.kind == FAILED for each in found):
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
