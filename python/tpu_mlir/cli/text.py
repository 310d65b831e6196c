"""How numbers and examples are written for people."""

import json
import math
from collections.abc import Iterable
from typing import Any, cast


def shape_text(shape: Iterable[int]) -> str:
    """Return the shape as users write it: 1x3x224x224."""
    return "x".join(map(str, shape)) or "scalar"


def size_text(size: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    if size < 1024:
        return f"{size} bytes"
    value, unit = size / 1024, "KiB"
    for larger in ("MiB", "GiB", "TiB"):
        if value < 1024:
            break
        value, unit = value / 1024, larger
    return f"{value:.1f} {unit}"


def examples(*commands: str) -> str:
    """Return the end of a command's help: its examples, one a line."""
    return "\n\n".join(("Examples:", *commands))


def json_text(value: object) -> str:
    """Return JSON of dicts, sequences and plain values; NaN and infinities, which JSON has no form for, become null."""
    return json.dumps(_plain(value), indent=2, allow_nan=False)


def _plain(value: object) -> object:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast("list[Any]", value)]
    return value
