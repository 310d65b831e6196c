"""`tpuc operators`: which operators a model may hold, and where they are computed."""

import dataclasses
import json
from collections.abc import Sequence
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors, output, print_table
from tpu_mlir.cli.text import examples

EPILOG = examples("tpuc operators", "tpuc operators Conv Resize", "tpuc operators --json | jq -r '.[].name'")


def operators(
    names: Annotated[
        list[str] | None, typer.Argument(help="Operators to look for; default: all.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """List the operators of ONNX: their versions, where each is computed, and what of it the chip can.

    The host computes the rest, in the same session. With names it tells about these alone, and exits with 1 if one of
    them is unknown. Operators whose operands are all constants are evaluated, whatever they are.
    """
    from tpu_mlir.frontend.onnx import registry

    wanted = {name.lower() for name in names or ()}
    found = [each for each in registry.operators() if not wanted or each.name.lower() in wanted]
    if as_json:
        output.print(json.dumps([dataclasses.asdict(each) for each in found], indent=2))
    else:
        print_table(
            ("domain", "operator", "versions", "computed", "only"),
            [(each.domain, each.name, _range(each.versions), each.computed, each.only) for each in found],
        )
    missing = wanted - {each.name.lower() for each in found}
    for name in names or ():
        if name.lower() in missing:
            errors.print(f"'{name}' is no operator of ONNX, nor registered")
    if missing:
        raise typer.Exit(1)


def _range(versions: Sequence[int]) -> str:
    return str(versions[0]) if len(versions) == 1 else f"{versions[0]} to {versions[-1]}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(operators)
