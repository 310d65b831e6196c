"""What `tpuc compile --report` adds for networks in 8 bits: a page, and the lines of it that matter most."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.calibration import Calibration, progress_bar
from tpu_mlir.cli.console import output as results
from tpu_mlir.runtime.files import check_output

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.calibration import Model
    from tpu_mlir.quantization.diagnosis import Diagnosis


def check_report(report: Path | None, calibration: Calibration, *, is_quantized: bool) -> None:
    """Raise a usage error or OutputFileError for a report that could not be written in the end."""
    if report is None:
        return
    if not is_quantized:
        raise typer.BadParameter("needs --precision int8 or auto", param_hint="--report")
    if calibration.data is None:
        raise typer.BadParameter("needs --calibration-data, whose values it shows", param_hint="--report")
    check_output(report)


def run_diagnosis(
    model: "Model",
    name: str,
    calibration: Calibration,
    ranges: "Ranges",
    *,
    shapes: Mapping[str, Sequence[int]] | None,
    asymmetric: bool,
    overrides: Mapping[str, str],
) -> "Diagnosis":
    """Diagnose with a progress bar and print the worst of it. Raises TpuMlirError."""
    from tpu_mlir.quantization.diagnosis import diagnose
    from tpu_mlir.report.quantization import clipped_text

    with progress_bar(f"diagnosing {name}") as advance:
        found = diagnose(
            model,
            ranges,
            calibration.data or (),
            asymmetric=asymmetric,
            precision_overrides=overrides,
            samples=calibration.samples,
            seed=calibration.seed,
            preprocess=calibration.preprocess(),
            input_shapes=shapes,
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
    results.print("\n".join(lines), markup=False, highlight=False)
    return found


def write_page(report: Path, page: str) -> None:
    """Write the page; it appears whole or not at all. Raises OutputFileError."""
    from tpu_mlir.runtime.files import whole_file

    with whole_file(report) as temporary:
        temporary.write_text(page, encoding="utf-8")


def asked(overrides: Mapping[str, str] | None) -> dict[str, str]:
    """Return why the operations of overrides are in floats, by name."""
    return {name: f"--precision-override {name}:{kind}" for name, kind in (overrides or {}).items() if kind != "int8"}
