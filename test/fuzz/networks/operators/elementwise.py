"""Arithmetic, comparisons, logic, functions of single elements."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes
from onnx import TensorProto, helper

# What a function is defined on, or what keeps its results within f16; other values are tried, too, but rarely.
_DOMAINS: dict[str, tuple[float, float]] = {
    "Acos": (-1, 1),
    "Acosh": (1, 1e4),
    "Asin": (-1, 1),
    "Atanh": (-0.99, 0.99),
    "Cosh": (-8, 8),
    "Exp": (-12, 9),
    "Log": (1e-3, 1e6),
    "Reciprocal": (0.05, 1e4),
    "Sinh": (-8, 8),
    "Sqrt": (0, 1e6),
    "Tan": (-1.3, 1.3),
    "Cos": (-50, 50),
    "Sin": (-50, 50),
}
_ANYWHERE = ("Abs", "Asinh", "Atan", "Ceil", "Erf", "Floor", "Neg", "Round", "Sign", "Tanh")


@writes(*_DOMAINS, *_ANYWHERE)
def function(d: Draft, op: str) -> list[str]:
    low, high = _DOMAINS.get(op, (-np.inf, np.inf))
    return d.emit(op, [d.floats(low=low, high=high) if d.chance(0.95) else d.floats()])


@writes("IsNaN", "IsInf")
def test(d: Draft, op: str) -> list[str]:
    return d.emit(op, [d.floats()])


def _pair(d: Draft, op: str, low: float = -np.inf, high: float = np.inf) -> list[str]:
    one = d.floats()
    pair = [one, d.partner(one, low, high)]
    return d.emit(op, pair if d.chance(0.7) or np.isfinite([low, high]).any() else pair[::-1])


@writes("Add", "Sub", "Mul", "Equal", "Greater", "GreaterOrEqual", "Less", "LessOrEqual")
def binary(d: Draft, op: str) -> list[str]:
    integers = d.pick(lambda array: bool((abs(array.astype(np.float64)) < 1000).all()), "i")
    if integers and d.chance(0.5):
        return d.emit(op, [integers, integers if d.chance(0.3) else _small(d, integers)])
    return _pair(d, op)


@writes("PRelu")
def leaky(d: Draft, op: str) -> list[str]:
    x = d.floats()
    return d.emit(op, [x, d.fresh(shapes.partner(d.random, d.values[x].shape))])


def _small(d: Draft, name: str, low: int = -3) -> str:
    """Return a parameter beside integers, never 0."""
    array = d.values[name]
    shape = array.shape if d.chance(0.5) else ()
    numbers = d.random.integers(max(low, 1 if array.dtype.kind == "u" else low), 8, shape)
    return d.parameter(np.where(numbers == 0, 5, numbers), array.dtype.type)


@writes("Div")
def divide(d: Draft, op: str) -> list[str]:
    integers = d.pick(lambda array: True, "i")
    if integers and d.chance(0.5):
        return d.emit(op, [integers, _small(d, integers)])
    return _pair(d, op, 0.1, 100) if d.chance(0.8) else _pair(d, op)


@writes("Mod")
def modulo(d: Draft, op: str) -> list[str]:
    integers = d.pick(lambda array: True, "i")
    if integers and d.chance(0.5):
        return d.emit(op, [integers, _small(d, integers)], fmod=d.integer(0, 1))
    one = d.floats(low=-100, high=100)
    return d.emit(op, [one, d.partner(one, 0.5, 8)], fmod=1)


@writes("Pow")
def power(d: Draft, op: str) -> list[str]:
    if d.chance(0.5):
        exponent = d.choice([2.0, 0.5, -1.0, 3.0, 0.0, 1.0, -0.5, 1.7])
        whole = exponent in (0.0, 1.0, 2.0, 3.0)
        return d.emit(op, [d.floats(low=-30 if whole else 0.05, high=30), d.parameter(exponent, np.float32)])
    base = d.floats(low=0.05, high=8)
    return d.emit(op, [base, d.partner(base, -3, 3)])


@writes("Sum", "Max", "Min", "Mean")
def several(d: Draft, op: str) -> list[str]:
    first = d.floats()
    return d.emit(op, [first, *(d.partner(first) for _ in range(d.integer(0, 3)))])


@writes("And", "Or", "Xor")
def logic(d: Draft, op: str) -> list[str]:
    one = d.pick(lambda array: True, "b") or next(iter(_pair(d, "Less")), "")
    if not one:
        return []
    other = d.pick(lambda array: array.shape == d.values[one].shape, "b")
    return d.emit(op, [one, other or d.parameter(d.random.random(d.values[one].shape) < 0.5, np.bool_)])


def _integers(d: Draft, kind: int) -> str:
    """Return integers of a type: some that are there, or floats made such."""
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(kind))
    found = d.pick(lambda array: array.dtype == dtype, "iu")
    return found or next(iter(d.emit("Cast", [d.floats(low=0, high=200)], to=kind)), "")


@writes("BitwiseAnd", "BitwiseOr", "BitwiseXor", "BitwiseNot")
def bits(d: Draft, op: str) -> list[str]:
    one = _integers(d, d.choice([TensorProto.INT32, TensorProto.UINT8, TensorProto.INT64]))
    return d.emit(op, [one] if op == "BitwiseNot" else [one, _small(d, one)]) if one else []


@writes("BitShift")
def shift(d: Draft, op: str) -> list[str]:
    one = _integers(d, d.choice([TensorProto.UINT8, TensorProto.UINT32]))
    return d.emit(op, [one, _small(d, one)], direction=d.choice(["LEFT", "RIGHT"])) if one else []


@writes("Not")
def negation(d: Draft, op: str) -> list[str]:
    one = d.pick(lambda array: True, "b") or next(iter(_pair(d, "Less")), "")
    return d.emit(op, [one]) if one else []


@writes("Where")
def where(d: Draft, op: str) -> list[str]:
    one = d.floats()
    condition = d.pick(lambda array: array.size < 4096, "b") if d.chance(0.7) else None
    if condition is None:
        condition = next(iter(d.emit("Greater", [one, d.parameter(0, np.float32)])), "")
    return d.emit(op, [condition, one, d.partner(one)]) if condition else []


@writes("Clip")
def clip(d: Draft, op: str) -> list[str]:
    low, high = sorted(float(np.float32(item)) for item in d.random.normal(0, 2, 2))
    if d.opset < 11:
        return d.emit(op, [d.floats()], min=low, max=high)
    limits = [d.parameter(low, np.float32) if d.chance(0.8) else ""]
    limits += [d.parameter(high, np.float32)] if d.chance(0.8) else []
    return d.emit(op, [d.floats(), *limits])


@writes("Cast")
def cast(d: Draft, op: str) -> list[str]:
    other = d.pick(lambda array: True, "biu")
    if other and d.chance(0.5):
        return d.emit(op, [other], to=TensorProto.FLOAT)
    integers = [TensorProto.INT32, TensorProto.INT64, TensorProto.UINT8, TensorProto.INT8]
    kind = d.choice([*integers, TensorProto.BOOL, TensorProto.FLOAT16, TensorProto.FLOAT, TensorProto.FLOAT])
    return d.emit(op, [d.floats(low=-1000, high=1000)], to=kind)


@writes("CastLike")
def cast_like(d: Draft, op: str) -> list[str]:
    like = d.pick(lambda array: True, "bi") or d.parameter([1], np.int32)
    return d.emit(op, [d.floats(low=-1000, high=1000), like])
