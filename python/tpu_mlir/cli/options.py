"""Options that several commands share, and the parsing of what they take."""

import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tpu_mlir.runtime import Limits

if TYPE_CHECKING:
    from onnx import ModelProto


class CycleModel(StrEnum):
    """Whose times a profile has."""

    STATIC = "static"
    SILICON = "silicon"


InputShapes = Annotated[
    list[str] | None,
    typer.Option(
        "--input-shape",
        metavar="NAME:1x3x224x224",
        help="Fix the shape of an input; once for each input with a free dimension. `compile` takes lists of sizes, "
        "x:1,4,8x3x224x224: a stage of the network for each.",
        show_default=False,
    ),
]

OutputNames = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME[,NAME]",
        help="Cut the network at these tensors, which become its outputs, in that order.",
        show_default=False,
    ),
]

NetworkName = Annotated[
    str | None, typer.Option("--network", "--net", help="Network, if there are several.", show_default=False)
]
StageNumber = Annotated[
    int | None, typer.Option(help="Stage by number; default: that which the inputs fit.", min=0, show_default=False)
]

MemoryLimit = Annotated[
    float | None,
    typer.Option(
        metavar="GIB", min=0, help="Most global memory that the file may ask for: 4 if not given.", show_default=False
    ),
]
CommandLimit = Annotated[
    int | None,
    typer.Option(min=0, help="Most commands that the file may have: 4194304 if not given.", show_default=False),
]
WorkLimit = Annotated[
    int | None,
    typer.Option(
        metavar="BILLIONS",
        min=0,
        help="Most steps (elements computed or moved, 16 products each) of a run: 100 billion if not given.",
        show_default=False,
    ),
]


_SIZES = r"(0|[1-9]\d*)(,(0|[1-9]\d*))*"  # of a dimension


def make_limits(memory: float | None, commands: int | None, work: int | None) -> Limits:
    """Return the limits that these options set."""
    return Limits(
        memory=None if memory is None else min(int(memory * 2**30), 2**64 - 1),
        commands=commands,
        work=None if work is None else min(work * 10**9, 2**64 - 1),
    )


def cut_model(model: Path, outputs: Iterable[str] | None) -> "ModelProto | None":
    """Return what --output-names leaves of a model, or None if it is not given. Raises ModelError."""
    if not outputs:
        return None
    from tpu_mlir.frontend.onnx.cutting import cut

    return cut(model, [name for text in outputs for name in text.split(",")])


def parse_shapes(texts: Iterable[str] | None) -> Mapping[str, tuple[int, ...]] | None:
    """Return {name: shape}, or None if no text is given. The name may hold colons. Raises a usage error."""
    stages = parse_stages(texts)
    if len(stages) > 1:
        raise typer.BadParameter(f"expected one shape, found {len(stages)}", param_hint="--input-shape")
    return stages[0] or None


def parse_stages(texts: Iterable[str] | None) -> list[dict[str, tuple[int, ...]]]:
    """Return {name: shape} of each stage; sizes that are lists have an entry for each. Raises a usage error."""
    shapes: dict[str, list[list[int]]] = {}
    for text in texts or ():
        name, colon, dims = text.rpartition(":")
        if not colon or not name or not re.fullmatch(rf"{_SIZES}(x{_SIZES})*", dims):
            raise typer.BadParameter(f"expected NAME:1x3x224x224, found '{text}'", param_hint="--input-shape")
        if name in shapes:
            raise typer.BadParameter(f"input '{name}' is given twice", param_hint="--input-shape")
        shapes[name] = [[int(size) for size in dim.split(",")] for dim in dims.split("x")]
    counts = {len(sizes) for dims in shapes.values() for sizes in dims} - {1}
    if len(counts) > 1:
        found = " and ".join(map(str, sorted(counts)))
        raise typer.BadParameter(f"expected lists of one length, found {found} sizes", param_hint="--input-shape")
    return [
        {name: tuple(sizes[stage % len(sizes)] for sizes in dims) for name, dims in shapes.items()}
        for stage in range(next(iter(counts), 1))
    ]


def parse_overrides(texts: Iterable[str] | None, precisions: Iterable[str]) -> Mapping[str, str] | None:
    """Return {tensor name: precision}, or None if no text is given. Raises a usage error."""
    overrides: dict[str, str] = {}
    allowed = tuple(precisions)
    for text in texts or ():
        name, colon, given = text.rpartition(":")
        precision = given.lower()
        if not colon or not name or precision not in allowed:
            expected = "|".join(allowed)
            raise typer.BadParameter(f"expected NAME:{expected}, found '{text}'", param_hint="--precision-override")
        overrides[name] = precision
    return overrides or None
