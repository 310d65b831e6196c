"""`tpuc compile`: from an ONNX model to a bmodel."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors, working
from tpu_mlir.cli.options import InputShapes, parse_overrides, parse_shapes
from tpu_mlir.cli.text import examples, size_text

EPILOG = examples(
    "tpuc compile m.onnx -o m.bmodel",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --input-shape image:1x3x224x224",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --precision-override softmax:f32",
)


class Precision(StrEnum):
    """Element types that a whole model can be compiled for."""

    F32 = "f32"
    F16 = "f16"
    BF16 = "bf16"


class Chip(StrEnum):
    """Targets."""

    BM1684X = "bm1684x"


def compile(
    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)],
    precision: Annotated[Precision, typer.Option(help="Element type of weights and activations.")] = Precision.F32,
    chip: Annotated[Chip, typer.Option(help="Target.")] = Chip.BM1684X,
    input_shape: InputShapes = None,
    precision_override: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME:f32", help="Another precision for the tensor of that name.", show_default=False),
    ] = None,
) -> None:
    """Compile an ONNX model to a bmodel."""
    shapes = parse_shapes(input_shape)
    overrides = parse_overrides(precision_override, Precision)
    from tpu_mlir import compiler

    with working(f"compiling {model} to {precision.value}"):
        result = compiler.compile(
            model,
            precision=precision.value,
            chip=chip.value,
            input_shapes=shapes,
            output=output,
            precision_overrides=overrides,
        )
    errors.print(f"{output}: {size_text(len(result.data))}", markup=False)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compile)
