"""`tpuc combine`, several networks or one for several input shapes in one bmodel, and `tpuc extract`, the way back."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors
from tpu_mlir.cli.options import NetworkName
from tpu_mlir.cli.text import examples, size_text
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime import combine as networks

Output = Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)]

COMBINE = examples(
    "tpuc combine detector.bmodel classifier.bmodel -o both.bmodel",
    "tpuc compile m.onnx -o batch1/m.bmodel --input-shape image:1x3x224x224",
    "tpuc compile m.onnx -o batch4/m.bmodel --input-shape image:4x3x224x224",
    "tpuc combine batch1/m.bmodel batch4/m.bmodel -o m.bmodel   (one network, two stages)",
)
EXTRACT = examples(
    "tpuc extract both.bmodel --network detector -o detector.bmodel",
    "tpuc extract m.bmodel --stage 1 -o batch4.bmodel   (tpuc info lists networks and stages)",
)


def combine(
    bmodels: Annotated[list[Path], typer.Argument(help="BM1684X bmodels.", show_default=False)],
    output: Output,
) -> None:
    """Put the networks of several bmodels into one; those of the same name become stages of one network."""
    _save(networks.combine([BModel.load(path) for path in bmodels]), output)


def extract(
    bmodel: Annotated[Path, typer.Argument(help="Any BM1684X bmodel.", show_default=False)],
    output: Output,
    network: NetworkName = None,
    stage: Annotated[
        int | None, typer.Option(help="Stage by number; default: all stages.", min=0, show_default=False)
    ] = None,
) -> None:
    """Take one network, or one stage of it, out of a bmodel."""
    _save(networks.extract(BModel.load(bmodel), network, stage), output)


def _save(made: BModel, output: Path) -> None:
    made.save(output)
    errors.print(f"{output}: {size_text(len(made.data))}")


def register(app: typer.Typer) -> None:
    """Add both commands."""
    app.command(epilog=COMBINE)(combine)
    app.command(epilog=EXTRACT)(extract)
