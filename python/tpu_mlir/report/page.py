"""The page: figures, charts and tables of a profile, with what a reader needs to know about the chip."""

from collections.abc import Iterable, Sequence

from tpu_mlir.report.charts import Point, bar, roofline, utilisation
from tpu_mlir.report.document import document
from tpu_mlir.report.memory import group_section, memory_section
from tpu_mlir.report.text import amount_text, breakable, escape, percent, time_text
from tpu_mlir.runtime.local_memory import Buffer
from tpu_mlir.runtime.memory import LANE_BYTES, LANES
from tpu_mlir.runtime.profile import DDR_BYTES_PER_CYCLE, LayerProfile, Profile
from tpu_mlir.runtime.schedule import Group

FIRST_LAYERS = 25  # shown at once; the others can be unfolded
FIRST_WAITS = 12

GLOSSARY = (
    ("Compute engine (TIU)", "Does all arithmetic, on data in local memory only; one command after the other."),
    ("Transfer engine (GDMA)", "Copies data between global and local memory, beside the compute engine."),
    (
        "Local memory",
        f"{LANES * LANE_BYTES >> 20} MiB in the chip, {LANE_BYTES >> 10} KiB for each of {LANES} lanes. A layer's data "
        "pass through it in slices.",
    ),
    ("Global memory", "The DRAM: weights, inputs, outputs and what does not fit into local memory between layers."),
    (
        "Array",
        "The multipliers of convolutions and matrix products. Its utilisation is the time that the "
        "multiply-accumulates (MACs) would take if every multiplier worked in every cycle, out of the whole time.",
    ),
    ("Cycle", "A nanosecond at the nominal clock of 1 GHz."),
    (
        "Floor",
        "The least time: the larger of the cycles of all convolutions and matrix products as compiled, and of weights, "
        "inputs and outputs moved once at 58 bytes a cycle.",
    ),
    ("Wait", "An engine stands still until the other one has finished a command that it depends on."),
    ("Load, store", "A transfer from global to local memory, and back."),
)

TRUST = {
    "static": "Times come from a model of the chip, fitted to the vendor's static one: it tells which of two schedules "
    "is better and the order of magnitude on the chip. Published times of real boards are up to 40 % longer.",
    "silicon": "Times come from a model of the chip with what published times of boards show to take longer than the "
    "vendor's static model says. They are estimates, not measurements.",
}


def page(profile: Profile, memory: Sequence[Buffer] = (), groups: Sequence[Group] = ()) -> str:
    """Return the HTML text; it refers to nothing outside of itself.

    `memory` is what `local_memory` found, `groups` what `groups_of` did; without them their sections are missing.
    """
    ordered = sorted(profile.layers, key=lambda layer: -layer.share)
    title = f"{profile.network}: where the time goes"
    body = [
        f"<h1>{breakable(profile.network)}</h1>",
        f'<p class="soft">{breakable(_origin(profile))}</p>',
        f'<div class="tiles">{"".join(_tiles(profile))}</div>',
        f"<p>{breakable(_summary(profile, ordered))}</p>",
        "<h2>The engines over time</h2>",
        "<p>The chip has two engines that work side by side: one computes, one moves data. A full bar is an engine "
        "that never pauses; where both bars have gaps, each waits for the other.</p>",
        utilisation(profile.commands, profile.cycles),
        *(memory_section(profile, memory) if memory else ()),
        *group_section(profile, groups),
        *_roofline(profile, ordered),
        "<h2>Layers</h2>",
        "<p>Layers by their share of the time: the time in which a layer computes, and the time in which nothing "
        "computes and its data are on the way. A layer is named by the tensor that it makes. Click a heading to "
        "sort.</p>",
        '<p class="key"><i class="tiu"></i>computing <i class="gdma"></i>moving data while nothing computes</p>',
        _layer_table(profile, ordered[:FIRST_LAYERS]),
        *_folded(profile, ordered[FIRST_LAYERS:]),
        *_waits(profile),
        "<h2>Words</h2>",
        "<dl>",
        *(f"<dt>{escape(word)}</dt><dd>{escape(meaning)}</dd>" for word, meaning in GLOSSARY),
        "</dl>",
        f'<p class="soft">{escape(TRUST[profile.cycle_model])}</p>',
    ]
    return document(title, body)


def _origin(profile: Profile) -> str:
    inputs = ", ".join(f"{name} {kind} {'x'.join(map(str, shape))}" for name, kind, shape in profile.inputs)
    return f"{profile.model}, stage {profile.stage}, inputs {inputs or 'none'}; BM1684X at 1 GHz, simulated"


def _tiles(profile: Profile) -> Iterable[str]:
    moved = profile.bytes_read + profile.bytes_written
    bandwidth = moved / profile.cycles if profile.cycles else 0.0
    tiles = (
        (time_text(profile.cycles), f"one run; {profile.cycles:,} cycles"),
        (percent(profile.busy("tiu"), profile.cycles), "compute engine busy"),
        (percent(profile.busy("gdma"), profile.cycles), "transfer engine busy"),
        (percent(profile.ideal, profile.cycles), f"of the array used; {amount_text(profile.macs, 'MAC')}"),
        (amount_text(moved, "B"), f"moved; {percent(profile.bytes_read, moved)} of it read"),
        (percent(profile.floor.cycles, profile.cycles), f"of the floor reached; {_floor(profile)}"),
        (f"{bandwidth:.1f} GB/s", f"of the memory's {DDR_BYTES_PER_CYCLE:g} on average"),
    )
    return (f'<div class="tile"><b>{escape(value)}</b><span>{breakable(what)}</span></div>' for value, what in tiles)


