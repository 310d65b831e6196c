"""The same elements in another order, parts of them, or more around them."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes


def _any(d: Draft, low: int = 0) -> str:
    return d.pick(lambda array: low <= array.ndim <= 5, "fib" if d.chance(0.3) else "f") or d.floats((max(low, 1), 5))


@writes("Reshape")
def reshape(d: Draft, op: str) -> list[str]:
    x = _any(d)
    new = list(shapes.factors(d.random, d.values[x].size, d.integer(1, 6)))
    if d.chance(0.4):
        new[d.integer(0, len(new) - 1)] = -1
    return d.emit(op, [x, d.parameter(new)])


@writes("Flatten")
def flatten(d: Draft, op: str) -> list[str]:
    x = d.floats()
    return d.emit(op, [x], axis=d.integer(0, d.values[x].ndim))


def _with_axes(d: Draft, op: str, x: str, axes: list[int]) -> list[str]:
    return d.emit(op, [x, d.parameter(axes)]) if d.opset >= 13 else d.emit(op, [x], axes=axes)


@writes("Squeeze")
def squeeze(d: Draft, op: str) -> list[str]:
    x = _any(d)
    ones = [axis for axis, dim in enumerate(d.values[x].shape) if dim == 1]
    if not ones:
        return []
    return d.emit(op, [x]) if d.chance(0.3) else _with_axes(d, op, x, ones[: d.integer(1, len(ones))])


@writes("Unsqueeze")
def unsqueeze(d: Draft, op: str) -> list[str]:
    x = _any(d)
    rank = d.values[x].ndim
    return _with_axes(d, op, x, [d.integer(0, rank)] if d.chance(0.7) else [0, rank + 1])


@writes("Transpose")
def transpose(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    return d.emit(op, [x], perm=d.random.permutation(d.values[x].ndim).tolist()) if d.chance(0.9) else d.emit(op, [x])


@writes("Expand")
def expand(d: Draft, op: str) -> list[str]:
    x = _any(d)
    shape = [dim if dim > 1 or d.chance(0.4) else d.integer(1, 6) for dim in d.values[x].shape]
    return d.emit(op, [x, d.parameter([*([d.integer(1, 3)] if d.chance(0.3) else []), *shape])])


@writes("Tile")
def tile(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    return d.emit(op, [x, d.parameter([d.choice([1, 1, 2, 3]) for _ in d.values[x].shape])])


@writes("Concat")
def concat(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    shape = d.values[x].shape
    axis = d.integer(0, len(shape) - 1)
    rest = [shape[:axis] + (shapes.size(d.random, 40),) + shape[axis + 1 :] for _ in range(d.integer(0, 3))]
    operands = [x, *(d.pick(lambda a: a.shape == shape) or d.fresh(other) for other in rest)]
    return d.emit(
        op, [operands[i] for i in d.random.permutation(len(operands))], axis=axis - len(shape) * d.integer(0, 1)
    )


@writes("Split")
def split(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    shape = d.values[x].shape
    axis = d.integer(0, len(shape) - 1)
    count = d.integer(1, min(4, shape[axis]))
    if shape[axis] % count == 0 and d.chance(0.4):
        return d.emit(op, [x], count, axis=axis, **({"num_outputs": count} if d.opset >= 18 else {}))
    cuts = np.sort(d.random.choice(shape[axis] - 1, count - 1, replace=False) + 1) if count > 1 else np.zeros(0, int)
    sizes = np.diff([0, *cuts.tolist(), shape[axis]]).tolist()
    if d.opset < 13:
        return d.emit(op, [x], count, axis=axis, split=sizes)
    return d.emit(op, [x, d.parameter(sizes)], count, axis=axis)


@writes("Slice")
def slice_(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    shape = d.values[x].shape
    axes = shapes.axes(d.random, len(shape))
    starts, ends, steps = [], [], []
    for axis in axes:
        dim = shape[axis]
        low, high = sorted((d.integer(0, dim), d.integer(0, dim)))
        backwards = d.opset >= 10 and d.chance(0.25)
        steps.append((-1 if backwards else 1) * (d.integer(1, 3) if d.opset >= 10 and d.chance(0.4) else 1))
        starts.append(high if backwards else low - (dim if d.chance(0.2) else 0))
        ends.append(low - 1 - dim if backwards else d.choice([high, 1 << 40]))
    if d.opset < 10:
        return d.emit(op, [x], starts=starts, ends=ends, axes=axes)
    return d.emit(op, [x, *(d.parameter(item) for item in (starts, ends, axes, steps))])


@writes("Pad")
def pad(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    shape = d.values[x].shape
    mode = d.choice(["constant", "constant", "reflect", "edge"])
    limits = [min(3, dim - 1) if mode == "reflect" else 3 for dim in shape] * 2
    pads = [d.integer(0, limit) if d.chance(0.5) else 0 for limit in limits]
    if d.opset < 11:
        return d.emit(op, [x], pads=pads, mode=mode)
    value = [d.parameter(d.choice([0.0, 1.5, -2.0]), np.float32)] if mode == "constant" and d.chance(0.6) else []
    return d.emit(op, [x, d.parameter(pads), *value], mode=mode)


@writes("Gather")
def gather(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    shape = d.values[x].shape
    axis = d.integer(-len(shape), len(shape) - 1)
    dim = shape[axis]
    count = shapes.shape(d.random, d.integer(0, 2), 12)
    return d.emit(op, [x, d.parameter(d.random.integers(-dim, dim, count))], axis=axis)


@writes("GatherElements")
def gather_elements(d: Draft, op: str) -> list[str]:
    x = _any(d, 1)
    shape = d.values[x].shape
    axis = d.integer(-len(shape), len(shape) - 1)
    return d.emit(op, [x, d.parameter(d.random.integers(0, shape[axis], shape))], axis=axis)


@writes("Trilu")
def triangle(d: Draft, op: str) -> list[str]:
    x = d.floats((2, 5))
    rows, columns = d.values[x].shape[-2:]
    return d.emit(op, [x, d.parameter(d.integer(-rows, columns))], upper=d.integer(0, 1))
