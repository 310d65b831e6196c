"""What lies in local memory when: read off the commands of a bmodel and their times, whatever compiler wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.listing import in_order
from tpu_mlir.runtime.profile import Profile, TimedCommand
from tpu_mlir.runtime.session import Session

Kind = Literal["weights", "loaded", "computed"]


@dataclass
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

    def meets(self, begin: int, end: int, lanes: int) -> bool:
        """Tell whether it has a byte in common with others."""
        return self.begin < end and begin < self.end and bool(self.lanes & lanes)


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
        live = list(_read(live, timed, command))
        live, closed = _written(live, timed, command, *_source(timed, command, weights, tensors))
        ended += closed
    return sorted([*ended, *live], key=lambda each: (each.start, each.begin))


def _read(live: Sequence[Buffer], timed: TimedCommand, command: isa.Command) -> Iterator[Buffer]:
    """Yield the buffers, those that a command reads with what that says of them."""
    reads = [each[2:] for each in command.accesses if each[0] == "local" and not each[1]]
    for buffer in live:
        if any(buffer.meets(*each) for each in reads):
            buffer.stop = max(buffer.stop, timed.end)
            buffer.first_use = timed.start if buffer.first_use is None else buffer.first_use
            buffer.stored += timed.bytes_written
            buffer.readers.add(timed.layer)
        yield buffer


def _written(
    live: list[Buffer], timed: TimedCommand, command: isa.Command, name: str, kind: Kind
) -> tuple[list[Buffer], list[Buffer]]:
    """Return the buffers that live after a command's writes, and those that they end."""
    closed: list[Buffer] = []
    for space, is_write, begin, end, lanes in command.accesses:
        if space != "local" or not is_write or end <= begin:
            continue
        fresh = Buffer(name, kind, begin, end, lanes, timed.start, timed.end, timed.end, timed.bytes_read)
        kept: list[Buffer] = []
        for each in live:
            same = (each.name, each.kind, each.lanes) == (name, kind, lanes)
            if same and each.begin <= end and begin <= each.end:
                fresh = _joined(each, fresh)
            else:
                (closed if each.meets(begin, end, lanes) else kept).append(each)
        live = [*kept, fresh]
    return live, closed


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
