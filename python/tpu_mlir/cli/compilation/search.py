"""What `tpuc compile --precision auto` does and shows."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.calibration import progress_bar
from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.ranges import load_ranges
from tpu_mlir.cli.compilation.report import asked, run_diagnosis, write_page
from tpu_mlir.cli.compilation.scheme import scheme_of, trials_of
from tpu_mlir.cli.console import numbers, print_table

if TYPE_CHECKING:
    from tpu_mlir.quantization.search.mixed_precision import Goal, Search


def parse_drop(text: str) -> float:
    """Return a share from `0.5%` or `0.005`. Raises a usage error."""
    try:
        drop = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        drop = -1.0
    if not 0 <= drop <= 1:
        raise typer.BadParameter(f"expected a share such as 0.5% or 0.005, found '{text}'", param_hint="--max-drop")
    return drop


def run_search(job: Job) -> Built:
    """Search with a progress bar, print what was found and write the report. Raises TpuMlirError or a usage error."""
    if job.calibration.data is None:
        raise typer.BadParameter("auto needs --calibration-data", param_hint="--precision")
    if (job.drop is None) != (not job.labels):
        raise typer.BadParameter("takes --evaluate with the labels, and these take it", param_hint="--max-drop")
    goal = _goal(job)
    found = _search(job, goal)
    measure = "Quality is top-1 accuracy." if goal.judge else "Quality is the least mean cosine of an output."
    _show(found, job.integers.fallback.value)
    if job.quality.report:
        _write_report(job, found, measure, job.quality.report)
    return Built(found.bmodel, found.ranges, _overrides(job, found))


def _goal(job: Job) -> "Goal":
    from tpu_mlir.quantization.evaluation import reference_score
    from tpu_mlir.quantization.search.mixed_precision import Goal

    if job.drop is None:
        return Goal(job.quality.min_cosine)
    judge, before = reference_score(job.network, job.labels, job.shapes or {}, job.preprocess)
    return Goal(judge=judge, target=before - job.drop)


def _search(job: Job, goal: "Goal") -> "Search":
    from tpu_mlir.quantization.search.mixed_precision import search_precision

    model, table = job.request.model, job.integers.ranges
    if job.corrected:
        ranges = job.corrected.ranges
    else:
        ranges = load_ranges(model, table) if table else job.calibration.run(model, job.shapes, job.cut)
    with progress_bar(f"searching {model}") as advance:
        return search_precision(
            scheme_of(job, ranges), *trials_of(job), goal, tell=lambda _, done, total: advance(done, total)
        )


def _overrides(job: Job, found: "Search") -> dict[str, str]:
    """Return what the bmodel was compiled with: what was chosen, and what was asked for."""
    return {**dict.fromkeys(found.chosen.floats, job.integers.fallback.value), **job.final_overrides}


def _write_report(job: Job, found: "Search", measure: str, report: Path) -> None:
    from tpu_mlir.report.precision import precision_page

    diagnosis = run_diagnosis(job, found.ranges, _overrides(job, found))
    gains = {item.operation.name: item.gain for item in found.sensitivities}
    reasons = {name: f"chosen: as a float it makes the loss less by {gains[name]:.1e}" for name in found.chosen.floats}
    reasons |= asked(job.final_overrides)
    write_page(report, precision_page(found, diagnosis, reasons, job.request.model.name, measure))


def _show(found: "Search", fallback: str) -> None:
    from tpu_mlir.report.text import time_text

    floats = set(found.chosen.floats)
    if floats:
        chosen = [item for item in found.sensitivities if item.operation.name in floats]
        print_table(
            ("operation", "kind", *numbers("gain", "MACs")),
            [(op.name, op.kind, f"{item.gain:.2e}", f"{op.macs:,}") for item in chosen for op in (item.operation,)],
            f"computed in {fallback}",
        )
    rows: list[tuple[str, ...]] = []
    for point in found.points:
        mark = ("*" if point in found.front else "") + (" chosen" if point == found.chosen else "")
        row = str(len(point.floats)), f"{point.quality:.5f}", time_text(point.cycles), f"{point.share:.1%}"
        rows.append((mark, *row))
    headings = numbers("", "floats", "quality", "simulated time", "MACs on integers")
    print_table(headings, rows, "choices tried (* not beaten by any other)")
