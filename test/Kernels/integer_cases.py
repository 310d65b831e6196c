"""Kernels of integers and truth values: small tpu modules with what NumPy says they compute, bit for bit."""

from collections.abc import Callable

import numpy as np
from kernel_cases import FLOATS, INTEGERS, TYPES, Array, KernelCase, exact, integers, make, movement_cases, numbers

SHAPE = (1, 70, 5, 9)
EDGES = 40  # elements at the start that are the ends of the type's range, 0 and their neighbours
BINARY: dict[str, Callable[..., Array]] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
COMPARE: dict[str, Callable[..., Array]] = {"eq": np.equal, "gt": np.greater, "lt": np.less}


def edged(kind: str, seed: int = 0, shape: tuple[int, ...] = SHAPE) -> Array:
    """Return seeded integers over the whole range, the first of them its ends, 0, 1 and -1 in some order."""
    limits = np.iinfo(TYPES[kind])
    edges = [limits.min, limits.min + 1, limits.max, limits.max - 1, 0, 1, 0 if limits.min == 0 else -1, 7]
    found = integers(shape, kind, seed).reshape(-1)
    chosen = np.random.default_rng(seed).choice(np.array(edges, np.int64), min(EDGES, found.size))
    found[: chosen.size] = chosen.astype(found.dtype)
    return found.reshape(shape)


def reals(kind: str) -> Array:
    """Return numbers on both sides of every integer type's range, halves, infinities and NaN."""
    x = np.random.default_rng(5).uniform(-4e9, 4e9, SHAPE)
    x[:, ::2] = np.random.default_rng(6).uniform(-300, 300, x[:, ::2].shape)
    flat = x.reshape(-1)
    flat[:12] = [0, -0.0, 0.5, -0.5, 1.5, -1.5, 254.75, -128.9, np.inf, -np.inf, np.nan, 65535.5]
    with np.errstate(over="ignore"):
        return x.astype(TYPES[kind])


def cut(x: Array, kind: str) -> Array:
    """Return floats as integers: towards zero, the nearest that the type has, 0 for NaN."""
    limits = np.iinfo(TYPES[kind])
    wide = np.nan_to_num(x.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf)
    return np.clip(np.trunc(wide), limits.min, limits.max).astype(TYPES[kind])


def binary_cases(kind: str) -> list[KernelCase]:
    """Return arithmetic that wraps around, also with a repeated operand and a number."""
    a, b, row = edged(kind), edged(kind, 1), edged(kind, 2, (1, 1, 5, 1))
    number = np.iinfo(TYPES[kind]).max // 3
    found = [exact(f"integer-{op}", kind, {"a": a, "b": b}, f"integer {op}", f(a, b)) for op, f in BINARY.items()]
    found += [exact("integer-repeated", kind, {"a": a, "b": row}, "integer mul", a * row)]
    for op, function in BINARY.items():
        body = f"%r = tpu.integer_scalar {op} %a, {number} : {{a}}"
        found.append(make(f"integer-scalar-{op}", kind, {"a": a}, body, function(a, TYPES[kind].type(number)), 1e-30))
    return [*found, make("integer-abs", kind, {"a": a}, "%r = tpu.integer_abs %a : {a}", np.abs(a), 1e-30)]


def mixed_cases() -> list[KernelCase]:
    """Return sums of other types than the result's."""
    a, b = edged("ui8"), edged("i16", 1)
    sums = a.astype(np.int32) - b
    return [exact(f"integer-mixed-{kind}", kind, {"a": a, "b": b}, "integer sub", sums.astype(TYPES[kind]))
            for kind in ("i8", "i16", "i32")]  # fmt: skip


def shift_cases(kind: str) -> list[KernelCase]:
    """Return shifts by up to the width, in both directions; signs come in from the left."""
    width = 8 * TYPES[kind].itemsize
    a = edged(kind)
    steps = np.random.default_rng(1).integers(-width, min(width, 31) + 1, SHAPE).astype(np.int8)
    left, right = a.astype(np.int64) << np.maximum(steps, 0), a.astype(np.int64) >> np.maximum(-steps, 0)
    expected = np.where(steps < 0, right, left).astype(TYPES[kind])
    return [exact("integer-shift", kind, {"a": a, "b": steps}, "integer shift", expected)]


def compare_cases(kind: str) -> list[KernelCase]:
    """Return truth values of comparisons and their opposites; of floats, -0 equals 0."""
    made = edged if kind in INTEGERS else lambda kind, seed: np.round(numbers(SHAPE, kind, seed=seed))
    a, b = (made(kind, seed) for seed in (0, 1))
    b = np.where(np.random.default_rng(2).random(SHAPE) < 0.3, a, b)
    found: list[KernelCase] = []
    for name, function in COMPARE.items():
        for negated in (False, True):
            body = f"%r = tpu.compare {name} %a, %b {'negated ' if negated else ''}: ({{a}}, {{b}}) -> {{r}}"
            title = f"compare-{name}-{kind}{'-negated' if negated else ''}"
            found.append(make(title, "ui8", {"a": a, "b": b}, body, function(a, b) != negated, 1e-30))
    return found


def where_case(kind: str) -> KernelCase:
    """Return a choice that keeps every bit."""
    c = (np.random.default_rng(3).random(SHAPE) < 0.5).astype(np.uint8)
    t, f = numbers(SHAPE, kind, seed=1), numbers((1, 70, 1, 1), kind, seed=2)
    return exact("where", kind, {"c": c, "t": t, "f": f}, "where", np.where(c, t, f))


def cast_cases(kind: str) -> list[KernelCase]:
    """Return conversions from all other types to an integer type, and from it to floats."""
    found: list[KernelCase] = []
    for source in sorted(TYPES.keys() - {kind}):
        x = edged(source) if source in INTEGERS else reals(source)
        expected = x.astype(TYPES[kind]) if source in INTEGERS else cut(x, kind)
        found.append(make(f"cast-{source}", kind, {"x": x}, "%r = tpu.cast %x : {x} -> {r}", expected, 1e-30))
    for to in FLOATS:
        # Beyond f16 lies infinity; NumPy makes bf16 by way of f32, which is one rounding only where f32 is exact.
        x = edged(kind) >> {("f16", 2): 1, ("f16", 4): 17, ("bf16", 4): 8}.get((to, TYPES[kind].itemsize), 0)
        found.append(make(f"cast-{kind}", to, {"x": x}, "%r = tpu.cast %x : {x} -> {r}", x.astype(TYPES[to]), 1e-30))
    return found


INTEGER: list[KernelCase] = [
    *(case for kind in INTEGERS for case in binary_cases(kind)),
    *mixed_cases(),
    *(case for kind in INTEGERS for case in shift_cases(kind)),
    *(case for kind in TYPES for case in compare_cases(kind)),
    *(where_case(kind) for kind in TYPES),
    *(case for kind in INTEGERS for case in cast_cases(kind)),
    *(case for kind in ("i16", "ui16", "i32", "ui32") for case in movement_cases(kind)),
]
