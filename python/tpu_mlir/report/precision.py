"""The page of a search for mixed precision: what each operation costs, which choices were tried, the tensors."""

from collections.abc import Mapping, Sequence

from tpu_mlir.quantization.diagnosis import Diagnosis
from tpu_mlir.quantization.search.mixed_precision import Point, Search, Sensitivity
from tpu_mlir.report.charts import LABEL, WIDTH, svg, text
from tpu_mlir.report.document import document, table
from tpu_mlir.report.quantization import sections
from tpu_mlir.report.text import breakable, escape, percent, time_text

HEIGHT = 320


def precision_page(found: Search, diagnosis: Diagnosis, reasons: Mapping[str, str], name: str, measure: str) -> str:
    """Return the HTML text; `measure` says what the quality of a bmodel is, `reasons` why operations stay floats."""
    floats = set(found.chosen.floats)
    body = [
        f"<h1>{breakable(name)}</h1>",
        f'<p class="soft">Mixed precision: INT8 where the target of {found.target:g} allows it. {escape(measure)}</p>',
        f"<p>{len(floats)} of {len(found.sensitivities)} operations stay floats; {percent(found.chosen.share, 1)} of "
        f"the multiplications are computed on integers. Quality {found.chosen.quality:.5f}, simulated time "
        f"{time_text(found.chosen.cycles)}.</p>",
        "<h2>Quality and time</h2>",
        "<p>Each circle is a choice that was compiled and run; the line joins those that no other one beats.</p>",
        _chart(found),
        _points(found),
        "<h2>Operations</h2>",
        "<p>Gain: by how much the loss of the outputs, the squared error over the variance, becomes less when this "
        "operation is a float and all others are on integers. The order is that in which operations become floats.</p>",
        _operations(found.sensitivities, floats),
        *sections(diagnosis, reasons),
    ]
    return document(f"{name}: mixed precision", body)


def _chart(found: Search) -> str:
    best = {point.floats for point in found.front}
    times = [point.cycles for point in found.points]
    qualities = [point.quality for point in found.points] + [found.target]
    low, high = min(qualities), max(qualities)
    left, right = min(times), max(times)

    def x(point: Point) -> float:
        return LABEL + 30 + (WIDTH - LABEL - 220) * (point.cycles - left) / max(right - left, 1)

    def y(quality: float) -> float:
        return 20 + (HEIGHT - 70) * (high - quality) / max(high - low, 1e-12)

    parts = [f'<rect x="{LABEL}" y="10" width="{WIDTH - LABEL - 10}" height="{HEIGHT - 50}" class="back"/>']
    parts.append(
        f'<line x1="{LABEL}" x2="{WIDTH - 10}" y1="{y(found.target):.1f}" y2="{y(found.target):.1f}" class="roof"/>'
    )
    parts.append(text(LABEL - 8, y(found.target) + 4, f"{found.target:g}", anchor="end", kind="small"))
    front = sorted(found.front, key=lambda point: point.cycles)
    corners = " ".join(f"{x(point):.1f},{y(point.quality):.1f}" for point in front)
    parts.append(f'<polyline points="{corners}" fill="none" class="axis"/>')
    for point in found.points:
        radius = 8 if point == found.chosen else 5
        note = f"{len(point.floats)} floats, {point.quality:.5f}, {time_text(point.cycles)}"
        kind = "mark" if point.floats in best else "wait"
        parts.append(
            f'<circle cx="{x(point):.1f}" cy="{y(point.quality):.1f}" r="{radius}" class="{kind}">'
            f"<title>{escape(note)}</title></circle>"
        )
        parts.append(text(x(point) + 11, y(point.quality) + 4, f"{len(point.floats)} floats", kind="small"))
    parts.append(text(LABEL + 30, HEIGHT - 18, time_text(left), kind="small"))
    parts.append(text(WIDTH - 190, HEIGHT - 18, time_text(right), anchor="middle", kind="small"))
    return svg(HEIGHT, parts, "Quality against simulated time")


def _points(found: Search) -> str:
    best = {point.floats for point in found.front}
    rows = [
        (
            f"{len(point.floats)}{' (chosen)' if point == found.chosen else ''}",
            f"{point.quality:.5f}",
            time_text(point.cycles),
            percent(point.share, 1),
            "yes" if point.floats in best else "",
        )
        for point in found.points
    ]
    return table(("floats", "quality", "simulated time", "MACs on integers", "not beaten"), rows)


def _operations(losses: Sequence[Sensitivity], floats: set[str]) -> str:
    rows = [
        (
            item.operation.name,
            item.operation.kind,
            f"{item.gain:.2e}",
            f"{item.operation.macs:,}",
            "float" if item.operation.name in floats else "INT8",
        )
        for item in losses
    ]
    return table(("operation", "kind", "gain", "MACs", "computed in"), rows)