def _floor(profile: Profile) -> str:
    floor = profile.floor
    what = "the array's work" if floor.array >= floor.transfers else f"{amount_text(floor.bytes, 'B')} once"
    return f"{time_text(floor.cycles)}, {what}"


def _summary(profile: Profile, ordered: Sequence[LayerProfile]) -> str:
    """Say in words what limits the network."""
    if not profile.cycles or not ordered:
        return "The network takes no time."
    tiu, gdma = profile.busy("tiu") / profile.cycles, profile.busy("gdma") / profile.cycles
    if gdma > 0.85 and gdma > tiu:
        limit = "Memory is the limit: the transfer engine hardly ever pauses"
    elif tiu > 0.85:
        limit = "Arithmetic is the limit: the compute engine hardly ever pauses"
    elif max(tiu, gdma) > 0.6:
        limit = (
            f"The {'compute' if tiu > gdma else 'transfer'} engine is busy most of the time, the other one waits for it"
        )
    else:
        limit = "Neither engine is busy all the time: they wait for each other"
    top = ordered[: min(3, len(ordered))]
    named = ", ".join(f"{layer.name} ({percent(layer.share, profile.cycles)})" for layer in top)
    return f"{limit}. Most time goes to {named}."


def _roofline(profile: Profile, ordered: Sequence[LayerProfile]) -> list[str]:
    points: list[Point] = []
    for layer in ordered:
        time = max(layer.share, layer.moving)
        if layer.macs and layer.bytes and time:
            rate = layer.macs / time
            note = f"{percent(layer.share, profile.cycles)} of the time, {amount_text(layer.macs, 'MAC')}, "
            note += f"{amount_text(layer.bytes, 'B')}, {percent(layer.ideal, time)} of the array"
            points.append(Point(layer.name, layer.macs / layer.bytes, rate, layer.share / profile.cycles, note))
    peaks = sorted({each.macs_per_cycle for each in profile.commands if each.macs_per_cycle})
    if not points:
        return []
    roofs = [(f"array, {peak:,} a cycle", float(peak)) for peak in peaks]
    return [
        "<h2>Arithmetic against memory</h2>",
        "<p>Each circle is a layer with multiplications, larger if it takes more time. The slanted line is as fast as "
        "the memory delivers, a level line as fast as the array computes at a precision. A layer under the slanted "
        "part can only become faster by moving less; one far below both lines waits or computes something else.</p>",
        roofline(points, roofs, DDR_BYTES_PER_CYCLE),
    ]


def _layer_table(profile: Profile, layers: Sequence[LayerProfile]) -> str:
    heads = ("layer", "mostly", "share", "", "computing", "moving", "waiting", "bytes", "MACs", "array", "limit")
    head = "".join(f'<th class="{"left" if name in ("mostly", "limit") else ""}">{name}</th>' for name in heads)
    rows = "".join(_layer_row(profile, layer) for layer in layers)
    return f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'


def _layer_row(profile: Profile, layer: LayerProfile) -> str:
    longest = max(1, *(each.share for each in profile.layers))
    computing = min(layer.computing, layer.share) / longest
    pieces = [(computing, "tiu"), (layer.share / longest - computing, "gdma")]
    cells = [
        f'<td class="name">{breakable(layer.name)}</td>',
        f'<td class="left">{escape(layer.operation)}</td>',
        _number(layer.share, percent(layer.share, profile.cycles)),
        f'<td data-value="{layer.share}">{bar(pieces)}</td>',
        _number(layer.computing, time_text(layer.computing)),
        _number(layer.moving, time_text(layer.moving)),
        _number(layer.waited, time_text(layer.waited)),
        _number(layer.bytes, amount_text(layer.bytes, "B")),
        _number(layer.macs, amount_text(layer.macs, "") if layer.macs else "-"),
        _number(layer.ideal, percent(layer.ideal, max(layer.share, layer.moving)) if layer.macs else "-"),
        f'<td class="left">{layer.bound}</td>',
    ]
    return f"<tr>{''.join(cells)}</tr>"


def _number(value: float, shown: str) -> str:
    return f'<td data-value="{value:.6g}">{escape(shown)}</td>'


def _folded(profile: Profile, layers: Sequence[LayerProfile]) -> list[str]:
    if not layers:
        return []
    share = percent(sum(layer.share for layer in layers), profile.cycles)
    summary = f"<summary>{len(layers)} more layers, {share} of the time</summary>"
    return [f"<details>{summary}{_layer_table(profile, layers)}</details>"]


def _waits(profile: Profile) -> list[str]:
    waits = [(cycles, layer.name, cause) for layer in profile.layers for cause, cycles in layer.waits.items()]
    if not waits:
        return []
    total = sum(cycles for cycles, _, _ in waits)
    rows = "".join(
        f'<tr><td class="name">{breakable(name)}</td><td class="left">{breakable(cause_text(name, cause))}</td>'
        f"{_number(cycles, time_text(cycles))}{_number(cycles, percent(cycles, profile.cycles))}</tr>"
        for cycles, name, cause in sorted(waits, reverse=True)[:FIRST_WAITS]
    )
    head = '<th>layer</th><th class="left">waits for</th><th>time</th><th>of the whole</th>'
    return [
        "<h2>What the compute engine waits for</h2>",
        f"<p>It stands still for {time_text(total)}, {percent(total, profile.cycles)} of the time, before commands of "
        "these layers. Loads that come too late can be hidden if there is something to compute meanwhile.</p>",
        f'<div class="scroll"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>',
    ]


def cause_text(layer: str, cause: tuple[str, str]) -> str:
    """Say what a layer waits for."""
    kind, other = cause
    whose = "its own" if other == layer else f"{other}'s"
    texts = {"load": f"{whose} load", "store": f"{whose} store to end", "move": f"{whose} data inside the chip"}
    return texts.get(kind, "its group to start")
