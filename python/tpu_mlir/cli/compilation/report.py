"""What `tpuc compile --report` adds for networks in 8 bits: a page, and the lines of it that matter most."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tpu_mlir.cli.calibration import progress_bar
from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.options import Precision
from tpu_mlir.cli.console import output as results
from tpu_mlir.cli.text import size_text
from tpu_mlir.runtime.files import check_output

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.diagnosis import Diagnosis
    from tpu_mlir.quantization.evaluation import Evaluation


def check_report(job: Job) -> None:
    """Raise OutputFileError for a report that could not be written in the end."""
    if job.quality.report is not None:
        check_output(job.quality.report)


def write_report(job: Job, built: Built, evaluation: "Evaluation | None") -> None:
    """Write the page of a network in int8, if asked; that of `auto` is part of its search. Raises TpuMlirError."""
    report, model = job.quality.report, job.request.model
    if report is None or built.ranges is None or job.request.precision is Precision.AUTO:
        return
    from tpu_mlir.report.quantization import quantization_page
    from tpu_mlir.report.text import time_text
    from tpu_mlir.runtime.profile import profile

    diagnosis = run_diagnosis(job, built.ranges, built.overrides)
    reasons = dict.fromkeys(built.protected, "protected: its 8 bits cost the outputs most for the time that they save")
    tiles = [
        (time_text(profile(built.bmodel).cycles), "one run, simulated"),
        (size_text(len(built.bmodel.data)), "bmodel"),
    ]
    if evaluation:
        tiles += [
            (f"{evaluation.model:.2%}", f"top-1 of {len(job.labels)} in ONNX Runtime"),
            (f"{evaluation.bmodel:.2%}", "in INT8"),
        ]
    write_page(report, quantization_page(diagnosis, model.name, tiles, reasons | asked(job.final_overrides)))


def run_diagnosis(job: Job, ranges: "Ranges", overrides: Mapping[str, str]) -> "Diagnosis":
    """Diagnose with a progress bar and print the worst of it. Raises TpuMlirError."""
    from tpu_mlir.quantization.diagnosis import diagnose
    from tpu_mlir.report.quantization import clipped_text

    with progress_bar(f"diagnosing {job.request.model.name}") as advance:
        found = diagnose(
            job.corrected.module if job.corrected else job.network,
            ranges,
            job.calibration.data or (),
            asymmetric=job.integers.asymmetric,
            quantize_outputs=job.quantize_outputs,
            precision_overrides=overrides,
            samples=job.calibration.samples,
            seed=job.calibration.seed,
            preprocess=job.preprocess,
            input_shapes=job.shapes,
            progress=advance,
        )
    lines = [f"{len(found.tensors)} tensors, ranges by {found.facts.get('method', 'a table')}, {found.samples} samples"]
    lines += [
        f"  {item.name}: step {item.scale:.4g}, {clipped_text(item)}, noise ratio {item.noise_ratio:.1f} dB"
        for item in found.worst()
    ]
    kinds = ", ".join(f"{count} {kind}" for kind, count in found.kinds_in_floats().most_common(6))
    lines.append(
        f"in floats: {len(found.floats)} of {len(found.operations)} operations{f' ({kinds})' if kinds else ''}"
    )
    results.print("\n".join(lines))
    return found


def write_page(report: Path, page: str) -> None:
    """Write the page; it appears whole or not at all. Raises OutputFileError."""
    from tpu_mlir.runtime.files import whole_file

    with whole_file(report) as temporary:
        temporary.write_text(page, encoding="utf-8")


def asked(overrides: Mapping[str, str] | None) -> dict[str, str]:
    """Return why the operations of overrides are in floats, by name."""
    return {name: f"--precision-override {name}:{kind}" for name, kind in (overrides or {}).items() if kind != "int8"}
