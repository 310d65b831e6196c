"""Text of pages: names of any length, with any characters."""

import html
import re

from tpu_mlir.printable import printable

_LONG = 24  # characters of a word that may end a line within
_PIECE = 32  # characters of it at most without such a place


def escape(text: str) -> str:
    """Return text for attributes, titles and charts."""
    return html.escape(printable(text, keep="\n"))


def breakable(text: str) -> str:
    """Return text in which long names, such as a/b.c_d, can go on in the next line behind their separators."""
    return " ".join(_pieces(word) for word in printable(text).split(" "))


def _pieces(word: str) -> str:
    if len(word) <= _LONG:
        return html.escape(word)
    parts = re.split(r"(?<=[/._:+-])", word)
    pieces = (part[at : at + _PIECE] for part in parts for at in range(0, len(part), _PIECE))
    return "<wbr>".join(map(html.escape, pieces))
