"""Operators on 8-bit integers, each between a QuantizeLinear and a DequantizeLinear."""

import numpy as np
import onnx
from fuzz.networks.draft import MICROSOFT, Draft
from fuzz.networks.operators.registry import writes
from tpu_mlir.frontend.onnx.tensors import Array

Scale = tuple[str, str]


def _scale(d: Draft, largest: float, kind: type[np.generic]) -> Scale:
    """Return parameters for values up to a magnitude: a scale and a zero point."""
    zero = d.integer(100, 156) if kind is np.uint8 else d.choice([0, 0, d.integer(-30, 30)])
    return d.parameter(max(largest, 1e-3) / 100, np.float32), d.parameter(zero, kind)


def _largest(d: Draft, name: str) -> float:
    return float(np.abs(d.values[name]).max())


def _quantized(d: Draft, x: str, kind: type[np.generic], domain: str = "") -> tuple[str, Scale]:
    scale = _scale(d, _largest(d, x), kind)
    return next(iter(d.emit("QuantizeLinear", [x, *scale], domain=domain)), ""), scale


def _real(d: Draft, made: list[str], scale: Scale, domain: str = "") -> list[str]:
    """Return the reals of a result. Floats keep what 8 bits cut off, so one that is cut off is not taken."""
    if made and not _is_cut_off(d.values[made[0]]):
        return d.emit("DequantizeLinear", [made[0], *scale], domain=domain)
    if made:
        d.drop()
    return []


def _is_cut_off(stored: Array) -> bool:
    ends = np.iinfo(stored.dtype)
    return bool((stored == ends.min).any() or (stored == ends.max).any())


def _finite(d: Draft, ranks: tuple[int, int] = (0, 5)) -> str:
    return d.floats(ranks, -1e4, 1e4)


def _kind(d: Draft) -> type[np.generic]:
    return d.choice([np.uint8, np.int8])


def _round_trip(d: Draft, domain: str) -> list[str]:
    q, scale = _quantized(d, _finite(d), _kind(d), domain)
    return _real(d, [q] if q else [], scale, domain)


@writes("QuantizeLinear", "DequantizeLinear")
def round_trip(d: Draft, op: str) -> list[str]:
    return _round_trip(d, "")


@writes("QuantizeLinear", "DequantizeLinear", domain=MICROSOFT)
def contributed_round_trip(d: Draft, op: str) -> list[str]:
    return _round_trip(d, MICROSOFT)


@writes("QLinearMatMul")
def product(d: Draft, op: str) -> list[str]:
    q, x = _quantized(d, _finite(d, (2, 4)), np.uint8)
    if not q:
        return []
    depth, columns = d.values[q].shape[-1], d.integer(1, 9)
    w = d.parameter(d.random.integers(-127, 128, (depth, columns)), np.int8)
    y = _scale(d, 100 * float(d.values[x[0]]) * np.sqrt(depth), np.uint8)
    weights = d.parameter(0.01, np.float32), d.parameter(0, np.int8)
    return _real(d, d.emit(op, [q, *x, w, *weights, *y]), y)


@writes("QLinearConv")
def convolution(d: Draft, op: str) -> list[str]:
    q, x = _quantized(d, _finite(d, (4, 4)), np.uint8)
    if not q:
        return []
    channels, count = d.values[q].shape[1], d.integer(1, 6)
    w = d.parameter(d.random.integers(-127, 128, (count, channels, d.integer(1, 3), 1)), np.int8)
    many = d.chance(0.5)
    scales = d.parameter(d.random.uniform(0.004, 0.01, count if many else ()), np.float32)
    zeros = d.parameter(np.zeros(count if many else (), np.int8), np.int8)
    y = _scale(d, 60 * float(d.values[x[0]]) * np.sqrt(channels), np.uint8)
    return _real(d, d.emit(op, [q, *x, w, scales, zeros, *y], pads=[d.integer(0, 1), 0, 1, 0]), y)


