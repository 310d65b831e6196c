"""Names of values, read from locations."""

import re

from tpu_mlir._mlir import ir

_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_NOTES = re.compile(r'fused<(?:"[^"]*"|\{(?:"(?:[^"\\]|\\.)*"|[^"{}])*\})>\[')
_ESCAPE = re.compile(rb"\\([0-9A-Fa-f]{2}|.)")


def names(location: ir.Location | str) -> list[str]:
    """Return the names in a location: one for a NameLoc, all for a fused one, none where it has none.

    Neither the position in a file nor what stands beside a name (lib/Support/Locations.h) counts as a name. The
    bindings offer locations only as text.
    """
    text = re.sub(r'"(?:[^"\\]|\\.)*":\d+:\d+', "", _NOTES.sub("fused[", str(location)))
    return [_unescape(found) for found in _QUOTED.findall(text)]


def result_names(op: ir.Operation) -> list[str]:
    """Return a name for each result of an operation, empty where the location has none."""
    found, count = names(op.location), len(op.results)
    if count == 1:
        return found[-1:] or [""]
    if len(found) == count:
        return found
    first = found[0] if found else ""
    return [first if index == 0 else f"{first}/{index}" for index in range(count)]


def is_clipped(op: ir.Operation) -> bool:
    """Tell whether the result is stored in the range of what reads it, which may be less than its own."""
    return str(op.location).startswith("loc(fused<{clipped")


def _unescape(text: str) -> str:
    def byte(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 16)]) if len(code) == 2 else code

    return _ESCAPE.sub(byte, text.encode()).decode("utf-8", "replace")
