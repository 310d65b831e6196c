"""`tpuc disasm`: a bmodel's commands as text."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.text import examples
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.listing import ENGINES, ListedCommand, list_commands

EPILOG = examples(
    "tpuc disasm m.bmodel | less -S",
    "tpuc disasm m.bmodel --engine gdma",
    "tpuc disasm m.bmodel --json | jq -r 'select(.name == \"conv.normal\") | .operands[0].shape'",
)


class Engine(StrEnum):
    """Which stream to list."""

    TIU = "tiu"
    GDMA = "gdma"
    BOTH = "both"


def disasm(
    bmodel: Annotated[Path, typer.Argument(help="Any BM1684X bmodel.", show_default=False)],
    engine: Annotated[Engine, typer.Option(help="List one engine's commands only.")] = Engine.BOTH,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """List the commands of a bmodel in an order in which the chip may execute them.

    A line holds the engine and the command's id, the command that it waits for, the operation, its operands and the
    other fields that are not zero. Behind # stand the tensors that are complete after it.
    """
    engines = ENGINES if engine is Engine.BOTH else (engine.value,)
    place: tuple[str, int, int] | None = None
    for listed in list_commands(BModel.load(bmodel), engines):
        if as_json:
            print(json.dumps(json_record(listed)))
            continue
        if place != (listed.network, listed.stage, listed.group):
            place = (listed.network, listed.stage, listed.group)
            print(f"# network {listed.network}, stage {listed.stage}, group {listed.group}")
        print(text_line(listed))


def text_line(listed: ListedCommand) -> str:
    """Return one line of the listing."""
    return listed.command.text + (f"  # {', '.join(listed.completes)}" if listed.completes else "")


def json_record(listed: ListedCommand) -> dict[str, object]:
    """Return what the JSON form says of a command: where it stands, then what it is."""
    place = {"network": listed.network, "stage": listed.stage, "group": listed.group}
    extent = {"offset": listed.command.offset, "size": listed.command.size, "completes": listed.completes}
    return place | extent | json.loads(listed.command.json)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(disasm)
