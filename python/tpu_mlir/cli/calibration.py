"""The options of calibration, which `tpuc calibrate` and `tpuc compile` share."""

import contextlib
import re
from collections.abc import Callable, Generator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tpu_mlir.cli.console import errors
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess

_DATA, _IMAGES = "Calibration", "Images"  # panels of the help


class Method(StrEnum):
    """How ranges are chosen from what is observed."""

    MINMAX = "minmax"
    MOVING_AVERAGE = "moving-average"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"
    MSE = "mse"
    OCTAV = "octav"
    ACIQ = "aciq"


Data = Annotated[
    Path,
    typer.Option(
        "--calibration-data",
        metavar="DIR|NPZ|LIST",
        help="Folder of images or arrays, .npz file of stacked samples, or text file that lists files.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
OptionalData = Annotated[
    Path | None,
    typer.Option(
        "--calibration-data",
        metavar="DIR|NPZ|LIST",
        help="Folder of images or arrays, .npz file of stacked samples, or text file that lists files.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
ChosenMethod = Annotated[
    Method, typer.Option("--calibration-method", help="How ranges are chosen.", rich_help_panel=_DATA)
]
Samples = Annotated[int, typer.Option("--samples", help="Use that many samples at most.", min=1, rich_help_panel=_DATA)]
Seed = Annotated[int, typer.Option("--seed", help="For drawing the samples.", min=0, rich_help_panel=_DATA)]
SkipBad = Annotated[
    bool, typer.Option("--skip-bad", help="Go on without samples that cannot be read.", rich_help_panel=_DATA)
]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", help="Use that many processes, not threads.", min=1, rich_help_panel=_DATA, show_default=False
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Use the Dask cluster there; its workers see the same files.",
        rich_help_panel=_DATA,
        show_default=False,
    ),
]
Mean = Annotated[
    str, typer.Option("--mean", metavar="M[,M,M]", help="Subtracted from pixels of 0 to 255.", rich_help_panel=_IMAGES)
]
Scale = Annotated[
    str,
    typer.Option("--scale", metavar="S[,S,S]", help="By which pixels are then multiplied.", rich_help_panel=_IMAGES),
]
Format = Annotated[PixelFormat, typer.Option("--pixel-format", help="Channels, in order.", rich_help_panel=_IMAGES)]
Resize = Annotated[
    str,
    typer.Option(
        "--resize",
        metavar="WxH|input|none",
        help="Size that images are scaled to before the rest is cut off.",
        rich_help_panel=_IMAGES,
    ),
]
KeepAspectRatio = Annotated[
    bool, typer.Option("--keep-aspect-ratio", help="Scale both axes alike; pad the rest.", rich_help_panel=_IMAGES)
]
PadValue = Annotated[
    int, typer.Option("--pad-value", help="Pixels of the padding.", min=0, max=255, rich_help_panel=_IMAGES)
]
ChosenLayout = Annotated[
    Layout, typer.Option("--layout", help="Order of the input's dimensions.", rich_help_panel=_IMAGES)
]


def parse_preprocess(
    mean: str,
    scale: str,
    pixel_format: PixelFormat,
    resize: str,
    keep_aspect_ratio: bool,
    pad_value: int,
    layout: Layout,
) -> Preprocess:
    """Return what the options say. Raises a usage error."""
    return Preprocess(
        mean=_numbers(mean, "--mean"),
        scale=_numbers(scale, "--scale"),
        pixel_format=pixel_format,
        resize=_size(resize),
        keep_aspect_ratio=keep_aspect_ratio,
        pad_value=pad_value,
        layout=layout,
    )


def _numbers(text: str, option: str) -> tuple[float, ...]:
    try:
        return tuple(float(word) for word in text.split(","))
    except ValueError:
        raise typer.BadParameter(f"expected numbers such as 0.5 or 1,2,3, found '{text}'", param_hint=option) from None


def _size(text: str) -> tuple[int, int] | str | None:
    """Return (height, width), "input", or None."""
    if text in ("input", "none"):
        return None if text == "none" else text
    found = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)", text)
    if not found:
        raise typer.BadParameter(f"expected WxH, input or none, found '{text}'", param_hint="--resize")
    return int(found[2]), int(found[1])


@contextlib.contextmanager
def progress(what: str) -> Generator[Callable[[int, int], None]]:
    """Show a bar with the time left, if stderr is a terminal; yields what moves it."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
