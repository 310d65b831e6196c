"""The ranges that a network in 8 bits needs, and one in F16 can use: from calibration, or from a table."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.calibration import Method
from tpu_mlir.cli.compilation.job import Job
from tpu_mlir.cli.compilation.options import Precision

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges


def choose_ranges(job: Job) -> "Ranges | None":
    """Return the ranges that int8 needs, or those by which f16 finds what exceeds it; nothing for other floats.

    Raises TpuMlirError or a usage error.
    """
    table, calibration = job.integers.ranges, job.calibration
    if table is not None and calibration.data is not None:
        raise typer.BadParameter(
            f"{job.request.precision} takes either --calibration-data or --ranges", param_hint="--precision"
        )
    if table is not None:
        return load_ranges(job.request.model, table)
    if job.request.precision is Precision.F16:  # no method that cuts off what is rare
        calibration = dataclasses.replace(calibration, method=Method.MINMAX)
    if calibration.data is not None:
        return calibration.run(job.request.model, job.shapes, job.cut)
    return None  # of floats, or of a model that has quantized itself


def load_ranges(model: Path, table: Path) -> "Ranges":
    """Read a table that has to be that of the model. Raises TpuMlirError."""
    from tpu_mlir.quantization.ranges import Ranges, fingerprint

    ranges = Ranges.load(table)
    ranges.check_model(fingerprint(model), table)
    return ranges
