"""`tpuc calibrate`: from a model and data to a table of ranges."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.calibration import Calibration
from tpu_mlir.cli.console import errors
from tpu_mlir.cli.options import InputShapes, OutputNames, cut_model, parse_shapes
from tpu_mlir.cli.records import takes_records
from tpu_mlir.cli.text import examples
from tpu_mlir.runtime.files import check_output

EPILOG = examples(
    "tpuc calibrate m.onnx --calibration-data photos/ -o m.ranges --mean 127.5 --scale 0.0078125",
    "tpuc calibrate m.onnx --calibration-data samples.npz -o m.ranges --calibration-method auto",
    "tpuc compile m.onnx --precision int8 --ranges m.ranges -o m.bmodel",
)


@takes_records
def calibrate(
    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)],
    output: Annotated[Path, typer.Option("--output", "-o", help="Table to write.", show_default=False)],
    calibration: Calibration,
    input_shape: InputShapes = None,
    output_names: OutputNames = None,
) -> None:
    """Observe a model's activations on calibration data and write a table of their ranges for INT8.

    An image becomes an input as (pixel - mean) * scale. The table is text: `name threshold minimum maximum` a line.
    """
    check_output(output)
    ranges = calibration.run(model, parse_shapes(input_shape), cut_model(model, output_names))
    ranges.save(output)
    errors.print(f"{output}: ranges of {len(ranges)} tensors")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(calibrate)
