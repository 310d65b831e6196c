"""`tpuc compile`: from an ONNX model to a bmodel."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from tpu_mlir.cli.calibration import Calibration, progress_bar, takes_calibration
from tpu_mlir.cli.console import errors, working
from tpu_mlir.cli.console import output as results
from tpu_mlir.cli.corrections import NONE, QUICK, parse_corrections, run_corrections
from tpu_mlir.cli.options import InputShapes, parse_overrides, parse_shapes
from tpu_mlir.cli.precision_search import parse_drop, run_search
from tpu_mlir.cli.quantization_report import asked, check_report, run_diagnosis, write_page
from tpu_mlir.cli.text import examples, size_text
from tpu_mlir.runtime.files import check_output

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.labels import Label

EPILOG = examples(
    "tpuc compile m.onnx -o m.bmodel",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --input-shape image:1x3x224x224",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --precision-override softmax:f32",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --calibration-data photos/ --mean 127.5 --scale 0.0078125",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --ranges m.ranges",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --calibration-data photos/ --correct auto",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --fuse-preprocess --mean 127.5 --scale 0.0078125",
    "tpuc compile m.onnx -o m.bmodel --precision auto --min-cosine 0.995 --calibration-data photos/ --report r.html",
    "tpuc compile m.onnx -o m.bmodel --precision auto --max-drop 0.5% --evaluate labels.csv --calibration-data photos/",
)


class Precision(StrEnum):
    """Element types that a whole model can be compiled for."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"
    INT8 = "int8"
    AUTO = "auto"


class Fallback(StrEnum):
    """Element types for what has no integer form."""

    F16 = "f16"
    BF16 = "bf16"
    F32 = "f32"


class Chip(StrEnum):
    """Targets."""

    BM1684X = "bm1684x"


