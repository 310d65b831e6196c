"""What every command checks before it runs: files that are used twice, options without effect, words in any case."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from tpu_mlir.cli import main
from tpu_mlir.cli.app import app
from tpu_mlir.cli.effects import EFFECTS
from typer.main import get_command

COMMANDS = get_command(app).commands  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize("name", COMMANDS)
def test_short_help(name: str, capsys) -> None:
    assert main([name, "-h"]) == 0
    assert f"tpuc {name}" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_help_on_a_narrow_screen(name: str, capsys, monkeypatch) -> None:
    """No option's name is cut off, and no line exceeds the screen but one with a longer word."""
    monkeypatch.setenv("COLUMNS", "60")
    assert main([name, "--help"]) == 0
    text = capsys.readouterr().out
    assert "…" not in text
    assert all(len(line) <= 60 or max(map(len, line.split())) > 20 for line in text.splitlines())
    for each in COMMANDS[name].params:
        assert all(word in text for word in each.opts)


def test_effects_name_real_options() -> None:
    for command, options in EFFECTS.items():
        known = {word for each in COMMANDS[command].params for word in each.opts}
        assert known.issuperset(options), command


F16, INT8, AUTO = (("--precision", precision) for precision in ("f16", "int8", "auto"))
DATA = ("--calibration-data", "photos")


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (
            (*F16, "--mean", "1"),
            "--mean: has no effect without --calibration-data, --evaluate, --fuse-preprocess or --check-input",
        ),
        ((*F16, "--asymmetric"), "--asymmetric: has no effect without --precision int8 or auto"),
        ((*INT8, "--asymmetric"), "--asymmetric: has no effect without --calibration-data or --ranges"),
        ((*F16, "--fallback", "bf16"), "--fallback: has no effect in f16 without --calibration-data or --ranges"),
        ((*INT8, *DATA, "--min-cosine", "0.9"), "--min-cosine: has no effect without --precision auto"),
        ((*F16, "--correct", "quick"), "--correct: has no effect without --precision int8 or auto"),
        ((*INT8, "--samples", "3"), "--samples: has no effect without --calibration-data"),
        (
            (*F16, "--fuse-preprocess", "--pad-value", "3"),
            "--pad-value: has no effect without --calibration-data, --evaluate or",
        ),
        ((*INT8, *DATA, "--pad-value", "3"), "--pad-value: has no effect without --keep-aspect-ratio"),
        ((*INT8, *DATA, "--resize", "none", "--keep-aspect-ratio"), "has no effect beside --resize none"),
    ],
)
def test_options_without_effect(words: Sequence[str], reason: str, capsys) -> None:
    assert main(["compile", "m.onnx", "-o", "m.bmodel", *words]) == 2
    error = capsys.readouterr().err
    assert reason in error and "try 'tpuc compile --help'" in error


@pytest.mark.parametrize(
    "words",
    [
        ("run", "m", "--seed", "1", "--input", "i.npz"),
        ("run", "m", "--cycles", "silicon"),
        ("debug", "m", "--seed", "1", "--input", "i.npz"),
        ("compare", "o", "m", "--seed", "1", "--inputs", "i.npz"),
        ("profile", "m", "--top", "3", "--json"),
        ("calibrate", "o", "-o", "t", *DATA, "--workers", "2", "--scheduler", "s"),
    ],
)
def test_options_without_effect_elsewhere(words: Sequence[str], capsys) -> None:
    assert main(words) == 2
    assert "has no effect" in capsys.readouterr().err


@pytest.mark.parametrize(
    "words",
    [
        (*F16, "--fuse-preprocess", "--mean", "1"),
        (*INT8, *DATA, "--mean", "1", "--samples", "3", "--asymmetric", "--fallback", "f32"),
        ("--correct", "none"),
        ("--precision", "F16", "--chip", "BM1684X"),
        ("--precision-override", "x:F16"),
    ],
)
def test_options_with_effect(words: Sequence[str], capsys) -> None:
    """They reach the model, which is not there."""
    assert main(["compile", "none.onnx", "-o", "m.bmodel", *words]) == 1
    assert "none.onnx: no such file" in capsys.readouterr().err


def test_output_that_is_the_input(twice: Path, tmp_path: Path, capsys) -> None:
    model = tmp_path / "m.bmodel"
    model.write_bytes(twice.read_bytes())
    (tmp_path / "link").symlink_to(model)
    (tmp_path / "below").mkdir()
    for output in (model, tmp_path / "link", tmp_path / "below" / ".." / "m.bmodel"):
        assert main(["combine", str(model), "-o", str(output)]) == 2
        assert f"--output: '{output}' is the file of bmodels, too" in capsys.readouterr().err
    assert main(["profile", str(model), "--report", str(tmp_path / "r"), "--trace", str(tmp_path / "r")]) == 2
    assert model.read_bytes() == twice.read_bytes() and not (tmp_path / "r").exists()


@pytest.mark.parametrize("words", [("info", "-"), ("run", "m", "--input", "-"), ("import", "m", "-o", "-")])
def test_a_dash_is_no_file(words: Sequence[str], capsys) -> None:
    assert main(words) == 2
    assert "'-' does not mean the standard input or output here" in capsys.readouterr().err


def test_link_as_output(twice: Path, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere" / "m.bmodel"
    target.parent.mkdir()
    (tmp_path / "link").symlink_to(target)
    for _ in range(2):  # the target is not there, and then it is
        assert main(["combine", str(twice), "-o", str(tmp_path / "link")]) == 0
        assert (tmp_path / "link").is_symlink() and list(target.parent.iterdir()) == [target]
