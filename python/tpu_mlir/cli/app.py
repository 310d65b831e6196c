"""The application that every command joins, and the options that stand before a command."""

from typing import Annotated

import typer

import tpu_mlir
from tpu_mlir.cli import (
    asm,
    calibrate,
    combine,
    compare,
    compile,
    debug,
    disasm,
    import_,
    info,
    operators,
    profile,
    run,
)
from tpu_mlir.cli.command import Command
from tpu_mlir.cli.console import output
from tpu_mlir.cli.text import examples

app = typer.Typer(
    name="tpuc",
    help="Compile ONNX models for SOPHGO TPUs; look at bmodels and run them on the simulated chip.",
    epilog=examples(
        "tpuc compile m.onnx -o m.bmodel --precision f16", "tpuc run m.bmodel --input in.npz --output out.npz"
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["--help", "-h"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        output.print(f"tpuc {tpu_mlir.__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
    traceback: Annotated[
        bool, typer.Option("--traceback", help="After an error, also print where in the program it arose.")
    ] = False,
) -> None:
    """Take the options that stand before a command; `main` itself looks for --traceback."""


for module in (
    compile,
    calibrate,
    import_,
    run,
    compare,
    profile,
    debug,
    combine,
    info,
    operators,
    disasm,
    asm,
):
    module.register(app)
for each in app.registered_commands:
    each.cls = Command
