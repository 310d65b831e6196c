"""Timelines on the simulator: single commands on a machine that holds numbers, whole streams as a bmodel."""

from collections.abc import Sequence

import numpy as np
from tpu_mlir._native import bmodel, runtime
from tpu_mlir.errors import CommandError
from tpu_mlir.simulator import Machine

from timelines.encode import LANES, end, forms, to_bytes
from timelines.text import GLOBAL, LANE_BYTES, Line, Tensor

GLOBAL_BYTES = 1 << 28  # BERT-base, the largest of the four, ends at 222 MB


def machine() -> Machine:
    """Return a machine whose static and local memory hold noise: ordinary numbers in every precision."""
    made = Machine(GLOBAL_BYTES)
    made.use_threads(2)
    rng = np.random.default_rng(0)
    for memory in (made.local, made.static):
        memory[...] = rng.integers(0x30, 0x40, memory.shape, np.uint8)
    return made


def refusals(machine: Machine, line: Line) -> list[str]:
    """Execute each form of a command; return what the simulator says against it."""
    if line.op.startswith("sg."):
        index = line.operands[1]
        assert isinstance(index, Tensor)
        first, byte = divmod(index.address, LANE_BYTES)
        for lane in range(first, first + index.shape[1]):  # 0 is an index that every tensor has
            machine.local[lane % LANES, byte : byte + index.shape[3]] = 0
    found: list[str] = []
    for is_short in forms(line):
        try:
            machine.execute(line.engine, to_bytes(line, is_short=is_short))
        except CommandError as error:
            found.append(f"{line.op}, {'short' if is_short else 'long'} form: {error}")
    return found


def stream(lines: Sequence[Line], engine: str) -> tuple[int, bytes]:
    """Return how many commands an engine gets, its end command included, and their bytes."""
    own = [line for line in lines if line.engine == engine]
    commands = [to_bytes(line, is_short=True in forms(line)) for line in own]
    data = b"".join([*commands, end(engine, len(own) + 1)])
    return len(own) + 1, data + bytes(-len(data) % 128)


def first(lines: Sequence[Line], cycles: int) -> list[Line]:
    """Return the commands that end within that many cycles; what they wait for is among them."""
    return [line for line in lines if line.end < cycles]


def run_streams(lines: Sequence[Line]) -> int:
    """Run both streams from zeroed memories as the only stage of a bmodel; return the cycles they take.

    Raises RunError if a command is refused, if the engines wait for each other, or if accesses race.
    """
    tiu_count, tiu = stream(lines, "tiu")
    gdma_count, gdma = stream(lines, "gdma")
    stage = bmodel.Stage(
        inputs=[],
        outputs=[],
        ctx_address=GLOBAL,
        ctx_size=GLOBAL_BYTES,
        coeff_address=GLOBAL,
        coeff=b"",
        groups=[bmodel.CommandGroup(tiu_count=tiu_count, gdma_count=gdma_count, tiu=tiu, gdma=gdma)],
    )
    model = bmodel.Model(chip="BM1684X", nets=[bmodel.Net(name="timeline", stages=[stage])])
    return runtime.Program(model).run("timeline", [], timed=True, threads=2, check_races=True).cycles
