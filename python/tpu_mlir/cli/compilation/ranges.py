"""The ranges that a network in 8 bits needs: from calibration, or from a table."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.compilation.job import Job

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges


def choose_ranges(job: Job) -> "Ranges | None":
    """Return the ranges that int8 needs, nothing for floats. Raises TpuMlirError or a usage error."""
    table, calibration = job.integers.ranges, job.calibration
    if table is not None and calibration.data is not None:
        raise typer.BadParameter("int8 takes either --calibration-data or --ranges", param_hint="--precision")
    if table is not None:
        return load_ranges(job.request.model, table)
    if calibration.data is not None:
        return calibration.run(job.request.model, job.shapes)
    return None  # of floats, or of a model that has quantized itself


def load_ranges(model: Path, table: Path) -> "Ranges":
    """Read a table that has to be that of the model. Raises TpuMlirError."""
    from tpu_mlir.quantization.ranges import Ranges, fingerprint

    ranges = Ranges.load(table)
    ranges.check_model(fingerprint(model), table)
    return ranges
