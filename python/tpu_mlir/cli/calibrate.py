"""`tpuc calibrate`: from a model and data to a table of ranges."""

from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli import calibration as options
from tpu_mlir.cli.console import errors
from tpu_mlir.cli.options import InputShapes, parse_shapes
from tpu_mlir.cli.text import examples

EPILOG = examples(
    "tpuc calibrate m.onnx --calibration-data photos/ -o m.ranges --mean 127.5 --scale 0.0078125",
    "tpuc calibrate m.onnx --calibration-data samples.npz -o m.ranges --calibration-method mse",
    "tpuc compile m.onnx --precision int8 --ranges m.ranges -o m.bmodel",
)


def calibrate(
    model: Annotated[Path, typer.Argument(help="ONNX model.", show_default=False)],
    data: options.Data,
    output: Annotated[Path, typer.Option("--output", "-o", help="Table to write.", show_default=False)],
    method: options.ChosenMethod = options.Method.ENTROPY,
    samples: options.Samples = 100,
    seed: options.Seed = 0,
    skip_bad: options.SkipBad = False,
    workers: options.Workers = None,
    scheduler: options.Scheduler = None,
    input_shape: InputShapes = None,
    mean: options.Mean = "0",
    scale: options.Scale = "1",
    pixel_format: options.Format = options.PixelFormat.RGB,
    resize: options.Resize = "input",
    keep_aspect_ratio: options.KeepAspectRatio = False,
    pad_value: options.PadValue = 0,
    layout: options.ChosenLayout = options.Layout.NCHW,
) -> None:
    """Observe a model's activations on calibration data and write a table of their ranges for INT8.

    An image becomes an input as (pixel - mean) * scale. The table is text: `name threshold minimum maximum` a line.
    """
    preprocess = options.parse_preprocess(mean, scale, pixel_format, resize, keep_aspect_ratio, pad_value, layout)
    shapes = parse_shapes(input_shape)
    from tpu_mlir import quantization

    with options.progress(f"calibrating {model}") as report:
        ranges = quantization.calibrate(
            model,
            data,
            method=method.value,
            samples=samples,
            seed=seed,
            preprocess=preprocess,
            input_shapes=shapes,
            skip_bad=skip_bad,
            workers=workers,
            scheduler=scheduler,
            progress=report,
        )
    ranges.save(output)
    errors.print(f"{output}: ranges of {len(ranges)} tensors", markup=False)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(calibrate)
