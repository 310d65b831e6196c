"""Timelines of several networks as one: each begins where the one before it ends."""

import json
from collections.abc import Sequence
from typing import Any

_CYCLES_PER_MICROSECOND = 1000  # at 1 GHz; the Trace Event Format counts in microseconds


def joined(traces: Sequence[tuple[str, int]]) -> str:
    """Return timelines in the Trace Event Format, each with its cycles, one after the other."""
    if len(traces) == 1:
        return traces[0][0]
    events: list[dict[str, Any]] = []
    start = 0
    for text, cycles in traces:
        for event in json.loads(text)["traceEvents"]:
            moved = {"ts": event["ts"] + start / _CYCLES_PER_MICROSECOND} if "ts" in event else {}
            events.append(event | moved)
        start += cycles
    return json.dumps({"traceEvents": events})
