"""The options of `tpuc compile`, in groups, each field an option of the command line."""

import functools
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.options import CycleModel, InputShapes, OutputNames

_check_option = functools.partial(typer.Option, rich_help_panel="Check")


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


class Effort(StrEnum):
    """How long to look for a faster schedule."""

    FAST = "fast"
    NORMAL = "normal"
    BEST = "best"


class Chip(StrEnum):
    """Targets."""

    BM1684X = "bm1684x"


@dataclass(frozen=True)
class Request:
    """What is compiled, to what."""

    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)]
    output: Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)]
    precision: Annotated[
        Precision, typer.Option(case_sensitive=False, help="Element type of weights and activations.")
    ] = Precision.F32
    chip: Annotated[Chip, typer.Option(case_sensitive=False, help="Target.")] = Chip.BM1684X
    input_shape: InputShapes = None
    output_names: OutputNames = None
    precision_override: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:f32", help="Another precision for the tensor of that name.", show_default=False),
    ] = None
    fuse_preprocess: Annotated[
        bool,
        typer.Option(
            "--fuse-preprocess",
            rich_help_panel="Images",
            help="Let the bmodel take pixels, u8 in NHWC, RGB or gray, and do --mean, --scale, --pixel-format and "
            "--layout itself. They must have the input's size: resizing is not compiled in.",
        ),
    ] = False
    keep_tensors: Annotated[
        bool,
        typer.Option(
            "--keep-tensors",
            "--no-group",
            help="Let every layer's tensor pass global memory, where compare and debug find it; slower.",
        ),
    ] = False
    host: Annotated[
        bool,
        typer.Option(
            "--host/--no-host",
            help="Let the host compute, in ONNX Runtime, what the chip cannot; else refuse a model with such nodes.",
        ),
    ] = True
    effort: Annotated[Effort, typer.Option(case_sensitive=False, help="How long to look for a faster schedule.")] = (
        Effort.NORMAL
    )
    cycles: Annotated[
        CycleModel,
        typer.Option(case_sensitive=False, help="The cycle model that decides: the vendor's static one, or boards'."),
    ] = CycleModel.STATIC
    save_temps: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Keep the module after each stage here as .mlir, and the tpu-opt commands that make them.",
            show_default=False,
        ),
    ] = None
    verbose: Annotated[
        bool,
        typer.Option(
            "--verbose", "-v", help="Print the seconds of each stage, and a line for each group of operations."
        ),
    ] = False
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print file, bytes, cycles, the check's figures and warnings as JSON on stdout."),
    ] = False


@dataclass(frozen=True)
class Checking:
    """How the bmodel is checked in the end."""

    check: Annotated[
        bool,
        _check_option(
            "--check/--no-check",
            help="Run the bmodel once on the simulator beside ONNX Runtime; exit with 3 where they differ.",
        ),
    ] = True
    check_input: Annotated[
        Path | None,
        _check_option(
            "--check-input",
            metavar="NPZ|IMAGE",
            help="What to run it on; else the first calibration sample, or seeded numbers.",
            show_default=False,
        ),
    ] = None
    check_seconds: Annotated[
        float | None,
        _check_option("--check-seconds", help="Time that it may take: 30 if not given.", min=0, show_default=False),
    ] = None
    tolerance: Annotated[
        float | None,
        _check_option(
            "--tolerance",
            help="Least cosine of an output; else 0.9999 in f32, 0.999 in f16, 0.99 in bf16, 0.9 in int8.",
            min=0,
            max=1,
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True)
class Integers:
    """How a network becomes one of integers."""

    ranges: Annotated[
        Path | None,
        typer.Option(help="For int8 and f16: table of `tpuc calibrate`, in place of data.", show_default=False),
    ] = None
    asymmetric: Annotated[bool, typer.Option("--asymmetric", help="For int8: give activations zero points.")] = False
    quantize_outputs: Annotated[
        bool,
        typer.Option(
            "--quantize-outputs", help="For int8: 8 bits also for outputs, and for what else only floats read."
        ),
    ] = False
    strict_int8: Annotated[
        bool,
        typer.Option(
            "--strict-int8",
            help="For int8: integers wherever there is a form, with --quantize-outputs, rather than leaving in floats "
            "the few operations whose 8 bits cost the outputs most.",
        ),
    ] = False
    fallback: Annotated[
        Fallback,
        typer.Option(
            case_sensitive=False,
            help="For int8: type of what has no integer form. For f16: of what exceeds it by data (bf16 unless f32).",
        ),
    ] = Fallback.F16
    correct: Annotated[
        str | None,
        typer.Option(
            metavar="none|quick|auto|NAME[,NAME]",
            help="For int8: change the network before it is quantized, by equalize, smooth-quant, adaround or "
            "bias-correction; by all that help (auto), or those of the first two (quick, what calibration data do "
            "without this).",
            show_default=False,
        ),
    ] = None


@dataclass(frozen=True)
class Quality:
    """What the result is measured by, and what must come out."""

    evaluate: Annotated[
        Path | None,
        typer.Option(
            metavar="CSV",
            help="Then measure top-1 on the simulator by lines `image,class`, beside ONNX Runtime's.",
            show_default=False,
        ),
    ] = None
    min_cosine: Annotated[
        float, typer.Option(help="For auto: least cosine of each output with the float model.", min=0, max=1)
    ] = 0.995
    max_drop: Annotated[
        str | None,
        typer.Option(metavar="0.5%", help="For auto: most that top-1 may lose, by the labels.", show_default=False),
    ] = None
    report: Annotated[
        Path | None,
        typer.Option(metavar="HTML", help="For int8 and auto: write a page with charts.", show_default=False),
    ] = None
