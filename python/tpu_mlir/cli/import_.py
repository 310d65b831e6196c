"""`tpuc import`: from an ONNX model to MLIR in the `top` dialect."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import working
from tpu_mlir.cli.options import InputShapes, OutputNames, cut_model, parse_shapes
from tpu_mlir.cli.text import examples
from tpu_mlir.runtime.files import whole_file

EPILOG = examples(
    "tpuc import m.onnx | less -S",
    "tpuc import m.onnx -o m.mlir --input-shape image:1x3x224x224",
    "tpuc import m.onnx --output-names conv4   (what leads to that tensor)",
    "tpuc import m.onnx -o m.mlirbc && tpu-opt m.mlirbc --lower-top-to-tpu",
)


def import_(
    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write: .mlir text, .mlirbc bytecode.", show_default=False),
    ] = None,
    input_shape: InputShapes = None,
    output_names: OutputNames = None,
) -> None:
    """Import an ONNX model into the `top` dialect; without -o, print it with its weights elided."""
    shapes = parse_shapes(input_shape)
    cut = cut_model(model, output_names)
    from tpu_mlir.frontend.onnx import import_model

    with working(f"importing {model}"):
        operation = import_model(model if cut is None else cut, input_shapes=shapes).operation
    if output is None:
        text = str(operation.get_asm(large_elements_limit=16, enable_debug_info=True))
        typer.echo(text.partition("\n{-#")[0])  # there begin the weights' bytes
        return
    with whole_file(output) as temporary, temporary.open("wb") as file:
        if output.suffix == ".mlirbc":
            operation.write_bytecode(file)
        else:
            operation.print(file=file, binary=True, enable_debug_info=True)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", epilog=EPILOG)(import_)
