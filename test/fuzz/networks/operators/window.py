"""Convolutions, pools, interpolation, and channels that become space."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes


def _image(d: Draft, ranks: tuple[int, int] = (3, 5)) -> str:
    found = d.pick(lambda array: ranks[0] <= array.ndim <= ranks[1]) if d.chance(0.8) else None
    if found:
        return found
    rank = d.integer(*ranks)
    return d.fresh(
        shapes.shape(d.random, rank) if d.chance(0.5) else (1, d.integer(1, 9), *([d.integer(3, 19)] * (rank - 2)))
    )


def _geometry(d: Draft, size: tuple[int, ...], dilated: bool = True) -> dict[str, object]:
    """Return kernel, strides, pads and dilations for dimensions of some sizes."""
    kernel = [d.integer(1, min(5, item)) for item in size]
    found: dict[str, object] = {"kernel_shape": kernel}
    if d.chance(0.6):
        found["strides"] = [d.integer(1, 3) for _ in size]
    if d.chance(0.5):
        found["pads"] = [d.integer(0, (item - 1) if item > 1 else 0) for _ in range(2) for item in kernel]
    elif d.chance(0.3):
        found["auto_pad"] = d.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    if dilated and d.chance(0.25) and "auto_pad" not in found:
        fits = [(item - 1) // max(1, taps - 1) for item, taps in zip(size, kernel, strict=True)]
        found["dilations"] = [d.integer(1, max(1, min(3, most))) for most in fits]
    return found


def _weights(d: Draft, *shape: int) -> str:
    deviation = 1 / np.sqrt(max(1, int(np.prod(shape[1:]))))
    return d.weight(d.random.normal(0, deviation, shape).astype(np.float32))


def _filters(d: Draft, *shape: int) -> str:
    return d.fresh(shape, -0.5, 0.5) if d.chance(0.2) else _weights(d, *shape)


@writes("Conv")
def convolution(d: Draft, op: str) -> list[str]:
    x = _image(d)
    _, channels, *size = d.values[x].shape
    how = _geometry(d, tuple(size))
    group = d.choice([item for item in (1, 1, 1, 2, 3, channels) if channels % item == 0])
    count = group * d.integer(1, 5)
    bias = [d.weight(d.random.normal(0, 1, count).astype(np.float32))] if d.chance(0.6) else []
    return d.emit(op, [x, _filters(d, count, channels // group, *how["kernel_shape"]), *bias], group=group, **how)


@writes("ConvTranspose")
def transposed(d: Draft, op: str) -> list[str]:
    x = _image(d)
    _, channels, *size = d.values[x].shape
    how = _geometry(d, tuple(size))
    how.pop("auto_pad", None)
    strides = how.get("strides", [1] * len(size))
    if d.chance(0.3):
        how["output_padding"] = [d.integer(0, item - 1) for item in strides]
    group = d.choice([item for item in (1, 1, 2, channels) if channels % item == 0])
    count = d.integer(1, 5)
    bias = [d.weight(d.random.normal(0, 1, group * count).astype(np.float32))] if d.chance(0.6) else []
    return d.emit(op, [x, _filters(d, channels, count, *how["kernel_shape"]), *bias], group=group, **how)


@writes("MaxPool")
def max_pool(d: Draft, op: str) -> list[str]:
    x = _image(d)
    return d.emit(op, [x], ceil_mode=d.integer(0, 1), **_geometry(d, d.values[x].shape[2:]))


@writes("AveragePool")
def average_pool(d: Draft, op: str) -> list[str]:
    x = _image(d)
    how = _geometry(d, d.values[x].shape[2:], dilated=d.opset >= 19)
    return d.emit(op, [x], ceil_mode=d.integer(0, 1), count_include_pad=d.integer(0, 1), **how)


@writes("LpPool")
def lp_pool(d: Draft, op: str) -> list[str]:
    x = _image(d)
    return d.emit(op, [x], p=d.integer(1, 4), **_geometry(d, d.values[x].shape[2:], dilated=False))


@writes("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")
def global_pool(d: Draft, op: str) -> list[str]:
    return d.emit(op, [_image(d)], **({"p": d.integer(1, 4)} if "Lp" in op else {}))


@writes("DepthToSpace")
def depth_to_space(d: Draft, op: str) -> list[str]:
    block = d.integer(1, 3)
    x = d.fresh((d.integer(1, 2), block * block * d.integer(1, 4), d.integer(1, 9), d.integer(1, 9)))
    return d.emit(op, [x], blocksize=block, **({"mode": d.choice(["DCR", "CRD"])} if d.opset >= 11 else {}))


@writes("SpaceToDepth")
def space_to_depth(d: Draft, op: str) -> list[str]:
    block = d.integer(1, 3)
    x = d.fresh((d.integer(1, 2), d.integer(1, 5), block * d.integer(1, 5), block * d.integer(1, 5)))
    return d.emit(op, [x], blocksize=block)


@writes("Resize")
def resize(d: Draft, op: str) -> list[str]:
    x = _image(d, (4, 4))
    shape = d.values[x].shape
    scales = [1.0, 1.0, *(d.choice([0.5, 1.0, 2.0, 3.0, 1.5, 0.7]) for _ in shape[2:])]
    mode = d.choice(["nearest", "linear", "cubic"])
    if d.opset < 11:
        return d.emit(op, [x, d.parameter(scales, np.float32)], mode=d.choice(["nearest", "linear"]))
    how: dict[str, object] = {"mode": mode}
    how["coordinate_transformation_mode"] = d.choice(
        ["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"]
    )
    if mode == "nearest":
        how["nearest_mode"] = d.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
    whole = all((size * scale).is_integer() for size, scale in zip(shape, scales, strict=True))
    # ONNX divides by the length before it is rounded, ONNX Runtime by the rounded one.
    if d.chance(0.5) and (whole or how["coordinate_transformation_mode"] != "align_corners"):
        return d.emit(op, [x, "", d.parameter(scales, np.float32)], **how)
    sizes = [*shape[:2], *(max(1, int(size * scale)) for size, scale in zip(shape[2:], scales[2:], strict=True))]
    return d.emit(op, [x, "", "", d.parameter(sizes)], **how)


@writes("Upsample")
def upsample(d: Draft, op: str) -> list[str]:
    if d.opset > 9:
        return []
    x = _image(d, (4, 4))
    scales = [1.0, 1.0, float(d.integer(1, 3)), float(d.integer(1, 3))]
    how = {"mode": d.choice(["nearest", "linear"])}
    if d.opset < 9:
        return d.emit(op, [x], scales=scales, **how)
    return d.emit(op, [x, d.parameter(scales, np.float32)], **how)


@writes("MaxUnpool")
def max_unpool(d: Draft, op: str) -> list[str]:
    """Of what a pool has found, at the places where it has."""
    x = d.fresh((d.integer(1, 2), d.integer(1, 4), 2 * d.integer(1, 5), 2 * d.integer(1, 5)))
    how = {"kernel_shape": [2, 2], "strides": [2, 2]}
    found = d.emit("MaxPool", [x], 2, **how)
    return d.emit(op, found, **how) if found else []
