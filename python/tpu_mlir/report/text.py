"""Text of pages: names of any length, with any characters; times, amounts and shares."""

import html
import re

from tpu_mlir.printable import printable
from tpu_mlir.runtime.profile import CLOCK_HZ

_LONG = 24  # characters of a word that may end a line within
_PIECE = 32  # characters of it at most without such a place


def escape(text: str) -> str:
    """Return text for attributes, titles and charts."""
    return html.escape(printable(text, keep="\n"))


def breakable(text: str) -> str:
    """Return text in which long names, such as a/b.c_d, can go on in the next line behind their separators."""
    return " ".join(_pieces(word) for word in printable(text).split(" "))


def time_text(cycles: float) -> str:
    """Return cycles as a time in the unit that suits it."""
    seconds = cycles / CLOCK_HZ
    return f"{seconds * 1e3:.3f} ms" if seconds >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def amount_text(value: float, unit: str) -> str:
    """Return a number with a decimal prefix: 1.2 M MAC, 3.4 MB."""
    for factor, prefix in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= factor:
            return f"{value / factor:.3g} {prefix}{unit}"
    return f"{value:g} {unit}"


def percent(part: float, whole: float) -> str:
    """Return a share for the reader: 12.3 %."""
    return f"{100 * part / whole:.1f} %" if whole else "0 %"


def _pieces(word: str) -> str:
    if len(word) <= _LONG:
        return html.escape(word)
    parts = re.split(r"(?<=[/._:+-])", word)
    pieces = (part[at : at + _PIECE] for part in parts for at in range(0, len(part), _PIECE))
    return "<wbr>".join(map(html.escape, pieces))
