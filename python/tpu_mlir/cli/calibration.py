"""The options of calibration, which `tpuc calibrate` and `tpuc compile` share, and what they do."""

import contextlib
import functools
import re
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tpu_mlir.cli.console import errors
from tpu_mlir.printable import printable
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess

if TYPE_CHECKING:
    from onnx import ModelProto

    from tpu_mlir.quantization import Ranges


class Method(StrEnum):
    """How ranges are chosen from what is observed."""

    MINMAX = "minmax"
    MOVING_AVERAGE = "moving-average"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"
    MSE = "mse"
    OCTAV = "octav"
    ACIQ = "aciq"
    AUTO = "auto"


_option = functools.partial(typer.Option, rich_help_panel="Calibration")
_image_option = functools.partial(typer.Option, rich_help_panel="Images")


Mean = Annotated[str, _image_option("--mean", metavar="M[,M,M]", help="Subtracted from pixels of 0 to 255.")]
Scale = Annotated[str, _image_option("--scale", metavar="S[,S,S]", help="By which pixels are then multiplied.")]
Channels = Annotated[PixelFormat, _image_option("--pixel-format", case_sensitive=False, help="Channels, in order.")]
Dimensions = Annotated[Layout, _image_option("--layout", case_sensitive=False, help="Order of the input's dimensions.")]


@dataclass(frozen=True)
class Calibration:
    """What to calibrate with, each field an option of the command line."""

    data: Annotated[
        Path | None,
        _option(
            "--calibration-data",
            metavar="DIR|NPZ|LIST",
            help="Folder of images or arrays, .npz file of stacked samples, or text file that lists files.",
            show_default=False,
        ),
    ] = None
    method: Annotated[Method, _option("--calibration-method", case_sensitive=False, help="How ranges are chosen.")] = (
        Method.MSE
    )
    samples: Annotated[int, _option("--samples", help="Use that many samples at most.", min=1)] = 100
    seed: Annotated[int, _option("--seed", help="For drawing the samples.", min=0)] = 0
    skip_bad: Annotated[bool, _option("--skip-bad", help="Go on without samples that cannot be read.")] = False
    workers: Annotated[
        int | None, _option("--workers", help="Use that many processes, not threads.", min=1, show_default=False)
    ] = None
    scheduler: Annotated[
        str | None,
        _option(
            "--scheduler",
            metavar="ADDRESS",
            help="Use the Dask cluster there; its workers see the same files.",
            show_default=False,
        ),
    ] = None
    mean: Mean = "0"
    scale: Scale = "1"
    pixel_format: Channels = PixelFormat.RGB
    resize: Annotated[
        str,
        _image_option(
            "--resize", metavar="WxH|input|none", help="Size that images are scaled to before the rest is cut off."
        ),
    ] = "input"
    keep_aspect_ratio: Annotated[
        bool, _image_option("--keep-aspect-ratio", help="Scale both axes alike; pad the rest.")
    ] = False
    pad_value: Annotated[int, _image_option("--pad-value", help="Pixels of the padding.", min=0, max=255)] = 0
    layout: Dimensions = Layout.NCHW

    def preprocess(self) -> Preprocess:
        """Return how images become inputs. Raises a usage error."""
        return Preprocess(
            mean=parse_numbers(self.mean, "--mean"),
            scale=parse_numbers(self.scale, "--scale"),
            pixel_format=self.pixel_format,
            resize=_size(self.resize),
            keep_aspect_ratio=self.keep_aspect_ratio,
            pad_value=self.pad_value,
            layout=self.layout,
        )

    def run(
        self, model: Path, input_shapes: Mapping[str, Sequence[int]] | None, cut: "ModelProto | None" = None
    ) -> "Ranges":
        """Calibrate a model, or the `cut` that is left of it, on the data, with a bar. Raises TpuMlirError."""
        if self.data is None:
            raise typer.TyperException("missing option '--calibration-data'")
        preprocess = self.preprocess()
        from tpu_mlir import quantization

        with progress_bar(f"calibrating {model}") as report:
            return quantization.calibrate(
                model if cut is None else cut,
                self.data,
                method=self.method.value,
                samples=self.samples,
                seed=self.seed,
                preprocess=preprocess,
                input_shapes=input_shapes,
                skip_bad=self.skip_bad,
                workers=self.workers,
                scheduler=self.scheduler,
                progress=report,
            )


def parse_numbers(text: str, option: str) -> tuple[float, ...]:
    """Return the numbers of a list. Raises a usage error."""
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
def progress_bar(what: str) -> Generator[Callable[[int, int], None]]:
    """Show a bar with the time left, if stderr is a terminal; yields what moves it."""
    columns = TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as bar:
        task = bar.add_task(printable(what), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
