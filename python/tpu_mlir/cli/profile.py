"""`tpuc profile`: where the time of a network goes."""

import dataclasses
import json
from pathlib import Path
from typing import Annotated

import typer

from tpu_mlir.cli.console import errors, numbers, output, print_table
from tpu_mlir.cli.options import CycleModel
from tpu_mlir.cli.text import examples, shape_text
from tpu_mlir.printable import printable
from tpu_mlir.report import page
from tpu_mlir.report.page import cause_text
from tpu_mlir.report.text import amount_text, percent, time_text
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.files import whole_file
from tpu_mlir.runtime.local_memory import local_memory
from tpu_mlir.runtime.profile import DDR_BYTES_PER_CYCLE, LayerProfile, Profile
from tpu_mlir.runtime.profile import profile as take_profile
from tpu_mlir.runtime.schedule import groups_of
from tpu_mlir.runtime.whole.parts import HostPart

EPILOG = examples(
    "tpuc profile m.bmodel",
    "tpuc profile m.bmodel --report report.html   (one page with charts; needs no network)",
    "tpuc profile m.bmodel --trace trace.json   (open it with https://ui.perfetto.dev)",
    "tpuc profile m.bmodel --json | jq '.layers | max_by(.share).name'",
)


def profile(
    bmodel: Annotated[Path, typer.Argument(help="Any static BM1684X bmodel.", show_default=False)],
    report: Annotated[
        Path | None, typer.Option(help="Write a page with charts here.", metavar="HTML", show_default=False)
    ] = None,
    trace: Annotated[
        Path | None, typer.Option(help="Write the timeline here.", metavar="JSON", show_default=False)
    ] = None,
    network: Annotated[
        str | None, typer.Option("--network", "--net", help="Network, if there are several.", show_default=False)
    ] = None,
    stage: Annotated[int, typer.Option(help="Stage, if the network has several.", min=0)] = 0,
    cycles: Annotated[
        CycleModel,
        typer.Option(case_sensitive=False, help="Times of the vendor's static model, or with what boards take longer."),
    ] = CycleModel.STATIC,
    top: Annotated[int, typer.Option(help="How many layers to list.", min=1)] = 15,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show how busy the chip's engines are, and which layers take how long and wait for what.

    Times come from the chip's cycle model; nothing is executed, so no inputs are needed. Layers are named by the
    tensors that they make; a bmodel of another compiler that names none is listed by operation.

    Of a model with parts for the host, the networks are shown one after the other; the host's time is not simulated.
    """
    model = BModel.load(bmodel)
    session = Session(model, net=network)
    if len(session.networks(stage)) != 1:
        _several(session, stage, cycles, _Shown(top, as_json, report or trace))
        return
    found = take_profile(model, network, stage, cycles.value)

    def html() -> str:
        buffers = local_memory(model, found)
        return page(found, buffers, groups_of(model, found, buffers))

    for path, content in ((report, html), (trace, lambda: found.trace)):
        if path is not None:
            with whole_file(path) as temporary:
                temporary.write_text(content(), encoding="utf-8")
            errors.print(f"{path}: written")
    if as_json:
        typer.echo(json.dumps(json_record(found), indent=2))
    elif report is None and trace is None:
        print_profile(found, top)
        _print_host(session, stage)


@dataclasses.dataclass(frozen=True)
class _Shown:
    """How profiles are shown: layers to list, as JSON, and the file that only one network can have."""

    top: int
    as_json: bool
    file: Path | None


def _several(session: Session, stage: int, cycles: CycleModel, shown: _Shown) -> None:
    """Show the networks of a model one after the other, each with its share. Raises a usage error for a file."""
    networks = session.networks(stage)
    if shown.file is not None:
        names = ", ".join(f"'{part.net.name}'" for part in networks) or "none"
        raise typer.BadParameter(f"name the network that the file is to show: {names}", param_hint="--network")
    found = [take_profile(session.bmodel, part.net.name, part.number, cycles.value) for part in networks]
    if shown.as_json:
        typer.echo(json.dumps([json_record(each) for each in found], indent=2))
        return
    total = sum(each.cycles for each in found)
    for each in found:
        print_profile(each, shown.top)
        output.print(f"{percent(each.cycles, total)} of the {total:,} cycles of all networks")
        output.print()
    _print_host(session, stage)


def _print_host(session: Session, stage: int) -> None:
    """Tell of the parts whose time is not simulated."""
    parts = [part for part in session.parts(stage) if isinstance(part, HostPart)]
    nodes = sum(len(part.model.graph.node) for part in parts)
    if parts:
        output.print(f"the host computes {nodes} nodes in {len(parts)} parts, whose time depends on it; see tpuc info")


def print_profile(found: Profile, top: int) -> None:
    """Print the figures and the layers that take longest."""
    moved = found.bytes_read + found.bytes_written
    inputs = ", ".join(f"{name} {kind} {shape_text(shape)}" for name, kind, shape in found.inputs)
    title = f"network {found.network}, stage {found.stage}: {inputs or 'no inputs'}"
    output.print(printable(title), style="bold")
    output.print(f"time: {time_text(found.cycles)} ({found.cycles:,} cycles at 1 GHz)")
    floor = f"{time_text(found.floor.cycles)}, {percent(found.floor.cycles, found.cycles)} of the time"
    output.print(f"floor: {floor} (the larger of the array's work, and all weights, inputs and outputs moved once)")
    output.print(
        f"busy: compute engine {percent(found.busy('tiu'), found.cycles)}, "
        f"transfer engine {percent(found.busy('gdma'), found.cycles)}"
    )
    if found.macs:
        output.print(f"array: {percent(found.ideal, found.cycles)} used by {amount_text(found.macs, 'MAC')}")
    output.print(
        f"global memory: {amount_text(found.bytes_read, 'B')} read, {amount_text(found.bytes_written, 'B')} written, "
        f"{moved / max(found.cycles, 1):.1f} GB/s of {DDR_BYTES_PER_CYCLE:g} on average"
    )
    output.print()
    ordered = sorted(found.layers, key=lambda layer: -layer.share)
    figures = numbers("share", "computing", "moving", "waiting", "bytes", "MACs", "array")
    print_table(("layer", "mostly", *figures, "waits most for"), [layer_row(found, layer) for layer in ordered[:top]])
    if len(ordered) > top:
        rest = percent(sum(layer.share for layer in ordered[top:]), found.cycles)
        output.print(f"and {len(ordered) - top} more layers, {rest} of the time")


def layer_row(found: Profile, layer: LayerProfile) -> tuple[str, ...]:
    """Return the cells of a layer."""
    worst = max(layer.waits.items(), key=lambda item: item[1], default=None)
    return (
        layer.name,
        layer.operation,
        percent(layer.share, found.cycles),
        time_text(layer.computing),
        time_text(layer.moving),
        time_text(layer.waited),
        amount_text(layer.bytes, "B"),
        amount_text(layer.macs, "").strip() if layer.macs else "-",
        percent(layer.ideal, max(layer.share, layer.moving)) if layer.macs else "-",
        cause_text(layer.name, worst[0]) if worst else "-",
    )


def json_record(found: Profile) -> dict[str, object]:
    """Return what the JSON form says: figures and layers; times in cycles."""
    layers = [
        dataclasses.asdict(layer)
        | {"waits": [{"for": kind, "layer": other, "cycles": n} for (kind, other), n in layer.waits.items()]}
        for layer in found.layers
    ]
    return {
        "network": found.network,
        "stage": found.stage,
        "model": found.cycle_model,
        "cycles": found.cycles,
        "floor": {"array": found.floor.array, "bytes": found.floor.bytes, "cycles": found.floor.cycles},
        "busy": {engine: found.busy(engine) for engine in ("tiu", "gdma")},
        "macs": found.macs,
        "ideal_array_cycles": found.ideal,
        "bytes_read": found.bytes_read,
        "bytes_written": found.bytes_written,
        "layers": layers,
    }


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(profile)
