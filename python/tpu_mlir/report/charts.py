"""Charts as inline SVG; colours are the page's CSS variables. Text is escaped here."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tpu_mlir.report.text import escape
from tpu_mlir.runtime.profile import TimedCommand

WIDTH = 1000  # of every chart, in its own units; the page scales them
LABEL = 90  # left of the plots


@dataclass(frozen=True)
class Point:
    """A mark in the roofline plot: MACs a byte, MACs a cycle; `weight` is its part of the whole time, 0 to 1."""

    name: str
    intensity: float
    rate: float
    weight: float
    note: str


def svg(height: float, parts: Iterable[str], label: str) -> str:
    """Wrap the parts of a chart, which a narrow page scrolls rather than shrinks."""
    box = f'viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(label)}"'
    return f'<div class="scroll"><svg class="chart" {box}>{"".join(parts)}</svg></div>'


def text(x: float, y: float, content: str, *, anchor: str = "start", kind: str = "") -> str:
    """Return a line of text at its baseline."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{kind}">{escape(content)}</text>'


def utilisation(commands: Sequence[TimedCommand], cycles: int, buckets: int = 300) -> str:
    """Plot how busy each engine is over time."""
    height, gap, top = 64, 22, 8
    rows = (("tiu", "compute"), ("gdma", "transfer"))
    parts: list[str] = []
    plot = WIDTH - LABEL - 10
    for row, (engine, name) in enumerate(rows):
        y = top + row * (height + gap)
        share = _busy(commands, engine, cycles, buckets)
        step = plot / buckets
        outline = [f"M{LABEL},{y + height}"]
        for index, value in enumerate(share):
            level = y + height * (1 - value)
            outline.append(f"L{LABEL + index * step:.1f},{level:.1f}L{LABEL + (index + 1) * step:.1f},{level:.1f}")
        outline.append(f"L{LABEL + plot},{y + height}Z")
        parts.append(f'<rect x="{LABEL}" y="{y}" width="{plot}" height="{height}" class="back"/>')
        parts.append(f'<path d="{"".join(outline)}" class="{engine}"/>')
        parts.append(text(LABEL - 8, y + height / 2 + 4, name, anchor="end"))
    bottom = top + 2 * height + gap
    parts += time_axis(bottom, cycles)
    return svg(bottom + 26, parts, "How busy each engine is over time")


def time_axis(y: float, cycles: int) -> list[str]:
    """Return the marks below a chart over time that ends at `cycles`."""
    parts = [text(LABEL - 8, y + 18, "µs", anchor="end", kind="small")]
    for value in ticks(cycles / 1000):
        x = LABEL + (WIDTH - LABEL - 10) * value * 1000 / max(cycles, 1)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{y}" y2="{y + 4}" class="axis"/>')
        parts.append(text(x, y + 18, f"{value:g}", anchor="middle", kind="small"))
    return parts