@takes_calibration
def compile(
    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)],
    calibration: Calibration,
    precision: Annotated[Precision, typer.Option(help="Element type of weights and activations.")] = Precision.F32,
    chip: Annotated[Chip, typer.Option(help="Target.")] = Chip.BM1684X,
    input_shape: InputShapes = None,
    precision_override: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:f32", help="Another precision for the tensor of that name.", show_default=False),
    ] = None,
    ranges: Annotated[
        Path | None, typer.Option(help="For int8: table of `tpuc calibrate`, in place of data.", show_default=False)
    ] = None,
    asymmetric: Annotated[bool, typer.Option("--asymmetric", help="For int8: give activations zero points.")] = False,
    fallback: Annotated[Fallback, typer.Option(help="For int8: type of what has no integer form.")] = Fallback.F16,
    correct: Annotated[
        str | None,
        typer.Option(
            metavar="none|quick|auto|NAME[,NAME]",
            help="For int8: change the network before it is quantized, by equalize, smooth-quant, adaround or "
            "bias-correction; by all that help (auto), or those of the first two (quick, what calibration data do "
            "without this).",
            show_default=False,
        ),
    ] = None,
    fuse_preprocess: Annotated[
        bool,
        typer.Option(
            "--fuse-preprocess",
            rich_help_panel="Images",
            help="Let the bmodel take pixels, u8 in NHWC, RGB or gray, and do --mean, --scale, --pixel-format and "
            "--layout itself. They must have the input's size: resizing is not compiled in.",
        ),
    ] = False,
    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Then measure top-1 on the simulator by lines `image,class`, beside ONNX Runtime's.",
            show_default=False,
        ),
    ] = None,
    min_cosine: Annotated[
        float, typer.Option(help="For auto: least cosine of each output with the float model.", min=0, max=1)
    ] = 0.995,
    max_drop: Annotated[
        str | None,
        typer.Option(metavar="0.5%", help="For auto: most that top-1 may lose, by the labels.", show_default=False),
    ] = None,
    report: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="For int8 and auto: write a page with charts.", show_default=False),
    ] = None,
) -> None:
    """Compile an ONNX model to a bmodel.

    Precision int8 needs calibration data, or a table of ranges that `tpuc calibrate` has written.
    """
    shapes = parse_shapes(input_shape)
    overrides = parse_overrides(precision_override, (item for item in Precision if item is not Precision.AUTO))
    preprocess = calibration.preprocess()
    labels = _labels(evaluate) if evaluate else []
    drop = None if max_drop is None else parse_drop(max_drop)
    is_quantized = precision in (Precision.INT8, Precision.AUTO)
    by_default = QUICK if is_quantized and calibration.data and not ranges else NONE
    corrections = parse_corrections(correct or by_default)
    if corrections and not is_quantized:
        raise typer.BadParameter("needs --precision int8 or auto", param_hint="--correct")
    if is_quantized:
        check_output(output)
    check_report(report, calibration, is_quantized=is_quantized)
    corrected = None
    if corrections:
        corrected = run_corrections(
            model,
            calibration,
            corrections,
            ranges=ranges,
            labels=labels,
            shapes=shapes,
            asymmetric=asymmetric,
            overrides=overrides or {},
        )
    if precision is Precision.AUTO:
        found = run_search(
            model,
            calibration,
            ranges=_load_ranges(model, ranges) if ranges else None,
            corrected=corrected,
            labels=labels,
            drop=drop,
            min_cosine=min_cosine,
            shapes=shapes,
            asymmetric=asymmetric,
            fallback=fallback.value,
            overrides=corrected.rename(overrides or {}) if corrected else overrides or {},
            fuse_preprocess=fuse_preprocess,
            report=report,
        )
        found.bmodel.save(output)
        errors.print(f"{output}: {size_text(len(found.bmodel.data))}", markup=False)
        return
    if drop is not None:
        raise typer.BadParameter("needs --precision auto", param_hint="--max-drop")
    chosen = corrected.ranges if corrected else _ranges(model, precision, ranges, calibration, shapes)
    from tpu_mlir import compiler
    from tpu_mlir.quantization.operations import copy

    with working(f"compiling {model} to {precision.value}"):
        result = compiler.compile(
            copy(corrected.module) if corrected else model,
            precision=precision.value,
            chip=chip.value,
            input_shapes=shapes,
            output=output,
            precision_overrides=corrected.rename(overrides or {}) if corrected else overrides,
            ranges=chosen,
            asymmetric=asymmetric,
            fallback=fallback.value,
            fuse_preprocess=preprocess if fuse_preprocess else None,
            name=compiler.network_name(model) if corrected else None,
        )
    errors.print(f"{output}: {size_text(len(result.data))}", markup=False)
    tiles = [(size_text(len(result.data)), "bmodel")]
    if evaluate:
        from tpu_mlir import quantization

        with progress_bar(f"evaluating {output}") as advance:
            found = quantization.evaluate(model, result, labels, preprocess=preprocess, progress=advance)
        print_evaluation(found.model, found.bmodel, len(labels), precision)
        tiles += [(f"{found.model:.2%}", f"top-1 of {len(labels)} in ONNX Runtime"), (f"{found.bmodel:.2%}", "in INT8")]
    if report and chosen:
        from tpu_mlir.report.page import time_text
        from tpu_mlir.report.quantization import quantization_page
        from tpu_mlir.runtime.profile import profile

        renamed = corrected.rename(overrides or {}) if corrected else overrides or {}
        diagnosis = run_diagnosis(
            corrected.module if corrected else model,
            model.name,
            calibration,
            chosen,
            shapes=shapes,
            asymmetric=asymmetric,
            overrides=renamed,
        )
        tiles.insert(0, (time_text(profile(result).cycles), "one run, simulated"))
        write_page(report, quantization_page(diagnosis, model.name, tiles, asked(renamed)))


def print_evaluation(before: float, after: float, count: int, precision: Precision) -> None:
    """Print both accuracies side by side."""
    table = Table(box=None, pad_edge=False)
    for heading in (f"top-1 of {count}", "ONNX Runtime", f"bmodel ({precision.value})", "points"):
        table.add_column(heading, justify="right")
    table.add_row("", f"{before:.2%}", f"{after:.2%}", f"{100 * (after - before):+.2f}")
    results.print(table)


def _labels(path: Path) -> "list[Label]":
    from tpu_mlir.quantization.labels import read_labels

    return read_labels(path)


def _ranges(
    model: Path,
    precision: Precision,
    table: Path | None,
    calibration: Calibration,
    shapes: Mapping[str, Sequence[int]] | None,
) -> "Ranges | None":
    """Return the ranges that int8 needs, nothing for floats. Raises TpuMlirError or a usage error."""
    given = [name for name, value in (("--ranges", table), ("--calibration-data", calibration.data)) if value]
    if precision is not Precision.INT8:
        if given:
            raise typer.BadParameter("needs --precision int8", param_hint=given[0])
        return None
    if not given:  # enough for a model that has quantized itself
        return None
    if len(given) > 1:
        raise typer.BadParameter("int8 takes either --calibration-data or --ranges", param_hint="--precision")
    if table is None:
        return calibration.run(model, shapes)
    return _load_ranges(model, table)


def _load_ranges(model: Path, table: Path) -> "Ranges":
    """Read a table that has to be that of the model. Raises TpuMlirError."""
    from tpu_mlir.quantization.ranges import Ranges, fingerprint

    ranges = Ranges.load(table)
    ranges.check_model(fingerprint(model), table)
    return ranges


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compile)
