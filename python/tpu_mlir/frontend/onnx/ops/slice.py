"""Parts of a tensor, and more around it."""

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import is_float
from tpu_mlir.frontend.onnx.values import result


def _slice(n: Node, starts: list[int], ends: list[int], axes: list[int] | None, steps: list[int] | None) -> Imported:
    shape = n.shape(0)
    axes = list(range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise Unsupported(f"Slice expects starts, ends, axes and steps of one length and no step of 0, found {steps}")
    ranges = [range(size) for size in shape]
    for start, end, axis, step in zip(starts, ends, axes, steps, strict=True):
        axis = n.axis(axis, len(shape))
        ranges[axis] = range(shape[axis])[start:end:step]
    sizes = [len(chosen) for chosen in ranges]
    # Of none there is no first element, and of one no step: both may lie outside of what the operation takes.
    offsets = [chosen.start if chosen else 0 for chosen in ranges]
    steps = [chosen.step if len(chosen) > 1 else 1 for chosen in ranges]
    return top.SliceOp(n.value(0), offsets, sizes, steps)


@importer("Slice", 1)
def slice_by_attributes(n: Node) -> Imported:
    """Import Slice whose limits are attributes."""
    axes = n.ints_attr("axes") if n.given("axes") else None
    return _slice(n, n.ints_attr("starts"), n.ints_attr("ends"), axes, None)


@importer("Slice", 10, 11, 13)
def slice_by_operands(n: Node) -> Imported:
    """Import Slice whose limits are constant operands."""
    axes = n.integers(3, "axes") if n.has(3) else None
    steps = n.integers(4, "steps") if n.has(4) else None
    return _slice(n, n.integers(1, "starts"), n.integers(2, "ends"), axes, steps)


@exporter("slice")
def export_slice(e: Exported) -> None:
    """Write Slice; an end before the first element is written as the least integer, since -1 is the last element."""
    offsets, sizes, steps = e.ints_attr("offsets"), e.ints_attr("sizes"), e.ints_attr("strides")
    ends = [
        offset + (size - 1) * step + (1 if step > 0 else -1)
        for offset, size, step in zip(offsets, sizes, steps, strict=True)
    ]
    least = int(np.iinfo(np.int64).min)
    limits = {
        "starts": offsets,
        "ends": [end if end >= 0 else least for end in ends],
        "axes": list(range(len(offsets))),
        "steps": steps,
    }
    e.emit("Slice", [*e.inputs, *(e.constant(values, name) for name, values in limits.items())])


def _pad(n: Node, pads: list[int], value: float) -> Imported:
    mode, shape = n.str_attr("mode", "constant"), n.shape(0)
    rank = len(shape)
    if mode not in ("constant", "reflect", "edge", "wrap"):
        raise Unsupported(f"Pad expects the mode constant, reflect, edge or wrap, found {mode}")
    if len(pads) != 2 * rank:
        raise Unsupported(f"Pad expects {2 * rank} pads, found {len(pads)}")
    if not is_float(n.dtype(0)) and float(np.float32(value)) != value:
        raise Unsupported(f"Pad of {n.dtype(0)} expects a value that float32 has, found {value:.0f}")
    cut = [min(pad, 0) for pad in pads]
    sizes = [size + cut[axis] + cut[rank + axis] for axis, size in enumerate(shape)]
    if min(sizes, default=0) < 0:
        raise Unsupported(f"Pad takes more from the shape {shape} than there is, with pads {pads}")
    source: ir.Value = n.value(0)
    if any(cut):
        inner = None if max(pads) <= 0 else n.at("cut")
        offsets = [-pad if size else 0 for pad, size in zip(cut[:rank], sizes, strict=True)]
        cropped = top.SliceOp(source, offsets, sizes, [1] * rank, loc=inner)
        if inner is None:
            return cropped
        source = result(cropped)
    return top.PadOp(source, enum("pad_mode", mode), [max(pad, 0) for pad in pads], value)


@importer("Pad", 1, 2)
def pad_by_attributes(n: Node) -> Imported:
    """Import Pad whose pads are an attribute."""
    return _pad(n, n.ints_attr("paddings" if n.opset < 2 else "pads"), n.float_attr("value", 0.0))


@importer("Pad", 11, 13, 18, 19, 21)
def pad_by_operands(n: Node) -> Imported:
    """Import Pad whose pads are a constant operand, from 18 on for chosen axes only; negative ones cut."""
    rank, pads = n.rank(0), n.integers(1, "pads")
    if n.has(3):
        axes = [n.axis(axis, rank) for axis in n.integers(3, "axes")]
        if len(pads) != 2 * len(axes):
            raise Unsupported(f"Pad expects {2 * len(axes)} pads for its axes, found {len(pads)}")
        spread = [0] * (2 * rank)
        for position, axis in enumerate(axes):
            spread[axis], spread[rank + axis] = pads[position], pads[len(axes) + position]
        pads = spread
    return _pad(n, pads, n.scalar(2, "value", 0.0))


@exporter("pad")
def export_pad(e: Exported) -> None:
    """Write Pad."""
    pads = e.constant(e.ints_attr("pads"), "pads")
    value = e.constant(np.array(e.float_attr("value"), e.dtype()), "value")
    e.emit("Pad", [*e.inputs, pads, value], mode=e.enum_attr("mode"))
