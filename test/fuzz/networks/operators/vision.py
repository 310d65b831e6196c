"""Images from columns and at constant places."""

import numpy as np
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes


@writes("Col2Im")
def image_from_columns(d: Draft, op: str) -> list[str]:
    block, strides = [[d.integer(1, 3) for _ in range(2)] for _ in range(2)]
    counts, pads = [d.integer(1, 5) for _ in range(2)], [d.integer(0, 1) for _ in range(4)]
    image = [
        max(1, (count - 1) * stride + taps - pads[axis] - pads[axis + 2])
        for axis, (count, stride, taps) in enumerate(zip(counts, strides, block, strict=True))
    ]
    x = d.fresh((d.integer(1, 2), d.integer(1, 4) * block[0] * block[1], counts[0] * counts[1]))
    return d.emit(op, [x, d.parameter(image), d.parameter(block)], strides=strides, pads=pads)


@writes("GridSample")
def grid_sample(d: Draft, op: str) -> list[str]:
    found = d.pick(lambda array: array.ndim == 4 and array.size < 4096) if d.chance(0.6) else None
    x = found or d.fresh((d.integer(1, 2), d.integer(1, 5), d.integer(1, 9), d.integer(1, 9)))
    grid = d.random.uniform(-1.3, 1.3, (d.values[x].shape[0], d.integer(1, 6), d.integer(1, 6), 2))
    modes = ["bilinear", "nearest"] if d.opset < 20 else ["linear", "nearest", "cubic"]
    how = {"mode": d.choice(modes), "padding_mode": d.choice(["zeros", "border", "reflection"])}
    return d.emit(op, [x, d.parameter(grid, np.float32)], align_corners=d.integer(0, 1), **how)


@writes("RoiAlign")
def roi_align(d: Draft, op: str) -> list[str]:
    found = d.pick(lambda array: array.ndim == 4 and array.size < 4096) if d.chance(0.6) else None
    x = found or d.fresh((d.integer(1, 2), d.integer(1, 5), d.integer(2, 9), d.integer(2, 9)))
    begins = d.random.uniform(0, 6, (d.integer(1, 3), 2))
    regions = np.concatenate([begins, begins + d.random.uniform(0.5, 6, begins.shape)], 1)
    images = d.parameter(d.random.integers(0, d.values[x].shape[0], len(begins)))
    how = {"output_height": d.integer(1, 3), "output_width": d.integer(1, 3), "sampling_ratio": d.integer(0, 2)}
    return d.emit(op, [x, d.parameter(regions, np.float32), images], **how)
