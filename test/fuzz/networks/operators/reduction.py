"""Reductions, normalisations, and what runs along an axis."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes
from onnx import defs

_RANGES: dict[str, tuple[float, float]] = {
    "ReduceLogSum": (0.01, 1e3),
    "ReduceLogSumExp": (-10, 10),
    "ReduceProd": (-1.5, 1.5),
    "ReduceSumSquare": (-20, 20),
}


@writes(*_RANGES, "ReduceL1", "ReduceL2", "ReduceMax", "ReduceMean", "ReduceMin", "ReduceSum")
def reduce(d: Draft, op: str) -> list[str]:
    low, high = _RANGES.get(op, (-np.inf, np.inf))
    x = d.floats((1, 5), low, high)
    axes = shapes.axes(d.random, d.values[x].ndim)
    by_operand = len(defs.get_schema(op, d.opset, "").inputs) > 1
    keep = {"keepdims": d.integer(0, 1)}
    if d.chance(0.15):
        return d.emit(op, [x], **keep)
    return d.emit(op, [x, d.parameter(axes)], **keep) if by_operand else d.emit(op, [x], axes=axes, **keep)


@writes("ArgMax", "ArgMin")
def argument(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    rank = d.values[x].ndim
    return d.emit(op, [x], axis=d.integer(-rank, rank - 1), keepdims=d.integer(0, 1))


@writes("CumSum")
def cumulative(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    rank = d.values[x].ndim
    axis = d.parameter(d.integer(-rank, rank - 1))
    return d.emit(op, [x, axis], exclusive=d.integer(0, 1), reverse=d.integer(0, 1))


def _channels(d: Draft, count: int, low: float, high: float) -> str:
    return d.weight(d.random.uniform(low, high, count).astype(np.float32))


@writes("BatchNormalization")
def batch_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((2, 5))
    count = d.values[x].shape[1]
    limits = [(0.2, 2), (-1, 1), (-1, 1), (0.2, 4)]
    return d.emit(op, [x, *(_channels(d, count, *limit) for limit in limits)], epsilon=1e-4)


# A norm over one element is its bias, but for what the difference of two equal numbers leaves: those are not written.


@writes("InstanceNormalization")
def instance_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((3, 4))
    count = d.values[x].shape[1]
    if d.values[x][0, 0].size == 1:
        return []
    return d.emit(op, [x, _channels(d, count, 0.2, 2), _channels(d, count, -1, 1)], epsilon=1e-3)


@writes("GroupNormalization")
def group_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((3, 4))
    count = d.values[x].shape[1]
    groups = d.choice([item for item in range(1, count + 1) if count % item == 0])
    size = count if d.opset >= 21 else groups
    if d.values[x][0].size == groups:
        return []
    return d.emit(op, [x, _channels(d, size, 0.2, 2), _channels(d, size, -1, 1)], num_groups=groups, epsilon=1e-3)


@writes("LayerNormalization")
def layer_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    shape = d.values[x].shape
    axis = d.integer(0, len(shape) - 1)
    if np.prod(shape[axis:]) == 1:
        return []
    scale = d.weight(d.random.uniform(0.2, 2, shape[axis:]).astype(np.float32))
    bias = [d.weight(d.random.normal(0, 1, shape[axis:]).astype(np.float32))] if d.chance(0.6) else []
    return d.emit(op, [x, scale, *bias], axis=axis, epsilon=1e-3)


@writes("LpNormalization")
def lp_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    rank = d.values[x].ndim
    return d.emit(op, [x], axis=d.integer(-rank, rank - 1), p=d.integer(1, 2))


@writes("MeanVarianceNormalization")
def mean_variance_normalization(d: Draft, op: str) -> list[str]:
    x = d.floats((4, 4))
    axes = sorted({axis % 4 for axis in shapes.axes(d.random, 4)}) if d.chance(0.5) else [0, 2, 3]
    array = d.values[x]
    with np.errstate(all="ignore"):
        deviation, largest = array.std(tuple(axes)), np.abs(array).max(tuple(axes))
    if (deviation < 1e-2 * largest).any():  # the root of E[x^2] - E[x]^2, less than nothing in ONNX Runtime
        return []
    return d.emit(op, [x], axes=axes)


@writes("LRN")
def local_response_normalization(d: Draft, op: str) -> list[str]:
    return d.emit(op, [d.floats((4, 4), -100, 100)], size=d.choice([1, 3, 5]), alpha=0.01, beta=0.75, bias=1.0)
