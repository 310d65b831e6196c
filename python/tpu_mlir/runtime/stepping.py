"""A network on the simulated chip, one command at a time."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import isa, runtime, simulator
from tpu_mlir.errors import CommandError, RunError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.listing import END_COMMANDS, ENGINES, Names, commands_of, comment
from tpu_mlir.runtime.memory import Place, memory_of
from tpu_mlir.runtime.session import Session


@dataclass(frozen=True)
class Step:
    """A command of a run: group, what it is, the layer it works for ("" if the file does not tell)."""

    group: int
    command: isa.Command
    layer: str

    def __str__(self) -> str:
        return self.command.text + comment((self.layer,))


class SteppedRun:
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
        limits: runtime.Limits | None = None,
    ) -> None:
        session = Session(model, net=net, threads=threads, limits=limits)
        self.bmodel = session.bmodel
        self.stage_number = session.choose_stage(feeds, stage)
        self.stage: native.Stage = session.stage(self.stage_number)
        self.network = session.name
        self.names = Names.of(self.bmodel, self.stage)
        self.last: Step | None = None  # the command that ran last
        self._feeds = dict(feeds)
        self._global_bytes = session.global_bytes(self.stage_number)
        self._threads = threads or os.cpu_count() or 1
        self.restart()

    def restart(self) -> None:
        """Go back to the start of the run."""
        self.last = None
        self._group = 0
        self._done: dict[str, int] = dict.fromkeys(ENGINES, 0)
        self._commands = self._of_group(0)
        self.machine = simulator.Machine(self._global_bytes)
        self.machine.use_threads(self._threads)
        self._upload()

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

    def run_one(self, preferred: str | None = None) -> Step | None:
        """Run the next command, of the preferred engine if that may go on; return it, None at the end."""
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
