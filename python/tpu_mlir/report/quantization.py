"""The page of a network in INT8: how good it is, where errors begin, what stays floats, each tensor's values."""

import math
from collections.abc import Mapping, Sequence

from tpu_mlir.quantization.diagnosis import Diagnosis, Tensor
from tpu_mlir.quantization.operations import Operation, share_on_integers
from tpu_mlir.report.charts import LABEL, WIDTH, svg, text
from tpu_mlir.report.document import document, table
from tpu_mlir.report.text import breakable, escape, percent

FIRST_TENSORS = 12  # shown at once; the others can be unfolded
BARS = 120  # of a histogram

WORDS = (
    ("Step", "The difference of neighbouring values that 8 bits can hold; for filters and some tensors, by channel."),
    ("Range", "The least and the largest value that 8 bits hold. What lies beyond is clipped: it becomes that value."),
    (
        "Where the reader is flat",
        "Values that only a curve reads, such as a sigmoid, are not stored beyond the point from which its result "
        "stays the same; nothing is lost there.",
    ),
    (
        "Noise ratio",
        "The power of a tensor's values over that of what rounding and clipping change, in dB: the lower, the worse. "
        "It looks at this tensor alone; 20 dB are an error of a tenth, 40 dB of a hundredth.",
    ),
    (
        "Error",
        "The 2-norm of the difference from the float network over that of the float network, all that comes before "
        "being in 8 bits, too. Measured in ONNX Runtime on the network's own integers, what stays floats in f32.",
    ),
)


def quantization_page(found: Diagnosis, name: str, tiles: Sequence[tuple[str, str]], reasons: Mapping[str, str]) -> str:
    """Return the HTML text; `tiles` are (figure, what it is), `reasons` why an operation stays in floats, by name."""
    shares = percent(share_on_integers(list(found.operations)), 1)
    own = [(shares, "of the multiplications on integers")]
    own += [(f"{cosine:.5f}", f"least cosine of '{output}'") for output, cosine in found.outputs.items()]
    body = [
        f"<h1>{breakable(name)}</h1>",
        f'<p class="soft">INT8; ranges: {escape(found.facts.get("method", "of a table"))}, observed on {found.samples} '
        "samples; BM1684X, simulated</p>",
        f'<div class="tiles">{"".join(_tile(*tile) for tile in (*tiles, *own))}</div>',
        *sections(found, reasons),
        "<h2>Words</h2>",
        "<dl>",
        *(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in WORDS),
        "</dl>",
    ]
    return document(f"{name}: INT8", body)


def sections(found: Diagnosis, reasons: Mapping[str, str]) -> list[str]:
    """Return the parts about tensors and operations."""
    ordered = found.worst(len(found.tensors))
    first, rest = ordered[:FIRST_TENSORS], ordered[FIRST_TENSORS:]
    return [
        "<h2>Where errors begin</h2>",
        "<p>Each point is a tensor, in the order of computation; its height is its error. A rise that stays is an "
        "operation that loses what all that follows needs.</p>",
        _errors(found.tensors),
        "<h2>What stays in floats</h2>",
        _floats(found.floats, reasons),
        "<h2>Tensors</h2>",
        "<p>The values seen in calibration, those first whose range and step change them most. Heights are logarithms "
        "of counts; red lines are the ends of the range that 8 bits hold.</p>",
        *map(_histogram, first),
        *_folded(rest),
        _tensor_table(found.tensors),
    ]


def _tile(figure: str, meaning: str) -> str:
    return f'<div class="tile"><b>{escape(figure)}</b><span>{breakable(meaning)}</span></div>'


def _errors(tensors: Sequence[Tensor]) -> str:
    height, top, bottom = 260, 14, 30
    shown = [(index, item) for index, item in enumerate(tensors) if item.error > 0]
    if not shown:
        return "<p>No tensor has an error.</p>"
    exponents = [math.log10(item.error) for _, item in shown]
    low, high = math.floor(min(exponents)), math.ceil(max(*exponents, math.floor(min(exponents)) + 1))

    def y(exponent: float) -> float:
        return top + (height - top - bottom) * (high - exponent) / (high - low)

    parts = [
        f'<rect x="{LABEL}" y="{top}" width="{WIDTH - LABEL - 10}" height="{height - top - bottom}" class="back"/>'
    ]
    for power in range(low, high + 1):
        parts.append(f'<line x1="{LABEL}" x2="{WIDTH - 10}" y1="{y(power):.1f}" y2="{y(power):.1f}" class="grid"/>')
        parts.append(text(LABEL - 8, y(power) + 4, f"{10.0**power:g}", anchor="end", kind="small"))
    for (index, item), exponent in zip(shown, exponents, strict=True):
        x = LABEL + 8 + (WIDTH - LABEL - 26) * index / max(len(tensors) - 1, 1)
        note = f"{item.name} ({item.operator}): error {item.error:.3g}, cosine {item.cosine:.5f}"
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y(exponent):.1f}" r="3.5" class="{"mark" if item.limits else "wait"}">'
            f"<title>{escape(note)}</title></circle>"
        )
    parts.append(text(LABEL, height - 8, "from the inputs to the outputs; grey: floats", kind="small"))
    return svg(height, parts, "Error of each tensor")


