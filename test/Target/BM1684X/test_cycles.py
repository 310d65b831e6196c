"""The cycle model against the vendor's, command by command and in sum."""

import sys
from pathlib import Path

import pytest
from tpu_mlir._native.runtime import cycles
from tpu_mlir.errors import CommandError

sys.path.insert(0, str(Path(__file__).parent))
from samples import Sample, compute, move, read

# Not encoded: the timelines do not show their layouts, or they are single cycles.
LEFT_OUT = {"mm.normal", "gdma.gather", "tsbc.s_bc", "tsbc.s_distribute"}
# What the model does not know: short rows of matrices, additions that the vendor counts twice, windows that step
# along w, in-place broadcasts and requantisation. They count in the sums below.
APPROXIMATE = {
    "dma.matrix",
    "arith.add",
    "arith.adds",
    "pord.avgpooling",
    "pord.maxpooling",
    "quant.rq1",
    "sg.pe_s_scatter_hzd",
    "tsbc.l_bc",
    "tsbc.l_copy",
}
SAMPLES = [sample for sample in read() if sample.op not in LEFT_OUT]


def modelled(sample: Sample) -> int:
    if sample.op.startswith("dma."):
        return cycles("gdma", move(sample))
    return cycles("tiu", compute(sample))


@pytest.mark.parametrize("op", sorted({sample.op for sample in SAMPLES} - APPROXIMATE))
def test_commands_take_what_the_vendor_says(op: str) -> None:
    """Within 1 %, for the rates of transfers are rounded, or one cycle."""
    own = [sample for sample in SAMPLES if sample.op == op]
    wrong = [
        (sample, modelled(sample))
        for sample in own
        if abs(modelled(sample) - sample.cycles) > max(1, sample.cycles / 100)
    ]
    assert not wrong, f"{len(wrong)} of {len(own)}: {wrong[0]}"


@pytest.mark.parametrize("timeline", range(4), ids=["bert f16", "resnet50 f16", "resnet50 f32", "resnet50 int8"])
def test_sums_are_within_half_a_percent(timeline: int) -> None:
    theirs = sum(sample.cycles * sample.counts[timeline] for sample in SAMPLES)
    ours = sum(modelled(sample) * sample.counts[timeline] for sample in SAMPLES)
    assert theirs > 500_000
    assert ours == pytest.approx(theirs, rel=0.005)


def test_bytes_that_are_no_command() -> None:
    with pytest.raises(CommandError):
        cycles("gdma", b"\xff" * 96)
