"""The part of a profile's page that shows local memory: buffers over time, groups, and what comes back to it."""

from collections.abc import Sequence

from tpu_mlir.report.charts import LABEL, WIDTH, shortened, svg, text, time_axis
from tpu_mlir.report.document import table
from tpu_mlir.report.text import amount_text, escape, percent
from tpu_mlir.runtime.local_memory import Buffer
from tpu_mlir.runtime.memory import LANE_BYTES, LANES
from tpu_mlir.runtime.profile import Profile
from tpu_mlir.runtime.schedule import Group

HEIGHT, STEPS = 512, 8  # of the chart, in its own units; lines across it
FIRST_VALUES = 25  # shown in the table
LETTER = 7.5  # width of a letter of a label
KEY = " ".join(f'<i class="{kind}"></i>{kind}' for kind in ("computed", "loaded", "weights"))


def memory_section(profile: Profile, buffers: Sequence[Buffer]) -> list[str]:
    """Return the chart, its key, and the tensors that leave local memory and come back."""
    kept = [each for each in buffers if each.kind == "computed"]
    stay = sum(not each.stored for each in kept)
    loads = [each for each in buffers if each.kind != "computed"]
    early = sum(each.ahead > 0 for each in loads)
    weights = sum(each.moved for each in loads if each.kind == "weights")
    return [
        "<h2>Local memory over time</h2>",
        "<p>A rectangle is a buffer: the bytes of a lane upwards, from its first write to its last read to the right; "
        f"the paler, the fewer of the {LANES} lanes it fills. Point at one to read whose it is. Blank space could hold "
        "what is stored and loaded again, or weights that are loaded earlier.</p>",
        f'<p class="key">{KEY}</p>',
        memory_map(buffers, profile.cycles),
        f"<p>{amount_text(weights, 'B')} of weights are loaded. {early} of {len(loads)} loads end before their first "
        f"use begins. {stay} of {len(kept)} computed buffers stay in local memory until their last use; the others are "
        "stored.</p>",
        *_returning(profile, buffers),
    ]


def memory_map(buffers: Sequence[Buffer], cycles: int) -> str:
    """Plot the buffers: address in a lane by cycle."""
    plot, top = WIDTH - LABEL - 10, 8
    parts = [f'<rect x="{LABEL}" y="{top}" width="{plot}" height="{HEIGHT}" class="back"/>']
    for step in range(STEPS + 1):
        y = top + HEIGHT * (1 - step / STEPS)
        parts.append(f'<line x1="{LABEL}" x2="{LABEL + plot}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        label = f"{step * LANE_BYTES // STEPS // 1024} KiB"
        parts.append(text(LABEL - 8, y + 4, label, anchor="end", kind="small"))
    for each in buffers:
        x, y = LABEL + plot * each.start / cycles, top + HEIGHT * (1 - each.end / LANE_BYTES)
        width, height = plot * (each.stop - each.start) / cycles, HEIGHT * (each.end - each.begin) / LANE_BYTES
        parts.append(
            f'<rect x="{x:.2f}" y="{y:.2f}" width="{max(width, 0.3):.2f}" height="{max(height, 0.5):.2f}" '
            f'class="buffer {each.kind}" fill-opacity="{0.25 + 0.6 * each.lanes.bit_count() / LANES:.2f}">'
            f"<title>{escape(describe(each))}</title></rect>"
        )
        if height > 14 and width > 6 * LETTER:
            label = shortened(each.name, int(width / LETTER))
            parts.append(text(x + 3, y + min(height / 2, 20) + 4, label, kind="small inside"))
    parts += time_axis(top + HEIGHT, cycles)
    return svg(top + HEIGHT + 26, parts, "What lies in local memory over time")


def describe(buffer: Buffer) -> str:
    """Say whose a buffer is, where and when it lies, and what becomes of it."""
    lines = [
        f"{buffer.name}: {buffer.kind}",
        f"bytes {buffer.begin:#x} to {buffer.end:#x} of {buffer.lanes.bit_count()} lanes, {buffer.bytes:,} bytes",
        f"cycles {buffer.start:,} to {buffer.stop:,}",
    ]
    lines += [f"loaded {buffer.ahead:,} cycles before its first use"] if buffer.ahead else []
    lines += [f"{buffer.stored:,} bytes stored"] if buffer.stored else []
    lines += [f"read by {len(buffer.readers)} layers"] if len(buffer.readers) > 1 else []
    return "\n".join(lines)


def _returning(profile: Profile, buffers: Sequence[Buffer]) -> list[str]:
    inputs = {name for name, _, _ in profile.inputs}
    loads: dict[str, list[Buffer]] = {}
    for each in buffers:
        if each.kind == "loaded" and each.name not in inputs:
            loads.setdefault(each.name, []).append(each)
    if not loads:
        return []
    moved = {name: sum(each.moved for each in found) for name, found in loads.items()}
    stored = {name: sum(each.stored for each in buffers if each.name == name) for name in loads}
    order = sorted(loads, key=lambda name: -moved[name])
    rows = [
        (name, amount_text(stored[name], "B"), amount_text(moved[name], "B"), f"{len(loads[name])}")
        for name in order[:FIRST_VALUES]
    ]
    rest = len(order) - len(rows)
    return [
        "<h3>Tensors that leave local memory and come back</h3>",
        f"<p>{len(order)} tensors, {amount_text(sum(moved.values()), 'B')} of loads.</p>",
        table(("tensor", "stored", "loaded again", "loads"), rows),
        *([f'<p class="soft">and {rest} smaller ones</p>'] if rest else []),
    ]


def group_section(profile: Profile, groups: Sequence[Group]) -> list[str]:
    """Return a table of the groups that take longest; nothing without any."""
    if not groups:
        return []
    order = sorted(groups, key=lambda group: -group.share)
    heads = ("group", "tensors", "slices", "share", "found there", "loaded early", "result", "cut, since")
    return [
        "<h2>Groups</h2>",
        f"<p>{len(groups)} groups of tensors that are computed together, named by the result: what each finds "
        "in local memory, how many of its loads end before their first use begins, and what becomes of the "
        "result. The longest come first.</p>",
        table(heads, [_group_row(profile, group) for group in order[:FIRST_VALUES]]),
    ]


def _group_row(profile: Profile, group: Group) -> tuple[str, ...]:
    slices = " x ".join(f"{name} {count}" for name, count in zip("nchw", group.slices, strict=False) if count > 1)
    fates = [
        f"stays for {len(group.keeps_for)}" if group.keeps_for else "",
        f"{amount_text(group.stored, 'B')} stored" if group.stored else "",
        f"loaded again by {len(group.loaded_by)}" if group.loaded_by else "",
    ]
    return (
        group.tensors[-1],
        f"{len(group.tensors)}",
        slices or "whole",
        percent(group.share, profile.cycles),
        ", ".join(group.held) or "-",
        f"{group.early} of {group.loads}",
        ", ".join(filter(None, fates)) or "-",
        group.cut or "-",
    )
