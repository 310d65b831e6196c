"""`tpuc info`: what a bmodel holds."""

import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.compilation.part_table import print_whole
from tpu_mlir.cli.console import numbers, output, print_table
from tpu_mlir.cli.text import examples, shape_text, size_text
from tpu_mlir.printable import printable
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.info import ModelInfo, NetInfo, StageInfo, StageMemory, TensorInfo, memory

EPILOG = examples(
    "tpuc info m.bmodel",
    "tpuc info m.bmodel --memory",
    "tpuc info m.bmodel --json | jq '.networks[0].stages[0].inputs'",
)


def info(
    bmodel: Annotated[Path, typer.Argument(help="Any BM1684X bmodel.", show_default=False)],
    by_tensor: Annotated[
        bool, typer.Option("--memory", help="List what lies in global memory instead, the largest tensor first.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Show the networks of a bmodel: inputs, outputs, memory and commands of each stage.

    Of a model with parts for the host, also the parts in order, what each reads and makes, and why it runs there.

    Inner tensors of --memory are those on record; with `tpuc compile --keep-tensors` that is every layer's, otherwise
    many stay in the chip's local memory.
    """
    model = BModel.load(bmodel)
    if by_tensor:
        show_memory(memory(model.contents), as_json)
        return
    facts = model.info()
    if as_json:
        typer.echo(json.dumps(dataclasses.asdict(facts), indent=2))
    else:
        print_model(bmodel, facts)


def print_model(path: Path, facts: ModelInfo) -> None:
    """Print everything for a reader's eyes."""
    output.print(f"{printable(str(path))}: {printable(facts.chip)}, {size_text(facts.file_size)}", style="bold")
    output.print(f"written by container version {printable(facts.version)}, time {printable(facts.time.strip())}")
    if facts.kernel_module:
        output.print(f"embeds the firmware {printable(facts.kernel_module)}")
    for model in facts.models:
        print_whole(model)
    for net in facts.networks:
        for number, stage in enumerate(net.stages):
            print_stage(net, number, stage)


def print_stage(net: NetInfo, number: int, stage: StageInfo) -> None:
    """Print one stage: its tensors, its memory, its commands."""
    output.print()
    dynamic = ", dynamic" if stage.is_dynamic else ""
    output.print(f"network {printable(net.name)}, stage {number}{dynamic}", style="bold")
    print_table(
        ("", "name", "type", "shape", "address", "bytes"),
        [
            (role, each.name, type_text(each), shape_text(each.shape), f"{each.address:#x}", str(each.size))
            for role, tensors in (("input", stage.inputs), ("output", stage.outputs))
            for each in tensors
        ],
    )
    output.print(
        f"memory: coefficients {size_text(stage.coefficient_size)} at {stage.coefficient_address:#x}, "
        f"context {size_text(stage.context_size)} at {stage.context_address:#x}"
    )
    if stage.io_size:
        output.print(f"inputs and outputs apart: {size_text(stage.io_size)} at {stage.io_address:#x}")
    tiu = sum(group.tiu_commands for group in stage.groups)
    gdma = sum(group.gdma_commands for group in stage.groups)
    output.print(f"commands: {tiu} TIU, {gdma} GDMA in {len(stage.groups)} group(s)")
    if len(stage.sub_nets) > 1:
        output.print("sub-nets: " + ", ".join(f"{s.id} {s.mode}" for s in stage.sub_nets))
    if stage.recorded_tensors:
        output.print(f"intermediate tensors on record: {stage.recorded_tensors}")


def show_memory(stages: Sequence[StageMemory], as_json: bool) -> None:
    """Print the tensors of each stage by size, and what coefficients and neurons take in total."""
    if as_json:
        typer.echo(json.dumps([dataclasses.asdict(each) for each in stages], indent=2))
        return
    for each in stages:
        output.print(f"network {printable(each.network)}, stage {each.stage}", style="bold")
        print_table(
            ("name", "", "type", "shape", "address", *numbers("bytes")),
            [
                (use.tensor.name, use.role, type_text(use.tensor), shape_text(use.tensor.shape))
                + (f"{use.tensor.address:#x}", str(use.tensor.size))
                for use in each.tensors
            ],
        )
        output.print(
            f"total: coefficients {size_text(each.coefficients)}, neurons {size_text(each.neurons)}, "
            f"together {size_text(each.coefficients + each.neurons)}"
        )


def type_text(tensor: TensorInfo) -> str:
    """Return the element type, with scale and zero point if they say anything."""
    if tensor.scale == 1.0 and tensor.zero_point == 0:
        return tensor.data_type
    return f"{tensor.data_type} scale {tensor.scale:g} zero {tensor.zero_point}"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(info)
