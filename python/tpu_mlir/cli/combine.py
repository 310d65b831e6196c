"""`tpuc combine`: several networks, or one network for several input shapes, in one bmodel."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors
from tpu_mlir.cli.text import examples, size_text
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.combine import combine as combine_models

EPILOG = examples(
    "tpuc combine detector.bmodel classifier.bmodel -o both.bmodel",
    "tpuc compile m.onnx -o batch1/m.bmodel --input-shape image:1x3x224x224",
    "tpuc compile m.onnx -o batch4/m.bmodel --input-shape image:4x3x224x224",
    "tpuc combine batch1/m.bmodel batch4/m.bmodel -o m.bmodel   (one network, two stages)",
)


def combine(
    bmodels: Annotated[list[Path], typer.Argument(help="BM1684X bmodels.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)],
) -> None:
    """Put the networks of several bmodels into one; those of the same name become stages of one network."""
    combined = combine_models([BModel.load(path) for path in bmodels])
    combined.save(output)
    errors.print(f"{output}: {size_text(len(combined.data))}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(combine)
