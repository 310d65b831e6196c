"""`tpuc`, the command line: one module for each command, imported when the command line is."""

import sys
import warnings
from collections.abc import Sequence
from signal import SIGINT
from typing import TextIO

import typer

from tpu_mlir.cli.app import app
from tpu_mlir.cli.console import errors, print_error, print_warning
from tpu_mlir.errors import HostPartsWarning, TpuMlirError, TpuMlirWarning
from tpu_mlir.interrupts import Interrupted, announce
from tpu_mlir.runtime.files import reason

FAILURE, USAGE, INTERRUPTED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's) and return the exit code.

    Whatever goes wrong is a message on stderr; `--traceback` before the command adds where.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    warnings.showwarning = _show_warning
    try:
        result = app(words, prog_name="tpuc", standalone_mode=False)
    except typer.Abort:
        announce(SIGINT)
        return INTERRUPTED
    except Interrupted as end:
        announce(end.number)
        return 128 + end.number
    except typer.TyperException as error:
        return _report_usage(error)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has left: nobody to tell
        return FAILURE
    except Exception as error:  # noqa: BLE001 (a defect of ours is a message, too)
        print_error(_explain(error))
        if words[:1] == ["--traceback"]:
            errors.print_exception()
        return FAILURE
    return result if isinstance(result, int) else 0


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print `warning: ...`; only those about the user's model concern the user."""
    if issubclass(category, HostPartsWarning):
        print_warning(str(message).splitlines()[0])  # a table shows each node
    elif issubclass(category, TpuMlirWarning):
        print_warning(str(message))


def _explain(error: Exception) -> str:
    """Return what to tell the user about an error."""
    if isinstance(error, TpuMlirError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename}: {reason(error)}" if error.filename else reason(error)
    if isinstance(error, MemoryError):
        return "out of memory"
    return f"internal error, please report it: {type(error).__name__}: {error}"


def _report_usage(error: typer.TyperException) -> int:
    """Print an error about the command line itself, with the way to help."""
    message = error.format_message().replace("Value error, ", "")
    context = getattr(error, "ctx", None)
    command = getattr(context, "command_path", "tpuc")
    if message:  # none: the command line was empty, help is already printed
        print_error(message[:1].lower() + message[1:].rstrip("."))
        errors.print(f"try '{command} --help'")
    return USAGE
