"""`tpuc compare`: a bmodel's tensors against ONNX Runtime's, layer by layer."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
import typer

from tpu_mlir.cli.calibration import Channels, Dimensions, Mean, Scale, parse_numbers
from tpu_mlir.cli.console import errors as console
from tpu_mlir.cli.console import numbers, output, print_table, working
from tpu_mlir.cli.feeds import is_image
from tpu_mlir.cli.options import CommandLimit, MemoryLimit, NetworkName, StageNumber, WorkLimit, make_limits
from tpu_mlir.cli.text import examples, shape_text
from tpu_mlir.errors import DifferenceError
from tpu_mlir.printable import printable
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import LayerError, compare_tensors, named_values, told_apart
from tpu_mlir.runtime.tensor_files import read_tensors
from tpu_mlir.runtime.types import Array

if TYPE_CHECKING:
    from onnx import GraphProto

    from tpu_mlir.checking import data

EPILOG = examples(
    "tpuc compare m.onnx m.bmodel",
    "tpuc compare m.onnx m.bmodel --inputs in.npz --worst 10",
    "tpuc compare m.onnx m.bmodel --ranges m.ranges   (numbers that 8 bits were chosen for)",
    "tpuc compare m.onnx m.bmodel --tolerance 0.01 --json",
    "tpuc compare expected.npz m.bmodel --input in.npz",
    "tpuc compare m.onnx m.bmodel --mean 127.5 --scale 0.0078125   (compiled with --fuse-preprocess and these)",
)


def compare(
    model: Annotated[
        Path, typer.Argument(help="ONNX model, or .npz file with tensors as they should be.", show_default=False)
    ],
    bmodel: Annotated[Path, typer.Argument(help="Bmodel made from it.", show_default=False)],
    inputs: Annotated[
        Path | None,
        typer.Option(
            "--inputs",
            "--input",
            "-i",
            help=".npz file with an array for each input, or an .npy file or image for the only one; else seeded "
            "numbers, as for the check of `tpuc compile`.",
            show_default=False,
        ),
    ] = None,
    network: NetworkName = None,
    stage: StageNumber = None,
    seed: Annotated[int, typer.Option(help="Of the inputs, if none are given.", min=0)] = 0,
    ranges: Annotated[
        Path | None,
        typer.Option(help="Table of `tpuc calibrate`: seeded inputs lie in its ranges.", show_default=False),
    ] = None,
    worst: Annotated[int | None, typer.Option(help="Show that many tensors only.", min=1, show_default=False)] = None,
    tolerance: Annotated[
        float | None, typer.Option(help="Fail if an output's relative error is larger.", min=0, show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
    mean: Mean = "0",
    scale: Scale = "1",
    pixel_format: Channels = PixelFormat.RGB,
    layout: Dimensions = Layout.NCHW,
    memory_limit: MemoryLimit = None,
    command_limit: CommandLimit = None,
    work_limit: WorkLimit = None,
) -> None:
    """Compare every tensor of a bmodel with ONNX Runtime's, worst first.

    The relative error is |bmodel - onnx| / |onnx| in the 2-norm. Inner tensors are those that the bmodel has on record
    (`tpuc info` counts them; all that are computed, if it was compiled with --keep-tensors); the outputs always are.

    An .npz file in place of the model holds tensors by name, of the run on the inputs, which then must be given.

    A bmodel that takes pixels (--fuse-preprocess) needs the --mean, --scale, --pixel-format and --layout that it was
    compiled with: ONNX Runtime gets what they make of the pixels. --inputs may hold either. What was run on is told.
    """
    if ranges is not None and inputs is not None:
        raise typer.BadParameter("has no effect beside --inputs", param_hint="--ranges")
    limits = make_limits(memory_limit, command_limit, work_limit)
    preprocess = Preprocess(parse_numbers(mean, "--mean"), parse_numbers(scale, "--scale"), pixel_format, layout=layout)
    session = Session(bmodel, net=network, limits=limits)
    if model.suffix.lower() == ".npz":
        if inputs is None:
            raise typer.BadParameter("the tensors of an .npz file belong to inputs", param_hint="--inputs")
        errors = file_errors(model, session, stage, inputs)
    else:
        errors = layer_errors(model, session, stage, _Choice(inputs, seed, ranges), preprocess)
    shown = errors[:worst]
    if as_json:
        print(json.dumps([json_record(error) for error in shown], indent=2))
    else:
        _show(shown, len(errors))
    wrong = [error for error in errors if error.is_output and tolerance is not None and not error.relative <= tolerance]
    if wrong and tolerance is not None:
        found, bound = told_apart(wrong[0].relative, tolerance)
        first = f"'{wrong[0].name}' by {found}"
        raise DifferenceError(f"{bmodel}: {len(wrong)} output(s) differ by more than {bound}, {first}")


def file_errors(references: Path, session: Session, stage: int | None, inputs: Path) -> list[LayerError]:
    """Run the bmodel and compare with the tensors of a file. Raises TpuMlirError for what cannot be read or run."""
    return _run(session, stage, read_tensors(inputs), read_tensors(references))


def _run(
    session: Session, stage: int | None, feeds: Mapping[str, Array], references: Mapping[str, Array]
) -> list[LayerError]:
    chosen = session.choose_stage(feeds, stage)
    with working(f"running {session.bmodel.name}"):
        result = session.run_all(feeds, stage=chosen)
    return compare_tensors(named_values(session, result, chosen), references, frozenset(result.outputs))


@dataclasses.dataclass(frozen=True)
class _Choice:
    """What both sides run on: a file, or numbers of a seed in the ranges of a table."""

    inputs: Path | None
    seed: int
    ranges: Path | None


def layer_errors(
    model: Path, session: Session, stage: int | None, choice: _Choice, preprocess: Preprocess
) -> list[LayerError]:
    """Run both sides on the same inputs. Raises TpuMlirError for what cannot be read or run."""
    from tpu_mlir.frontend.onnx.loading import load_whole
    from tpu_mlir.quantization.pixels import bmodel_feeds, from_pixels, pixel_inputs
    from tpu_mlir.reference.onnx_runtime import onnx_intermediates

    graph = load_whole(model)
    pixels = pixel_inputs(graph.graph, session)
    if choice.inputs is not None and choice.inputs.suffix.lower() != ".npy" and not is_image(choice.inputs):
        feeds = read_tensors(choice.inputs)
        text = str(choice.inputs)
    else:
        stage = stage or 0
        trial = _trial(graph.graph, session, stage, choice, preprocess)
        feeds, text = trial.feeds, trial.text
    images = {
        name: from_pixels(feeds[name], preprocess) for name in pixels & feeds.keys() if feeds[name].dtype == np.uint8
    }
    with working(f"running {model} with ONNX Runtime"):
        references = onnx_intermediates(graph, {**feeds, **images})
    found = _run(session, stage, bmodel_feeds(session, feeds, preprocess), references)
    console.print(f"inputs: {printable(text)}")
    return found


def _trial(graph: "GraphProto", session: Session, stage: int, choice: _Choice, preprocess: Preprocess) -> "data.Trial":
    """Return an array or an image from a file, or seeded numbers. Raises TpuMlirError."""
    from tpu_mlir.checking import data
    from tpu_mlir.quantization.pixels import model_inputs
    from tpu_mlir.quantization.ranges import Ranges

    taken = model_inputs(graph, session, preprocess.layout, stage)
    if choice.inputs is not None:
        return data.given(choice.inputs, taken, preprocess, choice.seed)
    return data.seeded(
        graph,
        taken,
        session,
        preprocess=preprocess,
        ranges=None if choice.ranges is None else Ranges.load(choice.ranges),
        seed=choice.seed,
        span=data.SPANS[0],
    )


def json_record(error: LayerError) -> dict[str, object]:
    """Return the fields; numbers that JSON lacks become null."""
    fields = dataclasses.asdict(error)
    return {k: None if isinstance(v, float) and not abs(v) < float("inf") else v for k, v in fields.items()}


def _show(errors: list[LayerError], total: int) -> None:
    """Print one line for each tensor."""
    rows: list[tuple[str, ...]] = []
    for error in errors:
        name = error.name + (" (output)" if error.is_output else "")
        figures = (f"{error.relative:.3g}", f"{error.largest:.3g}", f"{error.cosine:.6f}")
        rows.append((name, error.data_type, shape_text(error.shape), *figures))
    print_table(("tensor", "type", "shape", *numbers("relative", "largest", "cosine")), rows)
    output.print(f"{len(errors)} of {total} tensors" if len(errors) < total else f"{total} tensors")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compare)
