"""`tpuc` as a process: a signal ends it with one line, also while its modules are still being imported."""

import os
import signal
import sys
from types import FrameType


def main() -> int:
    """Run the process's command line and return the exit code."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    for number in numbers:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as below nohup
            signal.signal(number, _end)
    from tpu_mlir.cli import main as run
    from tpu_mlir.interrupts import raise_on_signals

    raise_on_signals()
    try:
        return run()
    finally:
        for number in numbers:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, _end)


def _end(number: int, frame: FrameType | None) -> None:
    """End the process: there is nothing to clean up, before the work as after it."""
    os.write(2, b"error: interrupted\n" if number == signal.SIGINT else b"error: terminated\n")
    os._exit(128 + number)


if __name__ == "__main__":
    sys.exit(main())
