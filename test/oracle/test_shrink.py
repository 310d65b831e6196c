"""Shrinking and campaigns, on the simulator beside one with a fault of known shape; no chip model is needed."""

from collections import Counter

import numpy as np
import pytest
from tpu_mlir._native import isa

from oracle.campaign import Plan, Tally, missing
from oracle.forms import all_forms, make_case
from oracle.machines import (
    Block,
    Change,
    ChipModelStopped,
    CommandError,
    Commands,
    Simulator,
    Watch,
    zero_background,
)
from oracle.outcome import compare, with_fields
from oracle.shrink import shrink, smaller

FORM = "arith.add f32"


class Sound:
    """The simulator as a chip model: it stops at what it does not know."""

    def __init__(self) -> None:
        self.simulator = Simulator(zero_background())

    def run(self, blocks: tuple[Block, ...], commands: Commands, watch: Watch) -> list[Change]:
        try:
            return self.simulator.run(blocks, commands, watch)
        except CommandError as error:
            raise ChipModelStopped(str(error)) from error


class Faulty:
    """The simulator, but wrong for results of at least three columns and two rows."""

    def __init__(self) -> None:
        self.simulator = Simulator(zero_background())

    def run(self, blocks: tuple[Block, ...], commands: Commands, watch: Watch) -> list[Change]:
        changes = self.simulator.run(blocks, commands, watch)
        fields = isa.decode(*commands[-1], 0).fields
        if fields["res0_w"] < 3 or fields["res0_h"] < 2:
            return changes
        return [Change(change.space, change.offsets, change.values ^ np.uint8(1)) for change in changes]


def failing_seed(small: bool = False) -> int:
    chip, faulty = Sound(), Faulty()
    generate = all_forms()[FORM][1]
    return next(s for s in range(1, 50) if compare(chip, faulty, make_case(FORM, generate, s, small)).kind == "differs")


def test_shrinks_to_the_smallest_shape_that_fails() -> None:
    chip, faulty = Sound(), Faulty()
    generate = all_forms()[FORM][1]
    found = shrink(chip, faulty, FORM, generate, failing_seed())
    fields = isa.decode(*found.case.commands[-1], 0).fields
    assert [fields[f"res0_{axis}"] for axis in "nchw"] == [1, 1, 2, 3]
    assert found.outcome.problem is not None and "differ" in found.outcome.problem
    again = with_fields(make_case(FORM, generate, found.seed, found.small), found.changes)
    assert again.commands == found.case.commands


def test_smaller_changes_equal_sizes_together() -> None:
    assert next(smaller({"res0_w": 5, "opd1_w": 5, "res0_n": 2})) == {"res0_w": 1, "opd1_w": 1}


def test_fields_that_the_instruction_lacks_are_refused() -> None:
    case = make_case(FORM, all_forms()[FORM][1], 1)
    with pytest.raises(ValueError, match="no field 'nonsense'"):
        with_fields(case, {"nonsense": 1})


def test_a_campaign_asks_for_what_its_rows_lack(tmp_path) -> None:
    plan = Plan(tmp_path, seed=1, commands=100, each=30, jobs=1)
    tallies = {("AR", "add"): Tally(50), ("AR", "sub"): Tally(10), ("sAR", "add"): Tally(100)}
    found = {"a": Counter({("AR", "add"): 50, ("sAR", "add"): 100}), "b": Counter({("AR", "sub"): 10})}
    # AR lacks 40 commands, 20 of each sub-function; a third of a's cases are long additions.
    assert missing(plan, tallies, found) == {"a": 60, "b": 20}
