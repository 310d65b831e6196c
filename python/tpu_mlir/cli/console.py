"""Where the commands print: results on stdout, diagnostics and progress on stderr."""

import contextlib
from collections.abc import Generator

from rich.console import Console

# Lines are not wrapped, so that scripts can read them.
output = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


def print_error(message: str) -> None:
    """Print `error: ...` on stderr."""
    errors.print("error:", style="bold red", end=" ")
    errors.print(message, markup=False)


def print_warning(message: str) -> None:
    """Print `warning: ...` on stderr."""
    errors.print("warning:", style="bold yellow", end=" ")
    errors.print(message, markup=False)


@contextlib.contextmanager
def working(what: str) -> Generator[None, None, None]:
    """Show that something slow is going on, if stderr is a terminal."""
    with errors.status(what):
        yield
