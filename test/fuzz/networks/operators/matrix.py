"""Products of matrices."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import MICROSOFT, Draft
from fuzz.networks.operators.registry import writes


def _right(d: Draft, shape: tuple[int, ...]) -> str:
    found = d.pick(lambda array: array.shape == shape) if d.chance(0.3) else None
    if found:
        return found
    if d.chance(0.4):
        return d.fresh(shape, -1, 1)
    return d.weight((d.random.normal(0, 1, shape) / np.sqrt(max(shape[0], 1))).astype(np.float32))


@writes("MatMul")
def product(d: Draft, op: str) -> list[str]:
    a = d.floats((1, 5))
    shape = d.values[a].shape
    columns = shapes.size(d.random, 64)
    if len(shape) > 2 and d.chance(0.5):
        lead = shapes.partner(d.random, shape[:-2])
        return d.emit(op, [a, _right(d, (*lead, shape[-1], columns))])
    return d.emit(op, [a, _right(d, (shape[-1], columns) if d.chance(0.9) else (shape[-1],))])


@writes("Gemm")
def gemm(d: Draft, op: str) -> list[str]:
    a = d.floats((2, 2))
    turned, right = d.integer(0, 1), d.integer(0, 1)
    rows, depth = d.values[a].shape[::-1] if turned else d.values[a].shape
    columns = shapes.size(d.random, 64)
    b = _right(d, (columns, depth) if right else (depth, columns))
    bias = d.choice([(), (columns,), (1, columns), (rows, 1), (rows, columns)])
    c = [d.fresh(bias)] if d.chance(0.7) or d.opset < 11 else []
    factors = {"alpha": d.choice([1.0, 0.5]), "beta": d.choice([1.0, 2.0])}
    return d.emit(op, [a, b, *c], transA=turned, transB=right, **factors)


@writes("MatMulNBits", domain=MICROSOFT)
def few_bits(d: Draft, op: str) -> list[str]:
    """Weights of 4 or 8 bits in blocks; the other operand has as many columns as ONNX Runtime's kernel likes."""
    depth, columns, bits = 16 * d.integer(1, 4), d.integer(1, 12), d.choice([4, 8])
    blocks = depth // 16
    packed = d.random.integers(0, 256, (columns, blocks, 2 * bits))
    scales = d.parameter(d.random.uniform(0.01, 0.1, columns * blocks), np.float32)
    operands = [d.fresh((d.integer(1, 5), depth), -1, 1), d.parameter(packed, np.uint8), scales]
    return d.emit(op, operands, domain=MICROSOFT, K=depth, N=columns, bits=bits, block_size=16)


@writes("Einsum")
def einsum(d: Draft, op: str) -> list[str]:
    """Two operands with random labels; a label of both has one size, and any of them may be in the result."""
    a = d.floats((1, 4))
    labels = [chr(ord("a") + index) for index in range(d.values[a].ndim)]
    sizes = dict(zip(labels, d.values[a].shape, strict=True))
    new = {label: shapes.size(d.random, 12) for label in "xyz"[: d.integer(0, 2)]}
    right = [label for label in [*labels, *new] if d.chance(0.5)] or labels[:1]
    d.random.shuffle(right)
    b = _right(d, tuple((sizes | new)[label] for label in right))
    result = [label for label in dict.fromkeys([*labels, *right]) if d.chance(0.6)]
    d.random.shuffle(result)
    arrow = f"->{''.join(result)}" if d.chance(0.8) else ""
    return d.emit(op, [a, b], equation=f"{''.join(labels)},{''.join(right)}{arrow}")


@writes("Det")
def determinant(d: Draft, op: str) -> list[str]:
    size = d.integer(1, 4)
    return d.emit(op, [d.fresh((*shapes.shape(d.random, d.integer(0, 2)), size, size), -2, 2)])
