"""How numbers and examples are written for people."""

from collections.abc import Iterable


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
