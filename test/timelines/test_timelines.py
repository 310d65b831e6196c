"""Commands of the vendor's compiler, re-encoded from its text: the bytes say the same, and the simulator runs them.

Inputs/sample.jsonl.xz has one command of each kind; the four timelines themselves (ResNet-50 in INT8, F16 and F32,
BERT-base in F16; tpu_mlir 1.30.2) are read where their folder exists.
"""

from pathlib import Path

import pytest
from tpu_mlir.simulator import Machine

from timelines.compare import differences
from timelines.encode import forms, to_bytes
from timelines.run import first, machine, refusals, run_streams
from timelines.sample import SAMPLE
from timelines.text import Line, operand, read

FOLDER = Path(__file__).parents[3] / "shared" / "reference" / "timelines"
NAMES = ("resnet50_int8_b1", "resnet50_f16_b1", "resnet50_f32_b1", "bert_base_seq384_f16_b1")
LINES = list(read(SAMPLE))


def timeline(name: str) -> list[Line]:
    path = FOLDER / f"{name}.jsonl.xz"
    if not path.exists():
        pytest.skip(f"no timelines in {FOLDER}")
    return list(read(path))


def wrongly_encoded(lines: list[Line]) -> list[str]:
    return [
        f"{line.op} {line.id}: {text}"
        for line in lines
        for is_short in forms(line)
        for text in differences(line, to_bytes(line, is_short=is_short))
    ]


@pytest.fixture(scope="module")
def noisy() -> Machine:
    return machine()


def test_sample_has_every_op() -> None:
    assert len({line.op for line in LINES}) == 35


def test_bytes_say_what_the_text_says() -> None:
    assert wrongly_encoded(LINES) == []


@pytest.mark.parametrize("op", sorted({line.op for line in LINES}))
def test_simulator_executes(op: str, noisy: Machine) -> None:
    found = [text for line in LINES if line.op == op for text in refusals(noisy, line)]
    assert found == []


@pytest.mark.parametrize("name", NAMES)
def test_bytes_of_a_whole_timeline(name: str) -> None:
    assert wrongly_encoded(timeline(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_simulator_runs_a_whole_timeline(name: str) -> None:
    """Both streams with the vendor's own waits, which leave no race, in the time that the vendor's model gives."""
    lines = timeline(name)
    if name.startswith("bert"):
        lines = first(lines, max(line.end for line in lines) // 12)  # one of twelve equal layers
    theirs = max(line.end for line in lines)
    assert run_streams(lines) == pytest.approx(theirs, rel=0.05)


def test_a_wrong_field_is_seen() -> None:
    """Proves that `differences` can fail: each field that the text tells, changed, is found."""
    line = next(line for line in LINES if line.op == "dma.tensor")
    command = bytearray(to_bytes(line))
    command[48] ^= 1  # src_nsize
    assert differences(line, bytes(command))


@pytest.mark.parametrize("text", ["%X0:memref<1xf32>", "%R0:memref<1xf64>", "%Cone:f32", "%R1", "R0:memref<1x2xf32>"])
def test_text_that_is_no_operand(text: str) -> None:
    with pytest.raises(ValueError):
        operand(text)


def test_unknown_op() -> None:
    with pytest.raises(ValueError, match="no timeline has a command 'arith.clamp'"):
        to_bytes(Line("tiu", 1, 0, "arith.clamp", {}, (), ()))
