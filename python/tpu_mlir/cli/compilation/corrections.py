"""What `tpuc compile --correct` does and shows."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.calibration import Calibration, progress_bar
from tpu_mlir.cli.compilation.job import Job
from tpu_mlir.cli.compilation.options import Integers, Precision, Request
from tpu_mlir.cli.console import numbers, print_table, working

if TYPE_CHECKING:
    from tpu_mlir.quantization.correction import Corrected

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


def choose_corrections(request: Request, integers: Integers, calibration: Calibration) -> str | list[str] | None:
    """Return the corrections that are asked for, `quick` for what is calibrated on data. Raises a usage error."""
    is_quantized = request.precision in (Precision.INT8, Precision.AUTO)
    by_default = QUICK if is_quantized and calibration.data and not integers.ranges else NONE
    return parse_corrections(integers.correct or by_default)


def check_network(job: Job) -> None:
    """Refuse what cannot be compiled before the samples are read. Raises TpuMlirError with all of it."""
    if not job.is_quantized or job.integers.ranges or not job.calibration.data:
        return
    from tpu_mlir.dry_run import check_compilable
    from tpu_mlir.options import CompileOptions
    from tpu_mlir.quantization.calibration import clean_module

    with working(f"checking {job.request.model}"):
        options = CompileOptions(
            chip=job.request.chip.value,
            precision_overrides=job.overrides,
            fallback=job.integers.fallback.value,
            fuse_preprocess=job.preprocess if job.request.fuse_preprocess else None,
        )
        check_compilable(clean_module(job.network, job.shapes), options)


def run_corrections(job: Job) -> "Corrected | None":
    """Correct a model on the calibration data, if asked, and print what helped. Raises as the search does."""
    if not job.corrections:
        return None
    calibration, model = job.calibration, job.request.model
    from tpu_mlir import quantization
    from tpu_mlir.quantization.evaluation import reference_score

    judge = reference_score(job.network, job.labels, job.shapes or {}, job.preprocess)[0] if job.labels else None
    with progress_bar(f"correcting {model}") as advance:
        found = quantization.correct(
            job.network,
            calibration.data or (),
            corrections=job.corrections,
            judge=judge,
            method=calibration.method.value,
            samples=calibration.samples,
            seed=calibration.seed,
            preprocess=job.preprocess,
            input_shapes=job.shapes,
            asymmetric=job.integers.asymmetric,
            quantize_outputs=job.quantize_outputs,
            precision_overrides=job.overrides,
            skip_bad=calibration.skip_bad,
            workers=calibration.workers,
            scheduler=calibration.scheduler,
            tell=_advance(advance),
        )
    if any(step.changes for step in found.steps):
        _show(found, "top-1" if job.labels else "least cosine of an output")
    return found


def _advance(advance: Callable[[int, int], None]) -> Callable[[str, int, int], None]:
    return lambda _, done, total: advance(done, total)


def _show(found: "Corrected", measure: str) -> None:
    rows: list[tuple[str, ...]] = []
    for step in found.steps:
        after = f"{step.after:.5f}" if step.changes else ""
        kept = "yes" if step.is_kept else "no"
        rows.append((step.correction, str(step.changes), f"{step.before:.5f}", after, kept))
    print_table(("correction", *numbers("changes", "before", "after", "kept")), rows, f"corrections, by {measure}")
