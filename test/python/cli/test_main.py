"""What every command has in common: exit codes, one-line errors, help with examples."""

import subprocess
import sys

import pytest
from tpu_mlir import __version__
from tpu_mlir.cli import main
from tpu_mlir.cli.app import app
from tpu_mlir.errors import TpuMlirError

COMMANDS = sorted(command.name or command.callback.__name__ for command in app.registered_commands)


def test_all_commands_are_there() -> None:
    assert COMMANDS == [
        "asm",
        "calibrate",
        "combine",
        "compare",
        "compile",
        "debug",
        "disasm",
        "extract",
        "import",
        "info",
        "operators",
        "profile",
        "run",
    ]


def test_version(capsys) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"tpuc {__version__}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_an_example(command: str, capsys) -> None:
    assert main([command, "--help"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    assert f"Examples: tpuc {command} " in text


def test_no_arguments_print_help(capsys) -> None:
    assert main([]) == 2
    captured = capsys.readouterr()
    assert "Usage: tpuc" in captured.out and captured.err == ""


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["inf"], "error: no such command 'inf'. Did you mean 'info'?\ntry 'tpuc --help'\n"),
        (["info"], "error: missing argument 'bmodel'\ntry 'tpuc info --help'\n"),
        (["info", "--foo", "m"], "error: no such option: --foo\ntry 'tpuc info --help'\n"),
    ],
)
def test_usage_errors(words: list[str], message: str, capsys) -> None:
    assert main(words) == 2
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", message)


def raising(error: BaseException, monkeypatch) -> None:
    def load(path: object) -> None:
        raise error

    monkeypatch.setattr("tpu_mlir.cli.info.BModel.load", load)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (TpuMlirError("m [x]: something is wrong"), "error: m [x]: something is wrong\n"),
        (FileNotFoundError(2, "No such file or directory", "m"), "error: m: no such file or directory\n"),
        (OSError(28, "No space left on device"), "error: no space left on device\n"),
        (MemoryError(), "error: out of memory\n"),
        (KeyError("x"), "error: internal error, please report it: KeyError: 'x'\n"),
    ],
)
def test_failures_are_one_line(error: Exception, message: str, capsys, monkeypatch) -> None:
    raising(error, monkeypatch)
    assert main(["info", "m"]) == 1
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", message)


def test_traceback_on_request(capsys, monkeypatch) -> None:
    raising(KeyError("x"), monkeypatch)
    assert main(["--traceback", "info", "m"]) == 1
    captured = capsys.readouterr().err
    assert captured.startswith("error: internal error") and "Traceback" in captured


def test_interrupt(capsys, monkeypatch) -> None:
    raising(KeyboardInterrupt(), monkeypatch)
    assert main(["info", "m"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_as_a_process() -> None:
    program = "import sys; from tpu_mlir.cli import main; sys.exit(main())"
    done = subprocess.run([sys.executable, "-c", program, "info", "/nonexistent"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: /nonexistent: no such file or directory\n"


def test_reader_of_a_pipe_leaves() -> None:
    program = "import sys; from tpu_mlir.cli import main; sys.exit(main(['--help']))"
    done = subprocess.run(
        f"'{sys.executable}' -c \"{program}\" | head -c 1", shell=True, capture_output=True, text=True
    )
    assert done.stderr == ""
