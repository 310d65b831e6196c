"""A command touches nothing but what lib/Isa/Accesses says, on the chip model.

Each random command runs twice: on the memory that its generator wants, and on other noise everywhere except in the
bytes that it is said to read. Only bytes that it is said to write may change, and they must end the same.
"""

from collections.abc import Iterator

import numpy as np
import pytest
from tpu_mlir._native import isa

from oracle.case import Generate
from oracle.forms import all_forms, make_case
from oracle.machines import (
    BANK_GROUP,
    BANKS_AT,
    LANE_BYTES,
    LANES,
    ROW_BYTES,
    ROWS,
    WINDOW,
    Background,
    Block,
    Change,
    ChipModel,
    ChipModelStopped,
    Simulator,
    SpaceName,
    random_background,
    window,
)

pytestmark = pytest.mark.oracle
BASES: dict[SpaceName, int] = {
    "local": 0,
    "banks": 0,
    "static": 0x0900_0000,
    "l2": 0x1000_0000,
    "global": 0x1_0000_0000,
}
Masks = dict[SpaceName, np.ndarray]


def touched(accesses: list[tuple[SpaceName, bool, int, int, int]], *, is_write: bool) -> Masks:
    """Which bytes of each memory's windows the accesses cover: [rows, window]."""
    masks: Masks = {name: np.zeros((rows, window(name)), bool) for name, rows in ROWS.items()}
    for space, writes, begin, end, lanes in accesses:
        if writes != is_write:
            continue
        if space == "local":
            rows = [lane for lane in range(LANES) if lanes >> lane & 1]
            masks[space][rows, begin:end] = True
            for row in range(ROWS["banks"]):
                lane, at = divmod(BANKS_AT + row * BANK_GROUP, LANE_BYTES)
                if lanes >> lane & 1:
                    masks["banks"][row, max(begin - at, 0) : max(end - at, 0)] = True
        else:
            flat = masks[space].reshape(-1)  # these memories have no gaps between their windows
            flat[begin - BASES[space] : end - BASES[space]] = True
    return masks


def is_far(block: Block) -> bool:
    """Whether a block lies beyond the windows; only a table that is read does."""
    return block.space == "local" and block.offset % LANE_BYTES >= WINDOW


def placed(background: Background, blocks: tuple[Block, ...]) -> Background:
    """The memory with the blocks in it, as far as the windows reach."""
    memory = {name: image.copy() for name, image in background.items()}
    for block in blocks:
        for row, content in enumerate(block.content):
            at = block.offset + row * block.stride
            if is_far(block):
                continue
            if block.space == "local":
                memory["local"][at // LANE_BYTES, at % LANE_BYTES : at % LANE_BYTES + len(content)] = content
            else:
                memory[block.space].reshape(-1)[at : at + len(content)] = content
    return memory


def whole(memory: Background) -> tuple[Block, ...]:
    return tuple(Block(name, 0, ROW_BYTES[name], image) for name, image in memory.items())


def finals(memory: Background, changes: list[Change]) -> Iterator[tuple[SpaceName, np.ndarray, np.ndarray]]:
    """Memory, which bytes changed, and all bytes after the run."""
    for change in changes:
        rows, columns = np.divmod(change.offsets, ROW_BYTES[change.space])
        after, changed = memory[change.space].copy(), np.zeros(memory[change.space].shape, bool)
        after[rows, columns] = change.values
        changed[rows, columns] = True
        yield change.space, changed, after


@pytest.mark.parametrize("name", sorted(all_forms()))
def test_nothing_else_is_touched(name: str, machines: tuple[ChipModel, Simulator], request) -> None:
    chip, _ = machines
    generate: Generate = all_forms()[name][1]
    for seed in range(request.config.getoption("--oracle-cases")):
        case = make_case(name, generate, seed)
        if len(case.commands) != 1:
            continue
        ((engine, command),) = case.commands
        decoded = isa.decode(engine, command, 0)
        reads, writes = (touched(decoded.accesses, is_write=w) for w in (False, True))
        first = placed(chip.background, case.blocks)
        noise = random_background(seed + 1000)
        second: Background = {space: np.where(reads[space], first[space], noise[space]) for space in first}
        try:
            far = tuple(block for block in case.blocks if is_far(block))
            runs = [list(finals(m, chip.run((*whole(m), *far), case.commands))) for m in (first, second)]
        except ChipModelStopped:
            continue  # some functions refuse other data, such as indices out of range
        for (space, changed, after), (_, changed_too, after_too) in zip(*runs, strict=True):
            any_change = changed | changed_too
            assert not (any_change & ~writes[space]).any(), f"writes elsewhere in {space} memory: {decoded.text}"
            assert not (any_change & (after != after_too)).any(), f"reads elsewhere: {decoded.text}"
