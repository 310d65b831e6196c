"""From a listing of commands, as `tpuc disasm` writes it, back to a bmodel."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa
from tpu_mlir.errors import CommandError
from tpu_mlir.runtime.bmodel import BModel

STREAM_ALIGNMENT = 128  # bytes; source: docs/targets/bm1684x.md, container
_HEAD = re.compile(
    r"\s*(?P<engine>tiu|gdma)\s+(?P<label>\w+)(?:\s+after\s+(?P<other>tiu|gdma)\s+(?P<awaited>\w+))?\s*:"
)
_GROUP = re.compile(r'network ("(?:[^"\\]|\\.)*"), stage (\d+), group (\d+):')


@dataclass(frozen=True)
class Assembled:
    """A command of a listing: the number that it stands under, its bytes, and its line for messages."""

    number: int
    data: bytes
    where: str


@dataclass
class Streams:
    """The commands of one group, in the order of the listing; `line` is where the group begins."""

    network: str
    stage: int
    group: int
    line: int
    tiu: list[Assembled] = field(default_factory=list[Assembled])
    gdma: list[Assembled] = field(default_factory=list[Assembled])

    def of(self, engine: str) -> list[Assembled]:
        """Return the commands of "tiu" or "gdma"."""
        return self.tiu if engine == "tiu" else self.gdma


def group_line(network: str, stage: int, group: int) -> str:
    """Return the line that begins a group in a listing."""
    quoted = "".join(
        char if char.isprintable() else json.dumps(char)[1:-1] for char in json.dumps(network, ensure_ascii=False)
    )
    return f"network {quoted}, stage {stage}, group {group}:"


def assemble(listing: str, base: BModel, name: str = "listing", *, renumber: bool = False) -> BModel:
    """Return `base` with the commands of a listing; `name` is what messages call the listing.

    Groups, and engines of a group, that the listing leaves out stay as they are, and so does all else of the file. An
    unchanged listing gives the same bytes, whatever is damaged in them.
    With `renumber`, the numbers of commands are labels: commands are numbered in their order, and what waits for a
    label waits for its command. Raises CommandError, which names the line and what is wrong in it, and BModelError.
    """
    replacements: list[tuple[int, int, int, native.CommandGroup]] = []
    seen: set[tuple[int, int, int]] = set()
    lines = _renumbered(listing, name) if renumber else listing.split("\n")
    for streams in _read(lines, name):
        place = _place(streams, base, seen, f"{name}:{streams.line}")
        seen.add(place)
        net, stage, group = place
        replaced = _replace(base.contents.nets[net].stages[stage].groups[group], streams)
        if replaced is not None:
            replacements.append((net, stage, group, replaced))
    if not seen and any(group.tiu_count or group.gdma_count for group in _groups(base)):
        raise CommandError(
            f"{name}: expected a listing as tpuc disasm writes it, found no line 'network \"...\", ...:'"
        )
    if not replacements:
        return base
    return BModel(native.replace_commands(base.data, base.name, replacements), base.name)


def _groups(model: BModel) -> Iterator[native.CommandGroup]:
    return (group for net in model.contents.nets for stage in net.stages for group in stage.groups)


def _place(streams: Streams, base: BModel, seen: Collection[tuple[int, int, int]], where: str) -> tuple[int, int, int]:
    """Return the numbers of a group's network, stage and group in the base.

    Of networks with one name, which a damaged file may hold, each has its turn. Raises CommandError.
    """
    nets = [index for index, net in enumerate(base.contents.nets) if net.name == streams.network]
    if not nets:
        raise CommandError(f"{where}: {base.name} has no network '{streams.network}'")
    net = next((each for each in nets if (each, streams.stage, streams.group) not in seen), None)
    if net is None:
        raise CommandError(f"{where}: this group is in the listing twice")
    stages = base.contents.nets[net].stages
    if streams.stage >= len(stages):
        raise CommandError(
            f"{where}: network '{streams.network}' has {len(stages)} stage(s), found stage {streams.stage}"
        )
    groups = stages[streams.stage].groups
    if streams.group >= len(groups):
        raise CommandError(
            f"{where}: stage {streams.stage} has {len(groups)} group(s) of commands, found group {streams.group}"
        )
    return net, streams.stage, streams.group


def _renumbered(listing: str, name: str) -> list[str]:
    """Return the lines with commands numbered in their order, group by group."""
    lines = listing.split("\n")
    group, numbers, counts = 0, dict[tuple[int, str, str], int](), Counter[tuple[int, str]]()
    heads: dict[int, tuple[int, re.Match[str]]] = {}
    for at, line in enumerate(lines):
        group += line.lstrip().startswith("network ")
        head = _HEAD.match(line)
        if head is None:
            continue  # if it is a command, the assembler says what is wrong with it
        label = group, head["engine"], head["label"]
        if label in numbers:
            raise CommandError(f"{name}:{at + 1}: there are two commands {head['engine']} {head['label']} in the group")
        counts[label[:2]] += 1
        numbers[label] = counts[label[:2]]
        heads[at] = group, head
    for at, (group, head) in heads.items():
        engine, other, awaited = head["engine"], head["other"], head["awaited"]
        wait = ""
        if awaited is not None and awaited != "0":
            if (group, other, awaited) not in numbers:
                raise CommandError(f"{name}:{at + 1}: it waits for {other} {awaited}, which is not in its group")
            wait = f" after {other} {numbers[group, other, awaited]}"
        lines[at] = f"{engine} {numbers[group, engine, head['label']]}{wait}:{lines[at][head.end() :]}"
    return lines


def _read(lines: Sequence[str], name: str) -> Iterator[Streams]:
    streams: Streams | None = None
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("network "):
            if streams is not None:
                yield streams
            streams = _group(text, f"{name}:{number}", number)
            continue
        if streams is None:
            raise CommandError(f"{name}:{number}: expected 'network \"...\", stage 0, group 0:' before any command")
        _add(streams, text, f"{name}:{number}")
    if streams is not None:
        yield streams


def _group(text: str, where: str, number: int) -> Streams:
    found = _GROUP.match(text)
    try:
        network = json.loads(found[1]) if found else None
    except ValueError:
        network = None
    if found is None or network is None:
        raise CommandError(f"{where}: expected 'network \"...\", stage 0, group 0:', found '{text}'")
    return Streams(network, int(found[2]), int(found[3]), number)


def _add(streams: Streams, text: str, where: str) -> None:
    try:
        engine, number, data = isa.assemble(text)
    except CommandError as error:
        raise CommandError(f"{where}: {error}") from error
    streams.of(engine).append(Assembled(number, data, where))


def _replace(old: native.CommandGroup, new: Streams) -> native.CommandGroup | None:
    """Return the group with the engines that the listing has, nothing if that changes nothing."""
    tiu = _stream(old.tiu, old.tiu_count, new.tiu, "tiu")
    gdma = _stream(old.gdma, old.gdma_count, new.gdma, "gdma")
    if tiu is None and gdma is None:
        return None
    tiu_data, tiu_count = tiu or (bytes(old.tiu), old.tiu_count)
    gdma_data, gdma_count = gdma or (bytes(old.gdma), old.gdma_count)
    return native.CommandGroup(tiu_count=tiu_count, gdma_count=gdma_count, tiu=tiu_data, gdma=gdma_data)


def _stream(old: memoryview, old_count: int, commands: list[Assembled], engine: str) -> tuple[bytes, int] | None:
    """Return a stream with its padding and the number of its commands, nothing if they are the old ones."""
    data = b"".join(each.data for each in commands)
    if not commands or (len(commands) == old_count and bytes(old[: len(data)]) == data):
        return None
    for place, each in enumerate(commands, 1):
        if each.number not in (0, place):
            raise CommandError(
                f"{each.where}: expected {engine} command {place}, found {each.number}; an engine's count from 1: "
                "--renumber numbers them anew"
            )
    return data + bytes(-len(data) % STREAM_ALIGNMENT), len(commands)
