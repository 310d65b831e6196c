"""From the options of `tpuc compile` to a job, whatever is wrong with them told before any work."""

from pathlib import Path
from typing import TYPE_CHECKING

from tpu_mlir.cli.calibration import Calibration
from tpu_mlir.cli.compilation.corrections import choose_corrections
from tpu_mlir.cli.compilation.job import Job
from tpu_mlir.cli.compilation.options import Checking, Integers, Precision, Quality, Request
from tpu_mlir.cli.compilation.report import check_report
from tpu_mlir.cli.compilation.search import parse_drop
from tpu_mlir.cli.options import cut_model, parse_overrides, parse_stages
from tpu_mlir.runtime.files import check_output

if TYPE_CHECKING:
    from tpu_mlir.quantization.labels import Label


def make_job(
    request: Request, integers: Integers, quality: Quality, checking: Checking, calibration: Calibration
) -> Job:
    """Understand and check the options, before any work. Raises TpuMlirError or a usage error."""
    stages = parse_stages(request.input_shape)
    job = Job(
        request,
        integers,
        quality,
        checking,
        calibration,
        shapes=stages[0] or None,
        stages=stages,
        overrides=parse_overrides(
            request.precision_override, (item for item in Precision if item is not Precision.AUTO)
        )
        or {},
        preprocess=calibration.preprocess(),
        drop=None if quality.max_drop is None else parse_drop(quality.max_drop),
        labels=_labels(quality.evaluate) if quality.evaluate else [],
        corrections=choose_corrections(request, integers, calibration),
        cut=cut_model(request.model, request.output_names),
    )
    if job.is_quantized:
        check_output(request.output)
    check_report(job)
    return job


def _labels(path: Path) -> "list[Label]":
    from tpu_mlir.quantization.labels import read_labels

    return read_labels(path)
