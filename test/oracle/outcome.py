"""One case on both machines: what differs, and the case with other fields."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, Protocol

import numpy as np
from tpu_mlir._native import isa
from tpu_mlir.isa import INSTRUCTIONS

from oracle.case import Case
from oracle.machines import ROW_BYTES, Block, Change, ChipModelStopped, CommandError, Commands, Watch

BACKGROUND_SEED = 1
Kind = Literal["same", "differs", "chip stops", "refused"]


class Executor(Protocol):
    """A chip model or a simulator."""

    def run(self, blocks: tuple[Block, ...], commands: Commands, watch: Watch) -> list[Change]: ...


@dataclass(frozen=True)
class Outcome:
    """How a case went; `changed` is the number of bytes that the chip model changed."""

    kind: Kind
    problem: str | None = None
    changed: int = 0


def compare(chip: Executor, simulator: Executor, case: Case) -> Outcome:
    """Run a case on both machines."""
    try:
        expected = chip.run(case.blocks, case.commands, case.watch)
    except ChipModelStopped as stop:
        expected = stop
    return judge(expected, simulator, case)


def judge(expected: list[Change] | ChipModelStopped, simulator: Executor, case: Case) -> Outcome:
    """Run a case on the simulator and compare it with what the chip model did."""
    if isinstance(expected, ChipModelStopped):
        return Outcome("chip stops", f"  the chip model refuses the command: {expected}")
    changed = sum(len(change.offsets) for change in expected)
    try:
        found = simulator.run(case.blocks, case.commands, case.watch)
    except CommandError as error:
        return Outcome("refused", f"  the simulator refuses the command: {error}", changed)
    problem = difference(expected, found)
    return Outcome("differs" if problem else "same", problem, changed)


def difference(expected: list[Change], found: list[Change]) -> str | None:
    """The first differing bytes, or None."""
    for chip, ours in zip(expected, found, strict=True):
        if np.array_equal(chip.offsets, ours.offsets) and np.array_equal(chip.values, ours.values):
            continue
        chip_bytes = dict(zip(chip.offsets.tolist(), chip.values.tolist(), strict=True))
        our_bytes = dict(zip(ours.offsets.tolist(), ours.values.tolist(), strict=True))
        places = [at for at in sorted(chip_bytes | our_bytes) if chip_bytes.get(at) != our_bytes.get(at)]
        lines = [
            f"  {chip.space} row {at // ROW_BYTES[chip.space]} byte {at % ROW_BYTES[chip.space]:#x}: "
            f"chip model {show(chip_bytes.get(at))}, simulator {show(our_bytes.get(at))}"
            for at in places[:8]
        ]
        return "\n".join([f"  {len(places)} bytes of {len(chip_bytes | our_bytes)} changed ones differ", *lines])
    return None


def show(byte: int | None) -> str:
    return "unchanged" if byte is None else f"{byte:02x}"


def fields_of(case: Case) -> dict[str, int]:
    """The fields that the encoding of the case's command has."""
    command = isa.decode(*case.commands[case.tested], 0)
    form = INSTRUCTIONS[command.name].form(command.is_short)
    known = {name for field in form.fields for name in (field.name, field.from_local)}
    return {name: value for name, value in command.fields.items() if name in known}


def with_fields(case: Case, changes: Mapping[str, int]) -> Case:
    """The case with other values of some fields of its command. Raises ValueError if one does not fit."""
    if not changes:
        return case
    engine, data = case.commands[case.tested]
    command = isa.decode(engine, data, 0)
    fields = fields_of(case)
    for field in changes:
        if field not in fields:
            raise ValueError(f"{command.name} has no field {field!r}")
    changed = isa.encode(command.name, "short" if command.is_short else "long", {**fields, **changes})
    commands = list(case.commands)
    commands[case.tested] = (engine, changed)
    return replace(case, commands=tuple(commands), fields={**case.fields, **changes})
