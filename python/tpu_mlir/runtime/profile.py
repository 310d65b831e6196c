"""Where the time of a network goes, by the chip's cycle model: engines, layers, bytes and waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from tpu_mlir._native import bmodel as native
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.floor import Floor
from tpu_mlir.runtime.listing import END_COMMANDS
from tpu_mlir.runtime.session import Session

CLOCK_HZ = 1_000_000_000  # nominal; source: docs/targets/bm1684x.md
DDR_BYTES_PER_CYCLE = 68.7  # at that clock; peak, public tables: docs/targets/bm1684x.md


@dataclass(frozen=True)
class TimedCommand:
    """A command and when it keeps its engine busy, in cycles from the start.

    `layer` is the tensor that it works for, or "[conv.normal]" where the file names none. `waits_for` is a command
    of the other engine (0: none), `waited` the cycles that its engine idled before it, `macs` the
    multiply-accumulates, of which the chip can do `macs_per_cycle`; bytes are those of global memory.
    """

    engine: str
    group: int
    id: int
    mnemonic: str
    layer: str
    start: int
    end: int
    waits_for: int
    waited: int
    macs: int
    macs_per_cycle: int
    bytes_read: int
    bytes_written: int

    @property
    def cycles(self) -> int:
        """How long it keeps its engine busy."""
        return self.end - self.start


@dataclass
class LayerProfile:
    """What a layer takes, in cycles.

    `share` is its part of the whole: the cycles in which it computes, and those in which nothing computes and it moves
    data or is waited for; the shares of all layers add up to the total. `computing` and `moving` are the times in which
    it keeps either engine busy, which overlap with those of other layers. `waits` tells for how long the compute
    engine idled before its commands, by what it waited for: (direction of the transfer, its layer). `ideal` is what its
    multiply-accumulates would take if the array were never idle.
    """

    name: str
    share: int = 0
    computing: int = 0
    moving: int = 0
    macs: int = 0
    ideal: float = 0.0
    bytes_read: int = 0
    bytes_written: int = 0
    commands: int = 0
    first: int = 0
    operations: dict[str, int] = field(default_factory=dict[str, int])  # cycles by operation
    waits: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    @property
    def bytes(self) -> int:
        """Bytes that it moves from and to global memory."""
        return self.bytes_read + self.bytes_written

    @property
    def waited(self) -> int:
        """Cycles that the compute engine idled before its commands."""
        return sum(self.waits.values())

    @property
    def bound(self) -> str:
        """What limits it: "compute" or "memory", whichever engine it keeps busy longer."""
        return "compute" if self.computing >= self.moving else "memory"

    @property
    def operation(self) -> str:
        """The operation that takes most of its time."""
        return max(self.operations, key=lambda name: self.operations[name], default="")


@dataclass(frozen=True)
class Profile:
    """The simulated time of one stage of a network."""

    model: str
    network: str
    stage: int
    inputs: tuple[tuple[str, str, tuple[int, ...]], ...]  # name, element type, shape
    cycle_model: str  # static, silicon
    cycles: int
    floor: Floor
    commands: tuple[TimedCommand, ...]
    layers: tuple[LayerProfile, ...]  # in the order in which they begin
    trace: str  # the timeline in the Trace Event Format

    def busy(self, engine: str) -> int:
        """Return the cycles in which an engine works."""
        return sum(command.cycles for command in self.commands if command.engine == engine)

    @property
    def macs(self) -> int:
        """Multiply-accumulates of the network."""
        return sum(layer.macs for layer in self.layers)

    @property
    def ideal(self) -> float:
        """Cycles that they would take if the array were never idle."""
        return sum(layer.ideal for layer in self.layers)

    @property
    def bytes_read(self) -> int:
        """Bytes read from global memory."""
        return sum(layer.bytes_read for layer in self.layers)

    @property
    def bytes_written(self) -> int:
        """Bytes written to global memory."""
        return sum(layer.bytes_written for layer in self.layers)

    @property
    def seconds(self) -> float:
        """Time at the nominal clock."""
        return self.cycles / CLOCK_HZ


def profile(
    bmodel: BModel, net: str | None = None, stage: int = 0, cycles: Literal["static", "silicon"] = "static"
) -> Profile:
    """Take the times of a stage; its commands are not executed, so it needs no inputs. Raises what Session does.

    `cycles` chooses the vendor's static model of the chip, or "silicon" with what boards take longer.
    """
    session = Session(bmodel, net=net)
    contents = session.stage(stage)
    run = session.profile(stage, cycles)
    commands = tuple(_named(TimedCommand(*each)) for each in run.commands)
    return Profile(
        model=bmodel.name,
        network=session.name,
        stage=stage,
        inputs=tuple((each.name, each.data_type, tuple(each.shape)) for each in contents.inputs),
        cycle_model=cycles,
        cycles=run.cycles,
        floor=_floor(contents, commands),
        commands=commands,
        layers=tuple(_layers(commands)),
        trace=run.trace(),
    )


def _floor(stage: native.Stage, commands: Iterable[TimedCommand]) -> Floor:
    tensors = sum(tensor.size for tensor in (*stage.inputs, *stage.outputs))
    return Floor(sum(each.cycles for each in commands if each.macs), len(stage.coeff) + tensors)


def _named(command: TimedCommand) -> TimedCommand:
    return command if command.layer else replace(command, layer=f"[{command.mnemonic}]")


def _cause(awaited: TimedCommand | None) -> tuple[str, str]:
    """Say what a command waited for, and whose it was."""
    if awaited is None:
        return "start", ""
    if awaited.bytes_read and not awaited.bytes_written:
        return "load", awaited.layer
    return ("store" if awaited.bytes_written else "move"), awaited.layer


def _layers(commands: tuple[TimedCommand, ...]) -> Iterable[LayerProfile]:
    layers: dict[str, LayerProfile] = {}
    at = {(each.group, each.engine, each.id): each for each in commands}
    for command in commands:
        layer = layers.setdefault(command.layer, LayerProfile(command.layer, first=command.start))
        layer.commands += 1
        layer.macs += command.macs
        layer.bytes_read += command.bytes_read
        layer.bytes_written += command.bytes_written
        layer.operations[command.mnemonic] = layer.operations.get(command.mnemonic, 0) + command.cycles
        if command.engine == "tiu":
            layer.computing += command.cycles
            layer.ideal += command.macs / command.macs_per_cycle if command.macs_per_cycle else 0.0
        else:
            layer.moving += command.cycles
        if command.engine == "tiu" and command.waited:
            cause = _cause(at.get((command.group, "gdma", command.waits_for)))
            layer.waits[cause] = layer.waits.get(cause, 0) + command.waited
    for name, cycles in _shares(commands):
        layers[name].share += cycles
    real = (layer for layer in layers.values() if not END_COMMANDS.issuperset(layer.operations))
    return sorted(real, key=lambda layer: layer.first)


def _shares(commands: tuple[TimedCommand, ...]) -> Iterator[tuple[str, int]]:
    """Yield (layer, cycles) for stretches of time: of the compute engine, and of the other while that one idles."""
    tiu = [each for each in commands if each.engine == "tiu" and each.cycles]
    gaps = [(before.end, after.start) for before, after in zip(tiu, tiu[1:], strict=False) if after.start > before.end]
    end = max((each.end for each in commands), default=0)
    gaps = [(0, tiu[0].start), *gaps, (tiu[-1].end, end)] if tiu else [(0, end)]
    for each in tiu:
        yield each.layer, each.cycles
    moves = [each for each in commands if each.engine == "gdma" and each.cycles]
    at = 0
    for begin, finish in gaps:
        while at < len(moves) and moves[at].end <= begin:
            at += 1
        following = at
        while following < len(moves) and moves[following].start < finish:
            move = moves[following]
            yield move.layer, min(move.end, finish) - max(move.start, begin)
            following += 1
