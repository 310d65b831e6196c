"""Where the commands print: results on stdout, diagnostics and progress on stderr."""

import contextlib
from collections.abc import Generator, Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from tpu_mlir.printable import printable

_ANY_WIDTH = 1 << 30  # characters


class PlainConsole(Console):
    """A console that shows text as it is, without markup or emoji; what does not print is escaped.

    Lines are not wrapped, so that scripts can read them.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, soft_wrap=True, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return the text for printing; this is where all text passes, that of tables, too."""
        return super().render_str(printable(text, keep="\n"), **options)


output = PlainConsole()
errors = PlainConsole(stderr=True)


def print_error(message: str) -> None:
    """Print `error: ...` on stderr."""
    errors.print("error:", style="bold red", end=" ")
    errors.print(message)


def print_warning(message: str) -> None:
    """Print `warning: ...` on stderr."""
    errors.print("warning:", style="bold yellow", end=" ")
    errors.print(message)


def numbers(*headings: str) -> list[Column]:
    """Return columns of a table whose cells stand on the right."""
    return [Column(heading, justify="right") for heading in headings]


def print_table(columns: Sequence[Column | str], rows: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table on stdout.

    Where its longest words fit a terminal, it is as wide as that. Otherwise, and in a file or a pipe, each row is one
    line of any width.
    """
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(printable, row))
    if title:
        output.print(title, style="italic")
    widths = Measurement.get(output, output.options.update(max_width=_ANY_WIDTH), table)
    if not output.is_terminal or widths.minimum > output.width:
        table.width = widths.maximum
    with output.capture() as captured:
        output.print(table, crop=False, soft_wrap=False)
    for line in captured.get().splitlines():
        output.file.write(line.rstrip() + "\n")


@contextlib.contextmanager
def working(what: str) -> Generator[None, None, None]:
    """Show that something slow is going on, if stderr is a terminal."""
    with errors.status(Text(printable(what))):
        yield
