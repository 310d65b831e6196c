"""`tpuc run`: a bmodel on the simulated chip."""

import dataclasses
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from tpu_mlir.cli.calibration import Channels, Dimensions, Mean, Scale, parse_numbers
from tpu_mlir.cli.console import errors, working
from tpu_mlir.cli.console import output as console
from tpu_mlir.cli.feeds import is_image, read_feeds
from tpu_mlir.cli.options import CommandLimit, CycleModel, MemoryLimit, WorkLimit, make_limits
from tpu_mlir.cli.summary import summarize
from tpu_mlir.cli.text import examples, json_text, shape_text
from tpu_mlir.printable import printable
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.runtime import RunResult, Session
from tpu_mlir.runtime.files import whole_file
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.tensor_files import write_tensors
from tpu_mlir.runtime.types import Array

EPILOG = examples(
    "tpuc run m.bmodel   (random inputs; shows what comes out)",
    "tpuc run m.bmodel --input in.npz --output out.npz",
    "tpuc run m.bmodel --input photo.png --mean 127.5 --scale 0.0078125 --output out.npz",
    "tpuc run m.bmodel --input in.npz --output out.npz --check",
    "tpuc run both.bmodel --network detector --input in.npz --output out.npz   (tpuc info lists networks and stages)",
    "tpuc run m.bmodel --input in.npz --output out.npz --profile trace.json   (open it with https://ui.perfetto.dev)",
    "tpuc run m.bmodel --input in.npz --output out.npz --profile trace.json --cycles silicon",
    "tpuc run m.bmodel --repeat 10 --json | jq .seconds.median",
)


def run(
    bmodel: Annotated[Path, typer.Argument(help="BM1684X bmodel.", show_default=False)],
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--input",
            "-i",
            help=".npz file with an array for each input, or an .npy file or image for the only one; default: random.",
            show_default=False,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help=".npz file to write; default: show the ranges.", show_default=False),
    ] = None,
    network: Annotated[
        str | None,
        typer.Option("--network", "--net", help="Network, if the bmodel has several.", show_default=False),
    ] = None,
    stage: Annotated[
        int | None,
        typer.Option(help="Stage by number, not the first that takes the inputs' shapes.", min=0, show_default=False),
    ] = None,
    profile: Annotated[
        Path | None,
        typer.Option(
            help="Also simulate the time; write the timeline to this file.", metavar="JSON", show_default=False
        ),
    ] = None,
    cycles: Annotated[
        CycleModel,
        typer.Option(case_sensitive=False, help="Times of the vendor's static model, or with what boards take longer."),
    ] = CycleModel.STATIC,
    check: Annotated[
        bool, typer.Option("--check", help="Make races and reads of uninitialised memory errors; slower.")
    ] = False,
    pad_batch: Annotated[
        bool,
        typer.Option(
            "--pad-batch",
            help="Where no stage takes the batch of the inputs, add rows for a larger one, then drop them.",
        ),
    ] = False,
    tensors: Annotated[bool, typer.Option("--tensors", help="Also write or show all inner tensors on record.")] = False,
    repeat: Annotated[
        int, typer.Option(help="Run so often; tell the least, median and 90th percentile of the seconds.", min=1)
    ] = 1,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print types, shapes and ranges, cycles and seconds as JSON.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of random inputs, without --input.", min=0)] = 0,
    mean: Mean = "0",
    scale: Scale = "1",
    pixel_format: Channels = PixelFormat.RGB,
    layout: Dimensions = Layout.NCHW,
    memory_limit: MemoryLimit = None,
    command_limit: CommandLimit = None,
    work_limit: WorkLimit = None,
) -> None:
    """Run a bmodel on the simulated chip.

    A damaged or hostile file may ask for any amount of memory and work; the limits stop it before it runs.

    An image becomes an input of floats by --mean, --scale, --pixel-format and --layout; a bmodel that takes pixels
    (--fuse-preprocess) does that itself.
    """
    preprocess = Preprocess(parse_numbers(mean, "--mean"), parse_numbers(scale, "--scale"), pixel_format, layout=layout)
    if preprocess != Preprocess() and (inputs is None or not is_image(inputs)):
        raise typer.BadParameter("they are about images; give one with --input", param_hint="--mean, --scale ...")
    limits = make_limits(memory_limit, command_limit, work_limit)
    session = Session(
        bmodel, net=network, check_races=check, check_uninitialised=check, limits=limits, pad_batch=pad_batch
    )
    if inputs is not None:
        feeds = read_feeds(inputs, session.input_specs(stage or 0), preprocess)
    else:
        feeds = random_feeds(session.input_specs(stage or 0), seed, index_limits=session.index_limits(stage or 0))
        errors.print(f"inputs: random, seed {seed}")
    with working(f"running {bmodel}"):
        result, seconds = _repeated(
            lambda: session.run_all(
                feeds,
                capture=None if tensors else (),
                timed=profile is not None,
                stage=stage,
                cycles=cycles.value,
            ),
            repeat,
        )
    spent = None
    if profile is not None or as_json or repeat > 1:
        spent = session.cycles(session.choose_stage(feeds, stage), cycles.value)
    found = result.tensors | result.outputs
    if profile is None:
        if output is not None:
            write_tensors(output, found)
    else:
        with whole_file(profile) as temporary:
            temporary.write_text(result.trace, encoding="utf-8")
            if output is not None:
                write_tensors(output, found)
    if as_json:
        typer.echo(json_text(_record(session, result, spent, seconds)))
    elif output is None:
        for name, values in found.items():
            console.print(f"{printable(name)} {values.dtype} {shape_text(values.shape)}: {summarize(values).text}")
    errors.print(f"{output or bmodel}: {_time_text(seconds, spent)}")


def _repeated(run: Callable[[], RunResult], times: int) -> tuple[RunResult, list[float]]:
    """Return the last result, and the seconds of each run."""
    start = time.perf_counter()
    result, stops = run(), [time.perf_counter()]
    for _ in range(1, times):
        result = run()
        stops.append(time.perf_counter())
    return result, [stop - begin for begin, stop in pairwise((start, *stops))]


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    return {
        "minimum": min(seconds),
        "median": float(np.quantile(seconds, 0.5)),
        "percentile_90": float(np.quantile(seconds, 0.9)),
    }


def _time_text(seconds: Sequence[float], cycles: int | None) -> str:
    """Return what a run, or several, took on the host and, if known, on the chip."""
    if len(seconds) == 1:
        text = f"simulated in {seconds[0]:.2f} s"
    else:
        least, median, most = (f"{each:.4g} s" for each in _percentiles(seconds).values())
        text = f"simulated {len(seconds)} times: minimum {least}, median {median}, 90th percentile {most}"
    return text if cycles is None else f"{cycles} cycles at 1 GHz, {text}"


def _record(session: Session, result: RunResult, cycles: int | None, seconds: Sequence[float]) -> dict[str, object]:
    """Return what --json prints."""

    def tensors(found: Mapping[str, Array]) -> list[dict[str, object]]:
        return [{"name": name, **dataclasses.asdict(summarize(values))} for name, values in found.items()]

    return {
        "bmodel": session.bmodel.name,
        "network": session.name,
        "outputs": tensors(result.outputs),
        "tensors": tensors(result.tensors),
        "cycles": cycles,
        "seconds": {"runs": len(seconds), **_percentiles(seconds)},
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(run)