def roofline(points: Sequence[Point], roofs: Sequence[tuple[str, float]], bandwidth: float) -> str:
    """Plot layers against the chip's limits: MACs a byte to the right, MACs a cycle upwards, both logarithmic.

    `roofs` are (name, MACs a cycle) of the array, `bandwidth` the memory's bytes a cycle.
    """
    height, bottom, right = 420, 46, 150
    lowest = min([point.intensity for point in points] + [1.0])
    highest = max([point.intensity for point in points] + [peak / bandwidth * 4 for _, peak in roofs])
    x0, x1 = math.floor(math.log10(lowest)), math.ceil(math.log10(highest))
    y1 = math.ceil(math.log10(max(peak for _, peak in roofs)))
    y0 = min(y1 - 3, math.floor(math.log10(min([point.rate for point in points] + [10.0]))))

    def x(value: float) -> float:
        return LABEL + (WIDTH - LABEL - right) * (math.log10(value) - x0) / max(x1 - x0, 1)

    def y(value: float) -> float:
        return 10 + (height - bottom - 10) * (y1 - math.log10(value)) / (y1 - y0)

    parts = [f'<rect x="{LABEL}" y="10" width="{WIDTH - LABEL - right}" height="{height - bottom - 10}" class="back"/>']
    for power in range(x0, x1 + 1):
        at = x(10.0**power)
        parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="10" y2="{height - bottom}" class="grid"/>')
        parts.append(text(at, height - bottom + 18, f"{10.0**power:,g}", anchor="middle", kind="small"))
    for power in range(y0, y1 + 1):
        at = y(10.0**power)
        parts.append(f'<line x1="{LABEL}" x2="{WIDTH - right}" y1="{at:.1f}" y2="{at:.1f}" class="grid"/>')
        parts.append(text(LABEL - 8, at + 4, f"{10.0**power:,.0f}", anchor="end", kind="small"))
    parts.append(text(LABEL, height - 8, "multiply-accumulates for each byte from or to global memory", kind="small"))
    parts.append(text(LABEL + 6, 24, "multiply-accumulates a cycle", kind="small"))
    left, top_peak = 10.0**x0, max(peak for _, peak in roofs)
    start = max(left, 10.0**y0 / bandwidth)
    ridge = top_peak / bandwidth
    parts.append(_line(x(start), y(start * bandwidth), x(ridge), y(top_peak), "roof"))
    for name, peak in roofs:
        parts.append(_line(x(peak / bandwidth), y(peak), WIDTH - right, y(peak), "roof"))
        parts.append(text(WIDTH - right + 6, y(peak) + 4, name, kind="small"))
    labelled = sorted(points, key=lambda point: -point.weight)[:5]
    for point in sorted(points, key=lambda point: -point.weight):
        radius = 4 + 22 * math.sqrt(point.weight)
        title = f"<title>{escape(point.name)}\n{escape(point.note)}</title>"
        at_x, at_y = x(point.intensity), y(max(point.rate, 10.0**y0))
        parts.append(f'<circle cx="{at_x:.1f}" cy="{at_y:.1f}" r="{radius:.1f}" class="mark">{title}</circle>')
    taken: list[tuple[float, float]] = []
    for point in labelled:
        at_x, at_y = x(point.intensity), y(max(point.rate, 10.0**y0))
        if any(abs(at_y - other_y) < 15 and abs(at_x - other_x) < 190 for other_x, other_y in taken):
            continue  # the circle tells its name to the pointer
        taken.append((at_x, at_y))
        anchor = "end" if at_x > WIDTH - right - 160 else "start"
        shift = (6 + 22 * math.sqrt(point.weight)) * (-1 if anchor == "end" else 1)
        parts.append(text(at_x + shift, at_y + 4, shortened(point.name, 26), anchor=anchor, kind="small"))
    return svg(height, parts, "Layers against the limits of array and memory")


def bar(pieces: Sequence[tuple[float, str]]) -> str:
    """Return a small horizontal bar of pieces (part of the whole, CSS class)."""
    parts, at = ['<rect width="100" height="10" class="back"/>'], 0.0
    for share, kind in pieces:
        parts.append(f'<rect x="{100 * at:.2f}" width="{100 * share:.2f}" height="10" class="{kind}"/>')
        at += share
    return f'<svg viewBox="0 0 100 10" preserveAspectRatio="none" class="bar" aria-hidden="true">{"".join(parts)}</svg>'


def ticks(largest: float, wanted: int = 8) -> list[float]:
    """Return round numbers from 0 to `largest`."""
    if largest <= 0:
        return [0.0]
    raw = largest / wanted
    unit = 10.0 ** math.floor(math.log10(raw))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= raw)
    return [step * index for index in range(int(largest / step + 1e-9) + 1)]


def shortened(name: str, size: int) -> str:
    """Return a name of at most `size` characters; the end tells more than the start."""
    return name if len(name) <= size else "\u2026" + name[1 - size :]


def _line(x1: float, y1: float, x2: float, y2: float, kind: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{kind}"/>'


def _busy(commands: Sequence[TimedCommand], engine: str, cycles: int, buckets: int) -> list[float]:
    """Return the part of each of `buckets` equal stretches of time in which an engine works."""
    width = max(cycles, 1) / buckets
    share = [0.0] * buckets
    for command in commands:
        if command.engine != engine:
            continue
        for index in range(int(command.start / width), min(buckets - 1, int(command.end / width)) + 1):
            begin, end = max(command.start, index * width), min(command.end, (index + 1) * width)
            share[index] += max(0.0, end - begin) / width
    return [min(1.0, value) for value in share]