def _floats(operations: Sequence[Operation], reasons: Mapping[str, str]) -> str:
    if not operations:
        return "<p>Nothing: every operation computes on integers.</p>"
    rows = [(op.name, op.kind, f"{op.macs:,}", reasons.get(op.name) or reason(op)) for op in operations]
    return table(("operation", "kind", "MACs", "why"), rows)


def reason(op: Operation) -> str:
    """Tell why an operation stays in floats that nobody asked for."""
    if op.moves:
        return "only moves what floats compute"
    if op.macs:
        return "one of its operands or its bias is neither a constant nor quantized"
    return f"{op.kind} has no integer form, or reads what floats compute"


def _histogram(item: Tensor) -> str:
    height = 96
    edges, counts = _buckets(item)
    highest = math.log1p(max(counts))
    plot = WIDTH - 20

    def x(value: float) -> float:
        return 10 + plot * (min(max(value, edges[0]), edges[-1]) - edges[0]) / (edges[-1] - edges[0])

    parts = [f'<rect x="10" y="4" width="{plot}" height="{height - 26}" class="back"/>']
    base = height - 22
    outline = [f"M10,{base}"]
    for count, right in zip(counts, edges[1:], strict=True):
        outline.append(f"V{base - (height - 26) * math.log1p(count) / highest:.1f}H{x(right):.1f}")
    parts.append(f'<path d="{"".join(outline)}V{base}Z" class="tiu"/>')
    for limit in item.limits or ():
        if edges[0] <= limit <= edges[-1]:
            parts.append(f'<line x1="{x(limit):.1f}" x2="{x(limit):.1f}" y1="2" y2="{height - 20}" class="roof"/>')
    for value, anchor in ((edges[0], "start"), (edges[-1], "end")):
        parts.append(text(x(value), height - 6, f"{value:.4g}", anchor=anchor, kind="small"))
    return (
        f"<h3>{breakable(item.name)} <small>{escape(item.operator)}, {_range_text(item)}, step {item.scale:.4g}, "
        f"{clipped_text(item)}, noise ratio {item.noise_ratio:.1f} dB</small></h3>"
        + svg(height, parts, f"Histogram of {item.name}")
    )


def _buckets(item: Tensor) -> tuple[list[float], list[float]]:
    """Return BARS + 1 edges from the least to the largest value, and how many lie between them."""
    seen = item.seen
    low, high = min(seen.minimum, 0.0), max(seen.maximum, 0.0)
    width = (high - low) / BARS or 1.0
    counts = [0.0] * BARS
    for sign, side in zip((-1, 1), seen.histogram.counts, strict=True):
        for index in side.nonzero()[0]:
            middle = sign * (float(index) + 0.5) * seen.histogram.width
            counts[min(BARS - 1, max(0, int((middle - low) / width)))] += float(side[index])
    zeros = seen.count - sum(counts)
    counts[min(BARS - 1, int(-low / width))] += zeros
    return [low + width * index for index in range(BARS + 1)], counts


def _folded(rest: Sequence[Tensor]) -> list[str]:
    if not rest:
        return []
    return [f"<details><summary>{len(rest)} more tensors</summary>", *map(_histogram, rest), "</details>"]


def clipped_text(item: Tensor) -> str:
    """Tell which share of the values is clipped, and whether that matters."""
    return f"{item.clipped:.2%} {'where the reader is flat' if item.narrowed else 'clipped'}"


def _range_text(item: Tensor) -> str:
    return "floats" if item.limits is None else f"{item.limits[0]:.4g} to {item.limits[1]:.4g}"


def _tensor_table(tensors: Sequence[Tensor]) -> str:
    rows = [
        (
            item.name,
            f"{item.seen.minimum:.4g}",
            f"{item.seen.maximum:.4g}",
            _range_text(item),
            "" if item.scale is None else f"{item.scale:.4g}",
            "" if item.limits is None else clipped_text(item),
            "" if item.limits is None else f"{item.noise_ratio:.1f}",
            f"{item.error:.3g}",
            f"{item.cosine:.5f}",
        )
        for item in tensors
    ]
    heads = ("tensor", "min", "max", "range", "step", "clipped", "noise ratio, dB", "error", "cosine")
    return table(heads, rows)
