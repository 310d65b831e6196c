"""`tpuc disasm`: a bmodel's commands as text."""

import json
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.text import examples
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.assembly import group_line
from tpu_mlir.runtime.files import whole_file
from tpu_mlir.runtime.listing import ENGINES, ListedCommand, comment, list_commands

EPILOG = examples(
    "tpuc disasm m.bmodel | less -S",
    "tpuc disasm m.bmodel --engine gdma",
    "tpuc disasm m.bmodel -o m.asm   (edit it, then: tpuc asm m.asm --base m.bmodel -o changed.bmodel)",
    "tpuc disasm m.bmodel --json | jq -r 'select(.name == \"conv.normal\") | .operands[0].shape'",
)


class Engine(StrEnum):
    """Which stream to list."""

    TIU = "tiu"
    GDMA = "gdma"
    BOTH = "both"


def disasm(
    bmodel: Annotated[Path, typer.Argument(help="Any BM1684X bmodel.", show_default=False)],
    engine: Annotated[
        Engine, typer.Option(case_sensitive=False, help="List one engine's commands only.")
    ] = Engine.BOTH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file.", show_default=False)
    ] = None,
) -> None:
    """List the commands of a bmodel in an order in which the chip may execute them.

    A line holds the engine and the command's id, the command that it waits for, the operation, its operands and the
    other fields that do not go without saying. Behind # stand the layer that it works for and the tensors that are
    complete after it. `tpuc asm` turns the listing back into the same bytes.
    """
    engines = ENGINES if engine is Engine.BOTH else (engine.value,)
    lines = listing(BModel.load(bmodel), engines, as_json=as_json)
    if output is None:
        for line in lines:
            print(line)
        return
    with whole_file(output) as temporary, temporary.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def listing(bmodel: BModel, engines: tuple[str, ...] = ENGINES, *, as_json: bool = False) -> Iterator[str]:
    """Yield the lines of the listing. Raises BModelError and CommandError."""
    place: tuple[int, int, int] | None = None
    for listed in list_commands(bmodel, engines):
        if as_json:
            yield json.dumps(json_record(listed))
            continue
        if place != listed.place:
            place = listed.place
            yield group_line(listed.network, listed.stage, listed.group)
        yield text_line(listed)


def text_line(listed: ListedCommand) -> str:
    """Return one line of the listing."""
    completed = (f"{name} is complete" for name in listed.completes)
    return listed.command.text + comment((listed.layer, *completed))


def json_record(listed: ListedCommand) -> dict[str, object]:
    """Return what the JSON form says of a command: where it stands, then what it is."""
    place = {"network": listed.network, "stage": listed.stage, "group": listed.group}
    extent = {"offset": listed.command.offset, "size": listed.command.size}
    names = {"layer": listed.layer, "completes": listed.completes}
    return place | extent | names | json.loads(listed.command.json)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(disasm)
