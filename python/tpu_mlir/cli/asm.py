"""`tpuc asm`: a bmodel from the listing of its commands."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors
from tpu_mlir.cli.text import examples, size_text
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.assembly import assemble
from tpu_mlir.runtime.files import read_text

EPILOG = examples(
    "tpuc asm m.asm --base m.bmodel -o changed.bmodel   (m.asm: from tpuc disasm m.bmodel -o m.asm, edited)",
    "tpuc asm m.asm --base m.bmodel -o changed.bmodel --renumber   (after adding or removing lines)",
    "tpuc run changed.bmodel --input in.npz --output out.npz --check",
)


def asm(
    listing: Annotated[Path, typer.Argument(help="Listing as tpuc disasm writes it.", show_default=False)],
    base: Annotated[Path, typer.Option("--base", help="Bmodel that gives all but the commands.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Bmodel to write.", show_default=False)],
    renumber: Annotated[
        bool, typer.Option("--renumber", help="Take the commands' numbers as labels, and number them anew.")
    ] = False,
) -> None:
    """Turn the listing of a bmodel back into a bmodel.

    Tensors, coefficients and whatever else a file holds come from the base; so do the commands of groups that the
    listing leaves out. An unchanged listing gives the same file.
    """
    model = assemble(read_text(listing), BModel.load(base), str(listing), renumber=renumber)
    model.save(output)
    errors.print(f"{output}: {size_text(len(model.data))}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(asm)
