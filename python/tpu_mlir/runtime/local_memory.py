"""What lies in local memory when: read off the commands of a bmodel and their times, whatever compiler wrote them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.listing import in_order
from tpu_mlir.runtime.profile import Profile, TimedCommand
from tpu_mlir.runtime.session import Session

Kind = Literal["weights", "loaded", "computed"]


class Span(NamedTuple):
    """Bytes [begin, end) of the lanes of a mask."""

    begin: int
    end: int
    lanes: int


@dataclass(eq=False)
class Buffer:
    """Bytes [begin, end) of the lanes of a mask that hold one tensor's data, from cycle `start` to `stop`.

    Weights and loaded tensors come from global memory: `moved` bytes, the last at cycle `loaded`; `first_use` is when
    something first read them. A computed one carries the layer's name, that of the tensor it makes. `stored` are bytes
    of it that went to global memory.
    """

    name: str
    kind: Kind
    begin: int
    end: int
    lanes: int
    start: int
    stop: int
    loaded: int = 0
    moved: int = 0
    first_use: int | None = None
    stored: int = 0
    readers: set[str] = field(default_factory=set[str])

    @property
    def bytes(self) -> int:
        """Bytes in all of its lanes."""
        return (self.end - self.begin) * self.lanes.bit_count()

    @property
    def ahead(self) -> int:
        """Cycles between the end of its load and its first use."""
        return max(0, self.first_use - self.loaded) if self.kind != "computed" and self.first_use else 0

    def meets(self, other: Span | Buffer) -> bool:
        """Tell whether it has a byte in common with others."""
        return self.begin < other.end and other.begin < self.end and bool(self.lanes & other.lanes)


def local_memory(bmodel: BModel, profile: Profile) -> list[Buffer]:
    """Return the buffers of a profiled stage in the order in which they begin.

    A write by another tensor ends what lay there; writes of the same one next to each other are one buffer. Raises
    what Session does.
    """
    stage = Session(bmodel, net=profile.network).stage(profile.stage)
    tensors = [(0, each) for each in stage.inputs] + [(each.complete, each.tensor) for each in stage.tensor_table()]
    weights = range(stage.coeff_address, stage.coeff_address + len(stage.coeff))
    decoded = {
        (index, command.engine, command.id): command
        for index, group in enumerate(stage.groups)
        for command in in_order(group)
    }
    ended: list[Buffer] = []
    live: list[Buffer] = []
    for timed in profile.commands:
        command = decoded[timed.group, timed.engine, timed.id]
        spans = [(is_write, Span(*where)) for space, is_write, *where in command.accesses if space == "local"]
        _read(live, timed, [span for is_write, span in spans if not is_write])
        written = [span for is_write, span in spans if is_write and span.end > span.begin]
        if written:
            name, kind = _source(timed, command, weights, tensors)
            for span in written:
                ended += _write(live, timed, span, name, kind)
    return sorted([*ended, *live], key=lambda each: (each.start, each.begin))


def _read(live: Sequence[Buffer], timed: TimedCommand, spans: Sequence[Span]) -> None:
    """Note in the buffers that a command reads what that says of them."""
    for each in {each for span in spans for each in live if each.meets(span)}:
        each.stop = max(each.stop, timed.end)
        each.first_use = timed.start if each.first_use is None else each.first_use
        each.stored += timed.bytes_written
        each.readers.add(timed.layer)


def _write(live: list[Buffer], timed: TimedCommand, span: Span, name: str, kind: Kind) -> list[Buffer]:
    """Add the buffer that a command writes to those that live, or to one of its own; return those that this ends."""
    ended: list[Buffer] = []
    written = Buffer(name, kind, *span, timed.start, timed.end, timed.end, timed.bytes_read)
    for each in [each for each in live if each.begin <= span.end and span.begin <= each.end]:
        if (each.name, each.kind, each.lanes) == (name, kind, span.lanes):
            live.remove(each)
            written = _joined(each, written)
        elif each.meets(span):
            live.remove(each)
            ended.append(each)
    live.append(written)
    return ended


def _joined(old: Buffer, new: Buffer) -> Buffer:
    old.begin, old.end = min(old.begin, new.begin), max(old.end, new.end)
    old.stop, old.loaded, old.moved = max(old.stop, new.stop), new.loaded, old.moved + new.moved
    return old


def _source(
    timed: TimedCommand, command: isa.Command, weights: range, tensors: Sequence[tuple[int, native.Tensor]]
) -> tuple[str, Kind]:
    """Return whose data a command writes, and where they come from; `tensors` are complete after a command's id."""
    read = [begin for space, is_write, begin, *_ in command.accesses if space == "global" and not is_write]
    if not read:
        return timed.layer, "computed"
    if read[0] in weights:
        return timed.layer, "weights"
    done = (each for complete, each in tensors if complete <= timed.id)
    names = [each.name for each in done if each.address <= read[0] < each.address + each.size]
    return (names[-1] if names else timed.layer), "loaded"
