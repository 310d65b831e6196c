"""What `tpuc compile --evaluate` measures and shows."""

from typing import TYPE_CHECKING

from tpu_mlir.cli.calibration import progress_bar
from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.options import Precision
from tpu_mlir.cli.console import numbers, print_table

if TYPE_CHECKING:
    from tpu_mlir.quantization.evaluation import Evaluation


def evaluate(job: Job, built: Built) -> "Evaluation | None":
    """Measure and print the accuracy by labels, if asked; `auto` has measured it already. Raises TpuMlirError."""
    if not job.labels or job.request.precision is Precision.AUTO:
        return None
    from tpu_mlir import quantization

    with progress_bar(f"evaluating {job.request.output}") as advance:
        found = quantization.evaluate(
            job.network, built.bmodel, job.labels, preprocess=job.preprocess, progress=advance
        )
    _show(found, len(job.labels), job.request.precision)
    return found


def _show(found: "Evaluation", count: int, precision: Precision) -> None:
    points = 100 * (found.bmodel - found.model)
    print_table(
        numbers(f"top-1 of {count}", "ONNX Runtime", f"bmodel ({precision.value})", "points"),
        [("", f"{found.model:.2%}", f"{found.bmodel:.2%}", f"{points:+.2f}")],
    )
