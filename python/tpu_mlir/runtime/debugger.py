"""Runs a bmodel on the simulated chip command by command, and shows its tensors in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa, runtime, simulator
from tpu_mlir.errors import CommandError, RunError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.compare import LayerError, compare_tensors
from tpu_mlir.runtime.listing import END_COMMANDS, ENGINES, Names, commands_of, comment
from tpu_mlir.runtime.memory import MemoryTensor, Place, memory_of
from tpu_mlir.runtime.session import Session
from tpu_mlir.runtime.types import Array, numpy_type


@dataclass(frozen=True)
class Step:
    """A command of a run: group, what it is, the layer it works for ("" if the file does not tell)."""

    group: int
    command: isa.Command
    layer: str

    def __str__(self) -> str:
        return self.command.text + comment((self.layer,))


@dataclass(frozen=True)
class Breakpoint:
    """Where a run stops: before the commands that `hits` accepts; `text` says it in words."""

    number: int
    text: str
    hits: Callable[[Step], bool]


class Debugger:
    """One run of a network, from its start to its end.

    Commands run in an order that the chip may choose, too: a command after the one of the other engine that it waits
    for; where both engines may go on, the TIU does. Raises what Session does for a bad file, network or input.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | BModel,
        feeds: Mapping[str, npt.ArrayLike],
        *,
        net: str | None = None,
        stage: int | None = None,
        threads: int | None = None,
    ) -> None:
        session = Session(model, net=net, threads=threads)
        self.bmodel = session.bmodel
        self.stage_number = session.choose_stage(feeds, stage)
        self.stage: native.Stage = session.network.stages[self.stage_number]
        self.network = session.name
        self.names = Names.of(self.bmodel, self.stage)
        self.records = {record.tensor.name: record for record in self.stage.tensor_table()}
        self.breakpoints: list[Breakpoint] = []
        self.last: Step | None = None  # the command that ran last
        self._numbers = 0
        self._feeds = dict(feeds)
        self._global_bytes = session.global_bytes(self.stage_number)
        self._threads = threads or os.cpu_count() or 1
        self.restart()

    def restart(self) -> None:
        """Go back to the start of the run; breakpoints stay."""
        self.last = None
        self._group = 0
        self._done: dict[str, int] = dict.fromkeys(ENGINES, 0)
        self._commands = self._of_group(0)
        self.machine = simulator.Machine(self._global_bytes)
        self.machine.use_threads(self._threads)
        self._upload()

    # Where the run is.

    @property
    def next(self) -> Step | None:
        """The command that runs next, None at the end. Raises RunError if the engines wait for each other."""
        while self._group < len(self.stage.groups):
            step = self._choose()
            if step is not None:
                return step
            waiting = [engine for engine in ENGINES if self._done[engine] < len(self._commands[engine])]
            if waiting:
                text = "; ".join(str(self._step_of(engine).command.text) for engine in waiting)
                raise RunError(f"the engines wait for each other: {text}")
            self._group += 1
            if self._group < len(self.stage.groups):
                self._done = dict.fromkeys(ENGINES, 0)
                self._commands = self._of_group(self._group)
        return None

    def has_run(self, group: int, engine: str, number: int) -> bool:
        """Tell whether a command has run; 0 stands for the start."""
        return group < self._group or (group == self._group and number <= self._done[engine])

    def upcoming(self, count: int) -> list[Step]:
        """Return the commands that run next, at most `count` and those of the group at hand."""
        done, found = dict(self._done), list[Step]()
        try:
            while len(found) < count and (step := self._choose()) is not None:
                found.append(step)
                self._done[step.command.engine] += 1
        finally:
            self._done = done
        return found

    @property
    def layers(self) -> list[str]:
        """Names of the layers that the file tells: those that compute in their order, then the others."""
        runs = sorted(self.names.runs.items(), key=lambda item: item[0][1] != "tiu")
        found = [name for _, (_, names) in runs for name in names if name]
        return list(dict.fromkeys([*found, *self.records]))

    # Running.

    def step(self, count: int = 1, engine: str | None = None) -> Step | None:
        """Run `count` commands (of one engine: and what they wait for); return the last, None at the end."""
        for _ in range(count):
            step = self._run_one(engine)
            while step is not None and engine is not None and step.command.engine != engine:
                step = self._run_one(engine)
            if step is None:
                return None
        return self.last

    def resume(self) -> Breakpoint | None:
        """Run to the next breakpoint, at least one command; return it, or None at the end."""
        while self._run_one() is not None:
            following = self.next
            if following is None:
                return None
            for each in self.breakpoints:
                if each.hits(following):
                    return each
        return None

    def run_until(self, name: str) -> bool:
        """Run until a recorded tensor is complete, or all commands of a layer have run; False: they had before.

        Raises RunError if the file knows no such tensor or layer.
        """
        if name in self.records:
            record = self.records[name]
            ends = [(record.group, "gdma", record.complete)]
        else:
            ends = self._ends_of(name)
        moved = False
        while not all(self.has_run(*end) for end in ends) and self._run_one() is not None:
            moved = True
        return moved

    # Breakpoints.

    def break_at_layer(self, name: str) -> Breakpoint:
        """Stop before the first command of a layer. Raises RunError if the file knows no such layer."""
        if name not in self.layers:
            known = ", ".join(f"'{each}'" for each in self.layers[:8]) or "none: the file names no layers"
            more = ", ..." if len(self.layers) > 8 else ""
            raise RunError(f"there is no layer '{name}'; the layers are {known}{more}")
        begins = [
            (group, engine, firsts[names.index(name)])
            for (group, engine), (firsts, names) in self.names.runs.items()
            if name in names
        ]

        def hits(step: Step) -> bool:
            return step.layer == name and not any(self.has_run(*begin) for begin in begins)

        if begins:
            return self._add(f"layer '{name}'", hits)
        record = self.records[name]
        return self._add(f"completion of '{name}'", _at(record.group, "gdma", record.complete))

    def break_at_command(self, engine: str, number: int, group: int = 0) -> Breakpoint:
        """Stop before a command. Raises RunError if there is none."""
        groups = self.stage.groups
        counts = [{"tiu": each.tiu_count, "gdma": each.gdma_count}.get(engine, 0) for each in groups]
        if not 0 <= group < len(groups) or not 1 <= number <= counts[group]:
            raise RunError(f"there is no {engine} command {number} in group {group}")
        return self._add(f"{engine} {number} of group {group}", _at(group, engine, number))

    def break_at_operation(self, operation: str) -> Breakpoint:
        """Stop before each command of that name, `conv.normal`, `dma.*` ..."""
        prefix, star, _ = operation.partition("*")

        def hits(step: Step) -> bool:
            found = step.command.mnemonic
            return found.startswith(prefix) if star else found == operation

        return self._add(f"operation {operation}", hits)

    def break_at_write(self, place: Place, size: int, what: str = "") -> Breakpoint:
        """Stop before each command that writes a byte of [place, place + size)."""
        begin, end = place.offset, place.offset + size

        def hits(step: Step) -> bool:
            for space, is_write, first, behind, lanes in step.command.accesses:
                offset = Place.of_address(first).offset if space != "local" else first
                reaches = offset < end and begin < offset + behind - first
                if is_write and space == place.space and reaches and (space != "local" or lanes >> place.lane & 1):
                    return True
            return False

        return self._add(f"write to {what or place}, {size} bytes", hits)

    def delete(self, number: int) -> None:
        """Remove a breakpoint. Raises RunError if there is none of that number."""
        if all(each.number != number for each in self.breakpoints):
            raise RunError(f"there is no breakpoint {number}")
        self.breakpoints = [each for each in self.breakpoints if each.number != number]

    # Looking.

    def tensors(self) -> dict[str, native.Tensor]:
        """Return the tensors that lie in global memory at some time: inputs, recorded ones, outputs."""
        recorded = {name: record.tensor for name, record in self.records.items()}
        return {each.name: each for each in self.stage.inputs} | recorded | {t.name: t for t in self.stage.outputs}

    def tensor(self, name: str) -> Array:
        """Return an input, an output or a recorded tensor as global memory holds it now. Raises RunError."""
        tensor = self.tensors().get(name)
        if tensor is None:
            known = ", ".join(f"'{each}'" for each in self.tensors())
            raise RunError(f"no tensor '{name}' lies in global memory; those that do are {known}")
        place = Place.of_address(tensor.address)
        data_type = numpy_type(tensor.data_type)
        count = int(np.prod(tensor.shape, dtype=np.int64))
        memory = memory_of(self.machine, place.space)
        end = place.offset + count * data_type.itemsize
        if end > memory.size:
            raise RunError(f"tensor '{name}' reaches beyond the memory")
        return memory[place.offset : end].copy().view(data_type).reshape(tensor.shape)

    def state_of(self, name: str) -> str:
        """Return "complete", "not complete yet" or "overwritten" for a tensor of `tensor`."""
        record = self.records.get(name)
        if record is None:
            is_input = any(each.name == name for each in self.stage.inputs)
            return "complete" if is_input or self.next is None else "not complete yet"
        if not self.has_run(record.group, "gdma", record.complete):
            return "not complete yet"
        overwritten = record.overwritten and self.has_run(record.group, "gdma", record.overwritten)
        return "overwritten" if overwritten else "complete"

    def read(self, tensor: MemoryTensor | str) -> Array:
        """Return a tensor of any memory: `f16[1, 64, 28, 28] aligned at lane 0 + 0x4000`. Raises RunError."""
        return (MemoryTensor.parse(tensor) if isinstance(tensor, str) else tensor).read(self.machine)

    def operand(self, name: str, of: Step | None = None) -> Array:
        """Return an operand (`opd0`, `res0`, `src` ...) of a command, that which runs next unless given."""
        step = of or self.next
        if step is None:
            raise RunError("the run has ended, there is no next command")
        return self.read(MemoryTensor.of_command(step.command, name))

    def operands_of(self, step: Step) -> list[tuple[str, MemoryTensor]]:
        """Return the operands of a command that lie in memory, by name."""
        return MemoryTensor.all_of(step.command)

    def compare(self, references: Mapping[str, Array], names: Iterable[str] | None = None) -> list[LayerError]:
        """Compare the tensors that are complete now with those of the same name, worst first.

        `names` restricts the comparison. Raises RunError if one of them cannot be compared now.
        """
        outputs = frozenset(each.name for each in self.stage.outputs)
        values: dict[str, tuple[str, Array]] = {}
        for name in self.tensors() if names is None else names:
            if name in references and self.state_of(name) == "complete":
                values[name] = (self.tensors()[name].data_type, self.tensor(name))
            elif names is not None:
                why = self.state_of(name) if name in references else "not in the reference"
                raise RunError(f"'{name}' cannot be compared: {why}")
        return compare_tensors(values, references, outputs)

    # Inside.

    def _of_group(self, index: int) -> dict[str, list[isa.Command]]:
        if index >= len(self.stage.groups):
            return {engine: [] for engine in ENGINES}
        group = self.stage.groups[index]
        return {
            "tiu": list(commands_of(group.tiu, "tiu", group.tiu_count)),
            "gdma": list(commands_of(group.gdma, "gdma", group.gdma_count)),
        }

    def _choose(self) -> Step | None:
        """Return the command of this group that runs next, None if none can."""
        engine = next((engine for engine in ENGINES if self._may_run(engine)), None)
        return None if engine is None else self._step_of(engine)

    def _may_run(self, engine: str) -> bool:
        other = ENGINES[1 - ENGINES.index(engine)]
        at = self._done[engine]
        commands = self._commands[engine]
        return at < len(commands) and commands[at].waits_for <= self._done[other]

    def _step_of(self, engine: str) -> Step:
        command = self._commands[engine][self._done[engine]]
        return Step(self._group, command, self.names.layer(self._group, command))

    def _run_one(self, preferred: str | None = None) -> Step | None:
        step = self.next
        if step is None:
            return None
        if preferred is not None and step.command.engine != preferred and self._may_run(preferred):
            step = self._step_of(preferred)
        command = step.command
        if command.mnemonic not in END_COMMANDS:
            group = self.stage.groups[step.group]
            stream = group.tiu if command.engine == "tiu" else group.gdma
            try:
                self.machine.execute(command.engine, bytes(stream[command.offset : command.offset + command.size]))
            except CommandError as error:
                raise RunError(f"{command.engine} command {command.id} ({command.mnemonic}): {error}") from error
        self._done[command.engine] += 1
        self.last = step
        return step

    def _ends_of(self, layer: str) -> list[tuple[int, str, int]]:
        """Return the last command that each engine of each group runs for a layer."""
        ends: list[tuple[int, str, int]] = []
        for (group, engine), (firsts, names) in self.names.runs.items():
            places = [at for at, name in enumerate(names) if name == layer]
            if places:
                behind = places[-1] + 1
                count = self.stage.groups[group].tiu_count if engine == "tiu" else self.stage.groups[group].gdma_count
                ends.append((group, engine, firsts[behind] - 1 if behind < len(firsts) else count - 1))
        if not ends:
            raise RunError(f"there is no layer or tensor '{layer}'")
        return ends

    def _add(self, text: str, hits: Callable[[Step], bool]) -> Breakpoint:
        self._numbers += 1
        self.breakpoints.append(Breakpoint(self._numbers, text, hits))
        return self.breakpoints[-1]

    def _upload(self) -> None:
        self.machine.static[:] = np.frombuffer(runtime.firmware_tables(), np.uint8)
        self._put(self.stage.coeff_address, np.frombuffer(self.stage.coeff, np.uint8))
        for tensor in self.stage.inputs:
            array = np.ascontiguousarray(self._feeds[tensor.name])
            self._put(tensor.address, array.reshape(-1).view(np.uint8))

    def _put(self, address: int, data: npt.NDArray[np.uint8]) -> None:
        if data.size:
            place = Place.of_address(address)
            memory_of(self.machine, place.space)[place.offset : place.offset + data.size] = data


def _at(group: int, engine: str, number: int) -> Callable[[Step], bool]:
    def hits(step: Step) -> bool:
        return step.group == group and step.command.engine == engine and step.command.id == number

    return hits
