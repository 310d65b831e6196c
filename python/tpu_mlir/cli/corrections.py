"""What `tpuc compile --correct` does and shows."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.table import Table

from tpu_mlir.cli.calibration import Calibration, progress_bar
from tpu_mlir.cli.console import output as results

if TYPE_CHECKING:
    from tpu_mlir.quantization.correction import Corrected
    from tpu_mlir.quantization.labels import Label

NONE, QUICK = "none", "quick"


def parse_corrections(text: str) -> str | list[str] | None:
    """Return `auto`, `quick`, a list of corrections, or nothing. Raises a usage error."""
    if text == NONE:
        return None
    from tpu_mlir.errors import CalibrationError
    from tpu_mlir.quantization.correction import AUTO, chosen_corrections

    try:
        return text if text in (AUTO, QUICK) else chosen_corrections(text.split(","))
    except CalibrationError as error:
        raise typer.BadParameter(f"{error}, or {NONE}", param_hint="--correct") from None


def run_corrections(
    model: Path,
    calibration: Calibration,
    corrections: str | list[str],
    *,
    ranges: Path | None,
    labels: "Sequence[Label]",
    shapes: Mapping[str, Sequence[int]] | None,
    asymmetric: bool,
    overrides: Mapping[str, str],
) -> "Corrected":
    """Correct a model on the calibration data and print what helped. Raises TpuMlirError or a usage error."""
    if ranges is not None:
        raise typer.BadParameter(
            "a table of ranges belongs to the model as it is; give --calibration-data in its place",
            param_hint="--correct",
        )
    if calibration.data is None:
        raise typer.BadParameter("needs --calibration-data", param_hint="--correct")
    preprocess = calibration.preprocess()
    from tpu_mlir import quantization
    from tpu_mlir.quantization.evaluation import reference_score

    judge = reference_score(model, labels, shapes or {}, preprocess)[0] if labels else None
    with progress_bar(f"correcting {model}") as advance:
        found = quantization.correct(
            model,
            calibration.data,
            corrections=corrections,
            judge=judge,
            method=calibration.method.value,
            samples=calibration.samples,
            seed=calibration.seed,
            preprocess=preprocess,
            input_shapes=shapes,
            asymmetric=asymmetric,
            precision_overrides=overrides,
            skip_bad=calibration.skip_bad,
            workers=calibration.workers,
            scheduler=calibration.scheduler,
            tell=_advance(advance),
        )
    if any(step.changes for step in found.steps):
        _show(found, "top-1" if labels else "least cosine of an output")
    return found


def _advance(advance: Callable[[int, int], None]) -> Callable[[str, int, int], None]:
    return lambda _, done, total: advance(done, total)


def _show(found: "Corrected", measure: str) -> None:
    table = Table(box=None, pad_edge=False, title=f"corrections, by {measure}", title_justify="left")
    table.add_column("correction")
    for heading in ("changes", "before", "after", "kept"):
        table.add_column(heading, justify="right")
    for step in found.steps:
        after = f"{step.after:.5f}" if step.changes else ""
        table.add_row(step.correction, str(step.changes), f"{step.before:.5f}", after, "yes" if step.is_kept else "no")
    results.print(table)
