"""The commands of a bmodel, decoded, in an order in which the chip may execute them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa, target
from tpu_mlir.errors import BModelError, CommandError
from tpu_mlir.printable import printable
from tpu_mlir.runtime.bmodel import BModel

CHIPS = tuple(chip.title for chip in target.chips())  # whose commands can be decoded
ENGINES = ("tiu", "gdma")
END_COMMANDS = frozenset(("sys.end", "dma.sys"))


@dataclass(frozen=True)
class ListedCommand:
    """A command and where it stands.

    `layer` names the tensor that it works for ("" where the file does not tell), `completes` the recorded tensors
    that can be read after it.
    """

    network: str
    stage: int
    group: int
    command: isa.Command
    layer: str
    completes: tuple[str, ...]
    place: tuple[int, int, int]  # network, stage and group by number: a damaged file may hold two networks of one name


def comment(names: Iterable[str]) -> str:
    """Return names as the comment behind a command, or nothing."""
    text = ", ".join(name for name in names if name)
    return "  # " + printable(text) if text else ""


def commands_of(stream: memoryview, engine: str, count: int) -> Iterator[isa.Command]:
    """Yield the commands of one buffer. Raises CommandError at the first that cannot be decoded."""
    offset = 0
    for _ in range(count):
        command = isa.decode(engine, stream, offset)
        yield command
        offset += command.size


def in_order(group: native.CommandGroup, engines: tuple[str, ...] = ENGINES) -> Iterator[isa.Command]:
    """Yield both engines' commands so that each follows the one it waits for; TIU first where both may go.

    In a stream whose dependencies contradict each other, the order is TIU first.
    """
    tiu = commands_of(group.tiu, "tiu", group.tiu_count if "tiu" in engines else 0)
    gdma = commands_of(group.gdma, "gdma", group.gdma_count if "gdma" in engines else 0)
    next_tiu, next_gdma = next(tiu, None), next(gdma, None)
    gdma_done = 0 if next_gdma else 1 << 32
    tiu_done = 0
    while next_tiu or next_gdma:
        gdma_can_go = next_gdma is not None and (next_gdma.waits_for <= tiu_done or next_tiu is None)
        if next_tiu is not None and (next_tiu.waits_for <= gdma_done or not gdma_can_go):
            tiu_done = max(tiu_done, next_tiu.id)
            yield next_tiu
            next_tiu = next(tiu, None)
        elif next_gdma is not None:
            gdma_done = max(gdma_done, next_gdma.id)
            yield next_gdma
            next_gdma = next(gdma, None)


@dataclass(frozen=True)
class Names:
    """Whose a stage's commands are, by (group, engine, id); nothing for files of other compilers."""

    completions: Mapping[tuple[int, str, int], tuple[str, ...]]
    runs: Mapping[tuple[int, str], tuple[list[int], list[str]]]  # first ids and their layers

    @classmethod
    def of(cls, bmodel: BModel, stage: native.Stage) -> Names:
        """Read the names. Raises BModelError."""
        completions: dict[tuple[int, str, int], tuple[str, ...]] = {}
        runs: dict[tuple[int, str], tuple[list[int], list[str]]] = {}
        try:
            for record in stage.tensor_table():
                key = record.group, "gdma", record.complete
                completions[key] = (*completions.get(key, ()), record.tensor.name)
            for group, engine, first, name in sorted(stage.layers()):
                firsts, names = runs.setdefault((group, engine), ([], []))
                firsts.append(first)
                names.append(name)
        except BModelError as error:
            raise BModelError(f"{bmodel.name}: {error}") from error
        return cls(completions, runs)

    def layer(self, group: int, command: isa.Command) -> str:
        """Return the tensor that a command works for; the end commands work for none."""
        if command.mnemonic in END_COMMANDS:
            return ""
        firsts, names = self.runs.get((group, command.engine), ([], []))
        at = bisect_right(firsts, command.id)
        return names[at - 1] if at else ""

    def completed(self, group: int, command: isa.Command) -> tuple[str, ...]:
        """Return the recorded tensors that are complete with a command."""
        return self.completions.get((group, command.engine, command.id), ())


def list_commands(bmodel: BModel, engines: tuple[str, ...] = ENGINES) -> Iterator[ListedCommand]:
    """Yield all commands, network by network, stage by stage, group by group.

    Raises BModelError for another chip's file and CommandError at the first command that cannot be decoded.
    """
    contents = bmodel.contents
    if contents.chip not in CHIPS:
        known = ", ".join(CHIPS)
        raise BModelError(f"{bmodel.name}: holds commands for {contents.chip}, only those of {known} can be listed")
    for net_number, net in enumerate(contents.nets):
        for number, stage in enumerate(net.stages):
            names = Names.of(bmodel, stage)
            for index, group in enumerate(stage.groups):
                try:
                    for command in in_order(group, engines):
                        layer, completed = names.layer(index, command), names.completed(index, command)
                        place = net_number, number, index
                        yield ListedCommand(net.name, number, index, command, layer, completed, place)
                except CommandError as error:
                    where = f"network '{net.name}', stage {number}, group {index}"
                    raise CommandError(f"{bmodel.name}: {where}: {error}") from error
