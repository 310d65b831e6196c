"""The check that `tpuc compile` ends with."""

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tpu_mlir.cli.compilation.build import compile_job
from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.console import errors, numbers, print_error, print_table, print_warning, working
from tpu_mlir.cli.text import shape_text

if TYPE_CHECKING:
    from tpu_mlir.checking import Check, CheckOptions

DIFFERS = 3  # exit code


def check_data(job: Job) -> None:
    """Refuse what the check could not run on, before any work. Raises TpuMlirError."""
    checking = job.checking
    if not checking.check or checking.check_input is None:
        return
    from tpu_mlir.checking import data
    from tpu_mlir.frontend.onnx.inputs import resolve
    from tpu_mlir.frontend.onnx.loading import load

    inputs = resolve(load(job.request.model)[0].graph, job.shapes or {})
    data.given(checking.check_input, inputs, job.preprocess, job.calibration.seed)


def run_check(job: Job, built: Built) -> "Check | None":
    """Run the bmodel beside ONNX Runtime, if asked, and print the figures. Raises TpuMlirError."""
    if not job.checking.check:
        return None
    from tpu_mlir.checking import check

    told = _options(job, built)
    with working(f"checking {job.request.output}"):
        found = check(
            job.network,
            built.bmodel,
            (job.element_type, *built.overrides.values()),
            told,
            rebuild=lambda: compile_job(job, built.ranges, built.overrides, keep_tensors=True, host=job.request.host),
            compiled=job.corrected.module if job.corrected else None,
        )
    _show(job, built, found, told.seconds)
    return found


def _options(job: Job, built: Built) -> "CheckOptions":
    from tpu_mlir.checking import CheckOptions

    checking = job.checking
    told = CheckOptions(
        data=checking.check_input or job.calibration.data,
        ranges=built.ranges,
        preprocess=job.preprocess,
        seed=job.calibration.seed,
        tolerance=checking.tolerance,
    )
    return told if checking.check_seconds is None else dataclasses.replace(told, seconds=checking.check_seconds)


def _show(job: Job, built: Built, found: "Check", seconds: float) -> None:
    """Print one line where all is well; where not, the tensors around the first wrong one and what may help."""
    from tpu_mlir.checking.text import headline, remedies

    text = f"{headline(found)} of {seconds:g}"
    if found.agrees:
        errors.print(f"check: {text}")
    elif found.unfinished:
        print_warning(f"check: {text}; see --check-seconds, --check-input, --no-check")
    else:
        print_error(f"{job.request.output}: {text}")
        if found.layers:
            _print_layers(found)
            errors.print(f"the first wrong tensor is '{found.first}'")
        for line in remedies(found, job.element_type, built.overrides):
            errors.print(f"remedy: {line}")


def _print_layers(found: "Check") -> None:
    rows: list[Sequence[str]] = []
    for each in found.layers:
        figures = each.figures
        measured = each.cosine, f"{figures.error:.2g}", str(figures.not_finite)
        rows.append((each.name, each.data_type, shape_text(each.shape), *measured, "wrong" if each.fault else ""))
    columns = ("tensor", "type", "shape", *numbers("cosine", "largest error", "not finite"), "")
    print_table(columns, rows, "around the first wrong tensor")
