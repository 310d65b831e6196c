"""Text that is safe to show."""

import os

import pytest
from tpu_mlir.printable import printable


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain [x] :x: ü 漢", "plain [x] :x: ü 漢"),
        ("\x1b[31m\r\n", r"\x1b[31m\r\n"),
        ("\x9b\x7f", r"\x9b\x7f"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        (os.fsdecode(b"\xff\xfe.bmodel"), r"\xff\xfe.bmodel"),
        ("\ud800", r"\ud800"),
    ],
)
def test_printable(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_kept_characters() -> None:
    assert printable("a\nb\r", keep="\n") == "a\nb\\r"
