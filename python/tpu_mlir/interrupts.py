"""Signals that end the process, and what it must not leave behind."""

import contextlib
import os
import signal
from collections.abc import Generator
from pathlib import Path
from types import FrameType

from tpu_mlir._native import interrupts as native

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PATIENCE = 0.7  # seconds that Python gets to end the process itself


class Interrupted(BaseException):
    """A signal of that number asks the process to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def raise_on_signals() -> None:
    """Let the signals that end a process raise Interrupted, from now on.

    Code that does not return to Python in time, or waits for threads, is ended with the process, without it: exit code
    128 + number, as shells count.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    native.watch(reader, _PATIENCE)
    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as below nohup
            signal.signal(number, _raise)


@contextlib.contextmanager
def handled_at_prompt() -> Generator[None]:
    """Let SIGINT raise KeyboardInterrupt and nothing more, where a prompt catches it."""
    handler, pipe = signal.signal(signal.SIGINT, signal.default_int_handler), signal.set_wakeup_fd(-1)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        signal.set_wakeup_fd(pipe)


@contextlib.contextmanager
def unfinished(path: Path) -> Generator[None]:
    """Have a file or a folder removed if a signal ends the process meanwhile."""
    name = os.fsencode(path.absolute())
    native.add_unfinished(name)
    try:
        yield
    finally:
        native.drop_unfinished(name)


def announce(number: int) -> None:
    """Say on stderr, once, that a signal ends the process."""
    native.announce(number)


def _raise(number: int, frame: FrameType | None) -> None:
    raise Interrupted(number)