@writes("QGemm", domain=MICROSOFT)
def gemm(d: Draft, op: str) -> list[str]:
    q, x = _quantized(d, _finite(d, (2, 2)), np.uint8)
    if not q:
        return []
    depth, columns = d.values[q].shape[-1], d.integer(1, 9)
    w = d.parameter(d.random.integers(-127, 128, (depth, columns)), np.int8)
    bias = d.parameter(d.random.integers(-2000, 2000, columns), np.int32)
    y = _scale(d, 100 * float(d.values[x[0]]) * np.sqrt(depth), np.uint8)
    weights = d.parameter(0.01, np.float32), d.parameter(0, np.int8)
    return _real(d, d.emit(op, [q, *x, w, *weights, bias, *y], domain=MICROSOFT), y)


@writes("QLinearAdd", "QLinearMul", domain=MICROSOFT)
def binary(d: Draft, op: str) -> list[str]:
    one = _finite(d)
    q, x = _quantized(d, one, np.uint8)
    r, z = _quantized(d, d.partner(one, -1e4, 1e4), np.uint8)
    if not q or not r:
        return []
    a, b = 100 * float(d.values[x[0]]), 100 * float(d.values[z[0]])
    y = _scale(d, a + b if op == "QLinearAdd" else a * b, np.uint8)
    return _real(d, d.emit(op, [q, *x, r, *z, *y], domain=MICROSOFT), y)


@writes("QLinearSigmoid", "QLinearLeakyRelu", "QLinearGlobalAveragePool", domain=MICROSOFT)
def unary(d: Draft, op: str) -> list[str]:
    q, x = _quantized(d, _finite(d, (4, 4)), np.uint8)
    if not q:
        return []
    y = _scale(d, 1.0 if op == "QLinearSigmoid" else 100 * float(d.values[x[0]]), np.uint8)
    return _real(d, d.emit(op, [q, *x, *y], domain=MICROSOFT), y)


@writes("DynamicQuantizeMatMul", domain=MICROSOFT)
def dynamic_product(d: Draft, op: str) -> list[str]:
    """Of values that eight bits hold exactly: the noise of quantizing them is left out."""
    rows, depth = d.integer(1, 6), d.integer(1, 20)
    x = d.fresh((rows + 2, depth), 0, 8)
    steps = np.concatenate([d.random.integers(0, 256, (rows, depth)), [[0] * depth, [255] * depth]])
    d.values[x] = steps.astype(np.float32) / 32
    w = d.parameter(d.random.integers(-127, 128, (depth, d.integer(1, 9))), np.int8)
    return d.emit(op, [x, w, d.parameter(0.01, np.float32)], domain=MICROSOFT)


@writes("MatMulInteger", "ConvInteger")
def integer_product(d: Draft, op: str) -> list[str]:
    rank = 2 if op == "MatMulInteger" else 4
    x = _finite(d, (rank, rank))
    q, scale = _quantized(d, x, np.uint8)
    if not q:
        return []
    shape = (d.values[x].shape[1], d.integer(1, 9)) if rank == 2 else (d.integer(1, 5), d.values[x].shape[1], 1, 1)
    w = d.parameter(d.random.integers(-127, 128, shape), np.int8)
    made = d.emit(op, [q, w, scale[1]])
    return d.emit("Cast", made, to=onnx.TensorProto.FLOAT) if made else []


@writes("DynamicQuantizeLinear")
def dynamic(d: Draft, op: str) -> list[str]:
    made = d.emit(op, [_finite(d)], 3)
    return d.emit("DequantizeLinear", [made[0], d.parameter(0.02, np.float32)]) if made else []


@writes("QLinearConcat", domain=MICROSOFT)
def concat(d: Draft, op: str) -> list[str]:
    one = _finite(d, (1, 5))
    q, x = _quantized(d, one, np.uint8)
    r, z = _quantized(d, d.fresh(d.values[one].shape, -2, 2), np.uint8)
    if not q or not r:
        return []
    y = _scale(d, 100 * max(float(d.values[x[0]]), float(d.values[z[0]])), np.uint8)
    axis = d.integer(0, d.values[one].ndim - 1)
    return _real(d, d.emit(op, [*y, q, *x, r, *z], domain=MICROSOFT, axis=axis), y)
