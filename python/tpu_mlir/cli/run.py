"""`tpuc run`: a bmodel on the simulated chip."""

import math
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from tpu_mlir.cli.console import errors, working
from tpu_mlir.cli.console import output as console
from tpu_mlir.cli.options import CommandLimit, CycleModel, MemoryLimit, WorkLimit, make_limits
from tpu_mlir.cli.text import examples, shape_text
from tpu_mlir.printable import printable
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.files import whole_file
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.tensor_files import read_tensors, write_tensors
from tpu_mlir.runtime.types import Array

_PIECE = 1 << 20  # elements that are looked at in f64 together

EPILOG = examples(
    "tpuc run m.bmodel   (random inputs; shows what comes out)",
    "tpuc run m.bmodel --input in.npz --output out.npz",
    "tpuc run m.bmodel --input in.npz --output out.npz --check",
    "tpuc run both.bmodel --network detector --input in.npz --output out.npz   (tpuc info lists networks and stages)",
    "tpuc run m.bmodel --input in.npz --output out.npz --profile trace.json   (open it with https://ui.perfetto.dev)",
    "tpuc run m.bmodel --input in.npz --output out.npz --profile trace.json --cycles silicon",
)


def run(
    bmodel: Annotated[Path, typer.Argument(help="BM1684X bmodel.", show_default=False)],
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--input", "-i", help=".npz file with an array for each input; default: random.", show_default=False
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
    tensors: Annotated[bool, typer.Option("--tensors", help="Also write or show all inner tensors on record.")] = False,
    seed: Annotated[int, typer.Option(help="Of random inputs, without --input.", min=0)] = 0,
    memory_limit: MemoryLimit = None,
    command_limit: CommandLimit = None,
    work_limit: WorkLimit = None,
) -> None:
    """Run a bmodel on the simulated chip.

    A damaged or hostile file may ask for any amount of memory and work; the limits stop it before it runs.
    """
    if profile is None and cycles is not CycleModel.STATIC:
        raise typer.BadParameter("it is about a profile; add --profile FILE", param_hint="--cycles")
    limits = make_limits(memory_limit, command_limit, work_limit)
    session = Session(bmodel, net=network, check_races=check, check_uninitialised=check, limits=limits)
    if inputs is not None:
        feeds = read_tensors(inputs)
    else:
        feeds = random_feeds(session.input_specs(stage or 0), seed)
        errors.print(f"inputs: random, seed {seed}")
    start = time.perf_counter()
    with working(f"running {bmodel}"):
        result = session.run_all(
            feeds,
            capture=None if tensors else (),
            timed=profile is not None,
            stage=stage,
            cycles=cycles.value,
        )
    seconds = time.perf_counter() - start
    found = result.tensors | result.outputs
    if profile is None:
        if output is not None:
            write_tensors(output, found)
    else:
        with whole_file(profile) as temporary:
            temporary.write_text(result.trace, encoding="utf-8")
            if output is not None:
                write_tensors(output, found)
    if output is None:
        for name, values in found.items():
            console.print(f"{printable(name)} {values.dtype} {shape_text(values.shape)}: {_range(values)}")
    time_taken = f"simulated in {seconds:.2f} s"
    if profile is not None:
        time_taken = f"{result.cycles} cycles at 1 GHz, {time_taken}"
    errors.print(f"{output or bmodel}: {time_taken}")


def _range(values: Array) -> str:
    """Return what a reader wants to know of a tensor first."""
    if not values.size:
        return "empty"
    flat, count, total, least, most = values.reshape(-1), 0, 0.0, math.inf, -math.inf
    for start in range(0, flat.size, _PIECE):
        wide = flat[start : start + _PIECE].astype(np.float64)
        finite = wide[np.isfinite(wide)]
        count += finite.size
        total += float(finite.sum())
        least, most = float(finite.min(initial=least)), float(finite.max(initial=most))
    text = f"{least:.6g} to {most:.6g}, mean {total / count:.6g}" if count else "nothing finite"
    return text if count in (0, flat.size) else f"{text}, {flat.size - count} not finite"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(run)
