"""What `tpuc compile --precision auto` does and shows."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.markup import escape
from rich.table import Table

from tpu_mlir.cli.calibration import Calibration, progress_bar
from tpu_mlir.cli.console import output as results
from tpu_mlir.cli.quantization_report import asked, run_diagnosis, write_page

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.correction import Corrected
    from tpu_mlir.quantization.labels import Label
    from tpu_mlir.quantization.mixed_precision import Search


def parse_drop(text: str) -> float:
    """Return a share from `0.5%` or `0.005`. Raises a usage error."""
    try:
        drop = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        drop = -1.0
    if not 0 <= drop <= 1:
        raise typer.BadParameter(f"expected a share such as 0.5% or 0.005, found '{text}'", param_hint="--max-drop")
    return drop


def run_search(
    model: Path,
    calibration: Calibration,
    *,
    ranges: "Ranges | None",
    corrected: "Corrected | None",
    labels: "Sequence[Label]",
    drop: float | None,
    min_cosine: float,
    shapes: Mapping[str, Sequence[int]] | None,
    asymmetric: bool,
    overrides: Mapping[str, str],
    fallback: str,
    fuse_preprocess: bool,
    report: Path | None,
) -> "Search":
    """Search with a progress bar, print what was found and write the report. Raises TpuMlirError or a usage error."""
    if calibration.data is None:
        raise typer.BadParameter("auto needs --calibration-data", param_hint="--precision")
    if (drop is None) != (not labels):
        raise typer.BadParameter("takes --evaluate with the labels, and these take it", param_hint="--max-drop")
    preprocess = calibration.preprocess()
    from tpu_mlir.quantization.evaluation import reference_score
    from tpu_mlir.quantization.mixed_precision import search_precision

    judge, target = None, None
    if drop is not None:
        judge, before = reference_score(model, labels, shapes or {}, preprocess)
        target = before - drop
    with progress_bar(f"searching {model}") as advance:
        found = search_precision(
            corrected.module if corrected else model,
            calibration.data,
            min_cosine=min_cosine,
            judge=judge,
            target=target,
            ranges=corrected.ranges if corrected else ranges,
            original=model if corrected else None,
            method=calibration.method.value,
            samples=calibration.samples,
            seed=calibration.seed,
            preprocess=preprocess,
            input_shapes=shapes,
            asymmetric=asymmetric,
            fallback=fallback,
            precision_overrides=overrides,
            fuse_preprocess=fuse_preprocess,
            skip_bad=calibration.skip_bad,
            workers=calibration.workers,
            scheduler=calibration.scheduler,
            tell=lambda _, done, total: advance(done, total),
        )
    measure = "Quality is top-1 accuracy." if judge else "Quality is the least mean cosine of an output."
    _show(found, fallback)
    if report:
        from tpu_mlir.report.precision import precision_page

        diagnosis = run_diagnosis(
            corrected.module if corrected else model,
            model.name,
            calibration,
            found.ranges,
            shapes=shapes,
            asymmetric=asymmetric,
            overrides={**dict.fromkeys(found.chosen.floats, fallback), **overrides},
        )
        alone = {item.operation.name: item.error for item in found.sensitivities}
        reasons = {
            name: f"chosen: alone in 8 bits it costs an error of {alone[name]:.1e}" for name in found.chosen.floats
        }
        reasons |= asked(overrides)
        write_page(report, precision_page(found, diagnosis, reasons, model.name, measure))
    return found


def _show(found: "Search", fallback: str) -> None:
    from tpu_mlir.report.page import time_text

    floats = set(found.chosen.floats)
    if floats:
        table = Table(box=None, pad_edge=False, title=f"computed in {fallback}", title_justify="left")
        for heading in ("operation", "kind", "error alone", "MACs"):
            table.add_column(heading, justify="left" if heading in ("operation", "kind") else "right")
        for item in found.sensitivities:
            op = item.operation
            if op.name in floats:
                table.add_row(escape(op.name), op.kind, f"{item.error:.2e}", f"{op.macs:,}")
        results.print(table)
    table = Table(box=None, pad_edge=False, title="choices tried (* not beaten by any other)", title_justify="left")
    for heading in ("", "floats", "quality", "simulated time", "MACs on integers"):
        table.add_column(heading, justify="right")
    for point in found.points:
        mark = ("*" if point in found.front else "") + (" chosen" if point == found.chosen else "")
        row = str(len(point.floats)), f"{point.quality:.5f}", time_text(point.cycles), f"{point.share:.1%}"
        table.add_row(mark, *row)
    results.print(table)
