"""Runs a bmodel on the simulated chip command by command, and shows its tensors in between."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import bmodel as native
from tpu_mlir._native.runtime import Limits
from tpu_mlir.errors import RunError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.compare import LayerError, NamedValue, compare_tensors, named_value
from tpu_mlir.runtime.memory import MemoryTensor, Place, memory_of
from tpu_mlir.runtime.stepping import Step, SteppedRun
from tpu_mlir.runtime.types import Array, numpy_type


@dataclass(frozen=True)
class Breakpoint:
    """Where a run stops: before the commands that `hits` accepts; `text` says it in words."""

    number: int
    text: str
    hits: Callable[[Step], bool]


class Debugger(SteppedRun):
    """A run with breakpoints, and what memories hold in between.

    `breakpoints` may be changed at any time.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | BModel,
        feeds: Mapping[str, npt.ArrayLike],
        *,
        net: str | None = None,
        stage: int | None = None,
        threads: int | None = None,
        limits: Limits | None = None,
    ) -> None:
        super().__init__(model, feeds, net=net, stage=stage, threads=threads, limits=limits)
        self.records = {record.tensor.name: record for record in self.stage.tensor_table()}
        self.aliases = self.stage.aliases()
        self.breakpoints: list[Breakpoint] = []
        self._numbers = 0

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
            step = self.run_one(engine)
            while step is not None and engine is not None and step.command.engine != engine:
                step = self.run_one(engine)
            if step is None:
                return None
        return self.last

    def resume(self) -> Breakpoint | None:
        """Run to the next breakpoint, at least one command; return it, or None at the end."""
        while self.run_one() is not None:
            following = self.next
            if following is None:
                return None
            for each in self.breakpoints:
                if each.hits(following):
                    return each
        return None

    def layer_of(self, name: str) -> str:
        """Return the layer that a tensor became part of, or the name itself."""
        return name if name in self.layers else self.aliases.get(name, name)

    def run_until(self, name: str) -> bool:
        """Run until a recorded tensor is complete, or all commands of a layer have run; False: they had before.

        Raises RunError if the file knows no such tensor or layer.
        """
        name = self.layer_of(name)
        if name in self.records:
            record = self.records[name]
            ends = [(record.group, "gdma", record.complete)]
        else:
            ends = self._ends_of(name)
        moved = False
        while not all(self.has_run(*end) for end in ends) and self.run_one() is not None:
            moved = True
        return moved

    # Breakpoints.

    def break_at_layer(self, name: str) -> Breakpoint:
        """Stop before the first command of a layer. Raises RunError if the file knows no such layer."""
        given, name = name, self.layer_of(name)
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
            return self._add(f"layer '{name}'" + _part(given, name), hits)
        record = self.records[name]
        what = f"completion of '{name}'" + _part(given, name)
        return self._add(what, _at(record.group, "gdma", record.complete))

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
        if tensor is None and name in self.aliases:
            raise RunError(f"'{name}' became part of '{self.aliases[name]}': no tensor of its own is computed")
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
        values: dict[str, NamedValue] = {}
        for name in self.tensors() if names is None else names:
            if name in references and self.state_of(name) == "complete":
                tensor = self.tensors()[name]
                order = self.records[name].order if name in self.records else ()
                values[name] = named_value(self.tensor(name), tensor, order)
            elif names is not None:
                why = self.state_of(name) if name in references else "not in the reference"
                raise RunError(f"'{name}' cannot be compared: {why}")
        return compare_tensors(values, references, outputs)

    # Inside.

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


def _part(name: str, layer: str) -> str:
    return "" if name == layer else f", of which '{name}' became part"


def _at(group: int, engine: str, number: int) -> Callable[[Step], bool]:
    def hits(step: Step) -> bool:
        return step.group == group and step.command.engine == engine and step.command.id == number

    return hits
