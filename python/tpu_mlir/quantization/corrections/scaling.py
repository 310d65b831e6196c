"""Moves factors of channels from a value into the weights of what reads it; the network stays what it is.

A value's channels are multiplied by positive factors: in the weights of what computes it, or after it. What reads it
divides its own weights by them. Factors are powers of two, so that no result changes by a bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.editing import (
    SCALED,
    Floats,
    constant,
    make_constant,
    operands_of,
    producer,
    rebuild,
    scale_by_channel,
    set_constant,
    shape_of,
    users,
    value_name,
)

# What computes the same from scaled channels, scaled: f(a x) = a f(x) for a > 0, channel by channel.
_CARRIERS = frozenset({"top.relu", "top.leaky_relu", "top.max_pool", "top.average_pool"})
_PRODUCTS = ("top.conv", "top.matmul")
_MOST = 1024.0  # a channel is enlarged by at most that, since other inputs may fill it more than the samples do


@dataclass(frozen=True)
class Site:
    """A value whose channels can be scaled: the operations that pass them on, in order, and those that read them."""

    value: ir.Value
    axis: int
    carriers: tuple[ir.Operation, ...]
    readers: tuple[ir.Operation, ...]


def find_site(value: ir.Value, reader: str) -> Site | None:
    """Return how to scale a value if only operations of the kind `reader`, with weights of their own, read it."""
    axis = 1 if reader == "top.conv" else len(shape_of(value)) - 1
    carriers, readers = list[ir.Operation](), list[ir.Operation]()
    pending = [value]
    while pending:
        uses = users(pending.pop())
        for op, index in uses:
            if op.name == reader and index == 0 and owns_weights(op):
                readers.append(op)
            elif reader == "top.conv" and op.name in _CARRIERS:
                carriers.append(op)
                pending.append(op.results[0])
            else:
                return None
        if not uses:
            return None
    return Site(value, axis, tuple(carriers), tuple(dict.fromkeys(readers)))


def has_weights(op: ir.Operation) -> bool:
    """Tell whether a convolution or product has constant weights of f32, the same for all of its batch."""
    return constant(op, 1) is not None and (op.name == "top.conv" or len(shape_of(op.operands[1])) == 2)


def owns_weights(op: ir.Operation) -> bool:
    """Tell whether an operation has such weights for itself: changed, shared ones would be stored twice."""
    source = producer(op.operands[1]) if has_weights(op) else None
    return source is not None and len(users(source.results[0])) == 1


def weights_of(op: ir.Operation) -> Floats:
    """Return the constant weights as [groups, outputs of a group, inputs of a group, elements of the kernel]."""
    weights = constant(op, 1)
    if weights is None:
        raise ValueError(f"{op.name} is expected to have constant weights")
    if op.name == "top.matmul":
        turned = weights if "transpose_rhs" in op.attributes else weights.T
        return turned[None, :, :, None]
    groups = ir.IntegerAttr(op.attributes["group"]).value
    return weights.reshape(groups, weights.shape[0] // groups, weights.shape[1], -1)


def set_weights(op: ir.Operation, weights: Floats) -> None:
    """Let an operation compute with other weights, as `weights_of` gives them."""
    if op.name == "top.matmul":
        turned = weights[0, :, :, 0]
        set_constant(op, 1, turned if "transpose_rhs" in op.attributes else turned.T)
    else:
        set_constant(op, 1, weights.reshape(shape_of(op.operands[1])))


def balanced(reaches: Floats, ops: Sequence[ir.Operation]) -> Floats:
    """Return factors for channels of these largest magnitudes that the operations read, as powers of two.

    They are sqrt(shares / reaches), a channel's share being the largest part that its weights have of the largest in
    the same output channel: so much of the grid of 8 bits, which each output channel has for itself, they use. Where
    each output channel reads one channel, as in a depthwise convolution, its weights lose nothing, and the factors are
    1 / reaches. The channel that reaches farthest keeps its reach; what is always zero stays.
    """
    shares = np.maximum.reduce([_shares(op) for op in ops]).astype(np.float64)
    known = (reaches > 0) & (shares > 0)
    factors = np.ones(reaches.shape)
    if known.any():
        alone = all(weights_of(op).shape[2] == 1 for op in ops)
        factors[known] = (shares[known] / reaches[known]) ** (1 if alone else 0.5)
        factors[known] *= reaches.max() / (factors * reaches)[known].max()
        factors[known] = np.exp2(np.rint(np.log2(np.clip(factors[known], 1 / _MOST, _MOST))))
    return factors.astype(np.float32)


def _shares(op: ir.Operation) -> Floats:
    magnitudes = np.abs(weights_of(op)).max(axis=3)
    largest = magnitudes.max(axis=2, keepdims=True)
    return (magnitudes / np.where(largest, largest, 1)).max(axis=1).reshape(-1)


def scale(site: Site, factors: Floats) -> None:
    """Multiply the channels of the site's value and divide what reads it."""
    for op in site.readers:
        weights = weights_of(op)
        set_weights(op, weights / factors.reshape(weights.shape[0], 1, weights.shape[2], 1))
    for op in site.carriers:
        rebuild(op, operands_of(op), f"{value_name(op.results[0])}{SCALED}")
    op = producer(site.value)
    if op is None or not _scale_output(op, factors):
        scale_by_channel(site.value, factors, site.axis)


def _scale_output(op: ir.Operation, factors: Floats) -> bool:
    """Multiply the output channels of an operation through its constants, if those are all."""
    operands = operands_of(op)
    constants = [constant(op, index) for index in range(1, len(operands))]
    if "relu_limit" in op.attributes or any(array is None for array in constants):
        return False
    if op.name == "top.layer_norm":
        if not constants or shape_of(operands[1]) != [factors.size]:
            return False
    elif op.name not in _PRODUCTS or not owns_weights(op):
        return False
    name = f"{value_name(op.results[0])}{SCALED}"
    for index, array in enumerate(constants, 1):
        assert array is not None
        sides = [-1] + [1] * (array.ndim - 1) if op.name == "top.conv" or array.ndim == 1 else [1, -1]
        if op.name == "top.matmul" and index == 1 and "transpose_rhs" in op.attributes:
            sides = [-1, 1]
        operands[index] = make_constant(array * factors.reshape(sides), f"{name}/{index}", op)
    rebuild(op, operands, name)
    return True
