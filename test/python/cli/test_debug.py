"""`tpuc debug`: words from the command line and from a script, and what is said about wrong ones."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.cli.debug_shell import Shell
from tpu_mlir.runtime import Debugger

NAMES = [(0, "tiu", 1, "sum"), (0, "gdma", 1, "sum")]


@pytest.fixture
def named(variant: Callable[..., Path]) -> Path:
    """Return y = x + x with a layer's name."""
    return variant(table=bmodel.write_tensor_table([], NAMES))


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    np.savez(tmp_path / "in.npz", x=np.full((1, 70, 5, 9), 3, np.float32))
    return tmp_path / "in.npz"


def run(capsys, path: Path, feeds: Path, *words: str, code: int = 0) -> tuple[str, str]:
    commands = [part for word in words for part in ("-c", word)]
    assert main(["debug", str(path), "--input", str(feeds), *commands]) == code
    captured = capsys.readouterr()
    return captured.out, captured.err


def test_break_print_step(named: Path, feeds: Path, capsys) -> None:
    words = ("break arith.add", "continue", "print opd0", "step tiu", "print last.res0", "continue", "print y")
    out, err = run(capsys, named, feeds, *words)
    assert err == "" and "breakpoint 1: operation arith.add" in out
    assert "opd0: float32 1x70x5x9\nmin 3, max 3, mean 3" in out
    assert "last.res0: float32 1x70x5x9\nmin 6, max 6, mean 6" in out
    assert "the run has ended\ny: float32 1x70x5x9, complete\nmin 6, max 6, mean 6" in out


def test_looking_around(named: Path, feeds: Path, capsys) -> None:
    words = (
        "where",
        "list 2",
        "layers",
        "tensors",
        "b sum",
        "break",
        "watch y",
        "delete 1",
        "break",
        "until sum",
        "operands last",
    )
    out, _ = run(capsys, named, feeds, *words)
    assert out.startswith("next  gdma 1: dma.tensor") and "\nsum\n" in out
    assert "x: f32 1x70x5x9 at global + 0x1000, complete" in out and "y: f32 1x70x5x9 at global + 0x5000, not " in out
    assert "breakpoint 1: layer 'sum'" in out and "breakpoint 2: write to 'y', 12600 bytes" in out
    assert "  dst = f32[1, 70, 5, 9] strided[3150, 45, 9, 1] at global + 0x5000: min 6, max 6, mean 6" in out


def test_any_memory(named: Path, feeds: Path, capsys) -> None:
    out, _ = run(capsys, named, feeds, "step tiu", "p f32[1, 70, 5, 9] aligned at lane 0 + 0x4000")
    assert "min 6, max 6, mean 6" in out


def test_compare_and_save(named: Path, feeds: Path, tmp_path: Path, capsys) -> None:
    reference = tmp_path / "ref.npz"
    np.savez(reference, y=np.full((1, 70, 5, 9), 6, np.float32), other=np.zeros(3))
    out, _ = run(
        capsys, named, feeds, f"compare {reference}", "continue", f"compare {reference} y", f"save {tmp_path}/out.npz"
    )
    assert out.startswith("no tensor that is complete now has a reference\n")
    assert "y: relative 0, largest 0, cosine 1.000000" in out
    assert sorted(np.load(tmp_path / "out.npz")) == ["x", "y"]


def test_script_on_the_standard_input(named: Path, feeds: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("# a comment\n\nuntil sum\nquit\nnonsense\n"))
    assert main(["debug", str(named), "--input", str(feeds)]) == 0
    assert "next  gdma 3: dma.sys" in capsys.readouterr().out


def test_prompt(twice: Path, feeds: Path, capsys) -> None:
    """An error does not end a session, the end of the input does."""
    with np.load(feeds) as arrays:
        shell = Shell(Debugger(twice, dict(arrays)))
    shell.use_rawinput, shell.stdin = False, io.StringIO("nonsense\nhelp step\nstep 2\n")
    shell.cmdloop("welcome")
    captured = capsys.readouterr()
    assert captured.out.startswith("welcome\n") and "step [tiu|gdma] [COUNT]: run a command" in captured.out
    assert "last  tiu 1 after gdma 1" in captured.out and "there is no word 'nonsense'" in captured.err


def test_random_inputs_have_a_seed(named: Path, capsys) -> None:
    shown = []
    for seed in ("1", "1", "2"):
        assert main(["debug", str(named), "--seed", seed, "-c", "print x"]) == 0
        captured = capsys.readouterr()
        assert captured.err == f"inputs: random, seed {seed}\n"
        shown.append(captured.out)
    assert shown[0] == shown[1] != shown[2]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("frobnicate", "there is no word 'frobnicate'; 'help' lists them"),
        ("break", None),
        ("break conv1", "there is no layer 'conv1'; the layers are 'sum'"),
        ("break tiu 9", "there is no tiu command 9 in group 0"),
        ("delete 4", "there is no breakpoint 4"),
        ("delete x", "expected a number, found 'x'"),
        ("watch z", "no tensor 'z' lies in global memory; for a place also give the number of bytes"),
        ("watch nowhere 4", "expected a place (lane 3 + 0x40, "),
        ("print", "expected a tensor, an operand, or a place with type and shape"),
        ("print z", "no tensor 'z' lies in global memory; those that do are 'x', 'y'"),
        ("print last.res0", "no command has run yet"),
        ("operands last", "there is no such command: none has run yet"),
        ("until z", "there is no layer or tensor 'z'"),
        ("compare", "expected the name of an .npz file"),
        ("compare none.npz", "none.npz: no such file or directory"),
        ("save none/x.npz", "none/x.npz: no such file or directory"),
    ],
)
def test_wrong_words(word: str, message: str | None, named: Path, feeds: Path, capsys) -> None:
    out, err = run(capsys, named, feeds, word, "where", code=1 if message else 0)
    if message:
        assert (
            err.startswith("error: ") and message in err and f"in the line '{word}'" in err and "Traceback" not in err
        )
        assert "next" not in out  # the words behind it are not run


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.bmodel", "-c", "where"], "none.bmodel: no such file or directory"),
        (["BMODEL", "--input", "none.npz", "-c", "where"], "none.npz: no such file or directory"),
        (["BMODEL", "--network", "z", "-c", "where"], "there is no network 'z'; its networks are 'twice'"),
        (["BMODEL", "--stage", "2", "-c", "where"], "network 'twice' has no stage 2; its stages count from 0 to 0"),
    ],
)
def test_wrong_files(words: list[str], message: str, twice: Path, capsys) -> None:
    assert main(["debug", *(str(twice) if word == "BMODEL" else word for word in words)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and message in captured.err and "Traceback" not in captured.err


def test_every_word_has_help() -> None:
    words = [name for name in dir(Shell) if name.startswith("do_") and name not in ("do_help", "do_EOF")]
    assert len(words) == 16
    for name in words:
        text = getattr(Shell, name).__doc__
        assert text and text.startswith(name[3:])
