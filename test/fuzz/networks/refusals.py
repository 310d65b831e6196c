"""Refusals that the documents announce; any other is a fault."""

import re

_DOCUMENTED = (  # README, "What does not, or not yet"; docs/guides/quantisation.md
    r"the chip's operations here take and make",  # no products and convolutions of integers
    r"cannot be lowered: its kind is a number that integers do not hold",
    r"holds -?\d+ as element \d+, but the chip carries '[su]?i64'",
    r"its numbers of 64 bits may leave the 32",
    r"has no lowering to the chip's operations",
    r"expected numbers, found \d+ of \d+ that are NaN",  # calibration data
    r"must be constants whose elements are present",  # computed filters
)


def is_documented(message: str) -> bool:
    """Tell whether a refusal is one of the documented limits."""
    return any(re.search(pattern, message) for pattern in _DOCUMENTED)


def reason_of(message: str) -> str:
    """Return the first reason without names and numbers."""
    lines = [line for line in message.splitlines() if "cannot be compiled:" not in line]
    text = re.sub(r"'t\d\w*(/\w+)?': |'n\d+': |'x\d+': ", "", lines[0].strip()) if lines else message
    return re.sub(r"\d+(x\d+)*", "N", re.sub(r"tensor<[^>]*>", "tensor", text))[:160]
