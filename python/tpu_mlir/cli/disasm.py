"""`tpuc disasm`: a bmodel's commands as text."""

import json
from collections.abc import Iterator, Mapping
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
    "tpuc disasm m.bmodel --json | jq -r 'select(.mnemonic == \"conv.normal\") | .fields.res0_c'",
)


HIGH_HALVES = ("_h8", "_h32")
HEXADECIMAL = ("addr", "mask", "lane_num", "constant_value")


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

    A line holds the engine, the command's id, the id of the other engine's command that it waits for (or -), the
    operation and all fields that are not zero. After it stand the names of the tensors that are complete then.
    """
    engines = ENGINES if engine is Engine.BOTH else (engine.value,)
    place: tuple[str, int, int] | None = None
    for listed in list_commands(BModel.load(bmodel), engines):
        if as_json:
            typer.echo(json.dumps(json_record(listed)))
            continue
        if place != (listed.network, listed.stage, listed.group):
            place = (listed.network, listed.stage, listed.group)
            typer.echo(f"# network {listed.network}, stage {listed.stage}, group {listed.group}")
        typer.echo(text_line(listed))


def text_line(listed: ListedCommand) -> str:
    """Return one line of the listing."""
    command = listed.command
    shown = " ".join(_shown_fields(command.fields))
    form = "short" if command.is_short else "long"
    waits = command.waits_for or "-"
    line = f"{command.engine:4} {command.id:6} {waits:>6}  {command.mnemonic:18} {form:5} {shown}".rstrip()
    return line + (f"  # {', '.join(listed.completes)}" if listed.completes else "")


def _shown_fields(fields: Mapping[str, int]) -> Iterator[str]:
    """Yield `name=value` for fields that are not zero; the halves of an address or mask become one number."""
    for name, value in fields.items():
        if name in ("cmd_id", "cmd_id_dep", "cmd_id_en") or name.endswith(HIGH_HALVES):
            continue
        if name.endswith("_l32"):
            name = name.removesuffix("_l32")
            value += sum(fields.get(name + high, 0) << 32 for high in HIGH_HALVES)
        if value:
            yield f"{name}={value:#x}" if name.endswith(HEXADECIMAL) else f"{name}={value}"


def json_record(listed: ListedCommand) -> dict[str, object]:
    """Return what the JSON form says of a command."""
    command = listed.command
    return {
        "network": listed.network,
        "stage": listed.stage,
        "group": listed.group,
        "engine": command.engine,
        "offset": command.offset,
        "size": command.size,
        "form": "short" if command.is_short else "long",
        "id": command.id,
        "waits_for": command.waits_for,
        "instruction": command.name,
        "mnemonic": command.mnemonic,
        "fields": dict(command.fields),
        "completes": list(listed.completes),
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(disasm)
