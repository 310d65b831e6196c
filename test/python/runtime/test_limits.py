"""What a file may ask for is checked before anything is allocated."""

from pathlib import Path

import numpy as np
import pytest
from tpu_mlir.cli import main
from tpu_mlir.errors import FeedError, RunError
from tpu_mlir.runtime import Debugger, Limits, Session
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.session import FeedSpec

HUGE = (1 << 20, 1 << 10)  # 4 GiB of f32


@pytest.mark.parametrize("words", [("run",), ("debug", "-c", "step")])
def test_inputs_beyond_the_memory_limit(words: tuple[str, ...], variant, capsys) -> None:
    assert main([*words, str(variant(shapes=(HUGE,)))]) == 1
    assert "bytes of global memory, more than the limit of 4294967296 bytes" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["run", "debug"])
@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--memory-limit", "0.000001"), "more than the limit of 1073 bytes"),
        (("--command-limit", "1"), "is one more than the limit of commands allows"),
        (("--work-limit", "0"), "more than the limit of 0"),
    ],
)
def test_limits_of_the_command_line(command: str, words: tuple[str, ...], message: str, twice: Path, capsys) -> None:
    script = ("-c", "step") if command == "debug" else ()
    assert main([command, str(twice), *words, *script]) == 1
    assert message in capsys.readouterr().err


def test_specs_and_debugger_know_the_limits(twice: Path) -> None:
    with pytest.raises(RunError, match="more than the limit of 1000 bytes"):
        Session(twice, limits=Limits(memory=1000)).input_specs()
    with pytest.raises(RunError, match="more than the limit of 5"):
        Debugger(twice, {"x": np.zeros((1, 70, 5, 9), np.float32)}, limits=Limits(work=5))


def test_random_inputs_are_bounded() -> None:
    spec = FeedSpec("x", (1 << 40, 1 << 40), np.dtype(np.float32))  # of an ONNX model, say
    with pytest.raises(FeedError, match="random inputs would take .* bytes, more than the limit of 1073741824"):
        random_feeds([spec], 0)


def test_random_inputs_do_not_depend_on_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = [FeedSpec("x", (3, 5), np.dtype(np.float32)), FeedSpec("i", (7,), np.dtype(np.int8))]
    whole = random_feeds(specs, 1)
    monkeypatch.setattr("tpu_mlir.runtime.samples._PIECE", 4)
    pieces = random_feeds(specs, 1)
    assert all(np.array_equal(whole[name], pieces[name]) for name in whole)
