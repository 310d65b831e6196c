"""Operators on integers and truth values, compiled and simulated, against NumPy, with the ends of every type's range.

Numbers of 64 bits lie in 32 on the chip, so theirs stay within.
"""

from dataclasses import dataclass

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import CompileError, FeedError, TpuMlirWarning
from tpu_mlir.frontend.onnx.tensors import Array, onnx_type
from tpu_mlir.runtime import Session

SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
CARRIED = {"int64": np.int32, "uint64": np.uint32}  # what lies in memory in their place
AXES = ([np.array(axes) for axes in ([1], [0, 2], [2])], ["one", "outer", "last"])


@dataclass(frozen=True, eq=False)
class Network:
    """Many nodes that read the same inputs, each an output of its own: operator, operands, attributes, expectation."""

    feeds: dict[str, Array]
    nodes: list[tuple[str, str, dict[str, object], Array]]
    opset: int = 18

    def model(self) -> onnx.ModelProto:
        """Return the model; output `i` is that of node `i`."""
        made = [
            helper.make_node(op, operands.split(), [f"out{index}"], **attributes)  # type: ignore[arg-type]
            for index, (op, operands, attributes, _) in enumerate(self.nodes)
        ]
        inputs = [helper.make_tensor_value_info(k, onnx_type(v.dtype), v.shape) for k, v in self.feeds.items()]
        outputs = [
            helper.make_tensor_value_info(f"out{index}", onnx_type(expected.dtype), expected.shape)
            for index, (*_, expected) in enumerate(self.nodes)
        ]
        graph = helper.make_graph(made, "integers", inputs, outputs, list(map(numpy_helper.from_array, *AXES)))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], ir_version=8)

    def check(self, precision: str = "f32") -> None:
        """Compile, run, and compare every output bit for bit."""
        compiled = tpu_mlir.compile(self.model(), precision=precision, host=False)
        found = Session(compiled, check_uninitialised=True).run(self.feeds)
        for index, (op, operands, attributes, expected) in enumerate(self.nodes):
            result = found[f"out{index}"]
            assert result.dtype == expected.dtype, op
            carrier = CARRIED.get(str(expected.dtype), expected.dtype)
            message = f"{op}({operands}) {attributes}"
            np.testing.assert_array_equal(result.astype(carrier), expected.astype(carrier), message)


def spread(dtype: str, seed: int, shape: tuple[int, ...] = (3, 5, 7)) -> Array:
    """Return numbers over the whole range, its ends among them; of 64 bits, over that of 32."""
    limits = np.iinfo(CARRIED.get(dtype, dtype))
    random = np.random.default_rng(seed)
    found = random.integers(limits.min, int(limits.max) + 1, shape)
    small = random.integers(max(-9, limits.min), 10, shape)
    found = np.where(random.random(shape) < 0.5, found, small)
    ends = [limits.min, limits.max, limits.min + 1, limits.max - 1, 0, 1]
    found.reshape(-1)[: len(ends)] = random.permutation(ends)[: found.size]
    return found.astype(dtype)


def divided(a: Array, b: Array) -> Array:
    """Return quotients towards zero, 0 where the divisor is; wraps around in the type."""
    with np.errstate(all="ignore"):
        quotient = np.abs(a.astype(np.int64)) // np.maximum(np.abs(b.astype(np.int64)), 1)
    signs = np.sign(a.astype(np.int64)) * np.sign(b.astype(np.int64))
    return (quotient * signs).astype(a.dtype)


def arithmetic(dtype: str) -> Network:
    """Return arithmetic, comparisons, choices and movements of a type."""
    a, b, row = spread(dtype, 0), spread(dtype, 1), spread(dtype, 2, (5, 1))
    b[1] = a[1]
    c = spread("uint8", 3) > 127
    exact = a.astype(np.int64), np.where(b == 0, 1, b).astype(np.int64)
    divisor = np.where(b == 0, 1, b).astype(a.dtype)
    if dtype.endswith("64"):  # what leaves 32 bits is lost: only what stays is promised
        a, b, row = a // 70000, b // 70000, row // 70000
        exact = a.astype(np.int64), np.where(b == 0, 1, b).astype(np.int64)
        divisor = exact[1].astype(a.dtype)
    feeds = {"a": a, "b": b, "d": divisor, "row": row, "c": c}
    nodes: list[tuple[str, str, dict[str, object], Array]] = [
        ("Add", "a b", {}, a + b),
        ("Mul", "a b", {}, a * b),
        ("Div", "a d", {}, divided(a, divisor)),
        ("Mod", "a d", {}, np.mod(a, divisor)),
        ("Mod", "a d", {"fmod": 1}, np.fmod(a, divisor)),
        ("Max", "a b", {}, np.maximum(a, b)),
        ("Min", "a row", {}, np.minimum(a, row)),
        ("Abs", "a", {}, np.abs(a)),
        ("Sign", "a", {}, np.sign(a)),
        ("Equal", "a b", {}, a == b),
        ("Greater", "a b", {}, a > b),
        ("Less", "a row", {}, a < row),
        ("GreaterOrEqual", "a b", {}, a >= b),
        ("LessOrEqual", "a b", {}, a <= b),
        ("Where", "c a row", {}, np.where(c, a, row)),
        ("BitwiseAnd", "a b", {}, a & b),
        ("BitwiseOr", "a row", {}, a | row),
        ("BitwiseXor", "a b", {}, a ^ b),
        ("Transpose", "a", {"perm": [2, 0, 1]}, a.transpose(2, 0, 1)),
        ("Concat", "a b", {"axis": 1}, np.concatenate([a, b], 1)),
    ]
    if dtype in SIGNED:
        nodes.append(("Neg", "a", {}, -a))
    if dtype != "uint64":  # it might have to hold 64 bits
        nodes += [("Sub", "a row", {}, a - row), ("BitwiseNot", "a", {}, ~a)]
    if not dtype.endswith("16"):  # ONNX has none of those
        nodes.append(("ReduceMax", "a one", {}, a.max(1, keepdims=True)))
        nodes.append(("ReduceMin", "a outer", {"keepdims": 0}, a.min((0, 2))))
    if dtype.endswith("32"):
        nodes.append(("ReduceProd", "a last", {}, a.prod(2, keepdims=True, dtype=dtype)))
    return Network(feeds, nodes)


@pytest.mark.parametrize("dtype", (*SIGNED, *UNSIGNED))
def test_arithmetic(dtype: str) -> None:
    arithmetic(dtype).check()


@pytest.mark.parametrize("dtype", ("int8", "uint8", "int32", "uint32"))
def test_division(dtype: str) -> None:
    """All pairs of 8 bits, and quotients of 32 bits that differ from a whole number by as little as can be."""
    if dtype.endswith("8"):
        every = np.arange(256).astype(np.uint8).view(dtype)
        a, b = np.repeat(every, 256).reshape(256, 256), np.tile(every, 256).reshape(256, 256)
    else:
        random = np.random.default_rng(0)
        limits = np.iinfo(dtype)
        b = (2.0 ** random.uniform(0, 31, (16, 500))).astype(np.int64) * random.choice([1, -1], (16, 500))
        q = (2.0 ** random.uniform(0, 32, b.shape) / np.abs(b)).astype(np.int64)
        a = np.clip(q * b + random.integers(-1, 2, b.shape), limits.min, limits.max).astype(dtype)
        b = np.clip(b, limits.min, limits.max).astype(dtype)
        a[0, :4], b[0, :4] = [limits.min, limits.max, limits.min, limits.max], [1, 1, limits.max, limits.max]
        if dtype == "int32":
            a[0, 4:6], b[0, 4:6] = limits.min, [-1, limits.min]
    whole = np.where(b == 0, 1, b).astype(dtype)
    nodes: list[tuple[str, str, dict[str, object], Array]] = [
        ("Div", "a b", {}, divided(a, b)),
        ("Mod", "a d", {}, np.mod(a, whole)),
        ("Mod", "a d", {"fmod": 1}, np.fmod(a, whole)),
    ]
    Network({"a": a, "b": b, "d": whole}, nodes).check()


@pytest.mark.parametrize("precision", ("f32", "f16"))
@pytest.mark.parametrize("dtype", (*SIGNED, *UNSIGNED, "bool", "float32"))
def test_casts(dtype: str, precision: str) -> None:
    """Integers keep their low bits, floats are cut off towards zero, and truth is what is not zero."""
    if dtype == "bool":
        x = spread("uint8", 0) > 127
    elif dtype == "float32":
        x = np.random.default_rng(0).uniform(-2, 120, (3, 5, 7)).astype(np.float16).astype(np.float32)
        x.reshape(-1)[:4] = [0, -0.0, -0.5, 0.75]
    else:
        x = spread(dtype, 0)
    positive = np.maximum(x, 0) if dtype in SIGNED else np.abs(x) if dtype == "float32" else x
    if dtype in ("uint32", "uint64"):
        positive = positive >> 1
    feeds = {"x": x, "p": positive}
    nodes: list[tuple[str, str, dict[str, object], Array]] = []
    for to in (*SIGNED, *UNSIGNED, "bool"):
        if (to == "uint64" and dtype in SIGNED) or (to == "int64" and dtype == "uint32"):
            continue  # it might have to hold 64 bits
        # Beyond 32 bits of one of 64, and beyond an unsigned type, floats are cut off.
        name = "p" if to.endswith("64") or (to in UNSIGNED and dtype == "float32") else "x"
        nodes.append(("Cast", name, {"to": onnx_type(np.dtype(to))}, feeds[name].astype(to)))
    if precision == "f32":
        nodes.append(("Cast", "x", {"to": TensorProto.FLOAT}, x.astype(np.float32)))
    Network(feeds, nodes).check(precision)


def test_truth_values() -> None:
    p, q = spread("uint8", 0) > 127, spread("uint8", 1, (5, 7)) > 127
    x = np.random.default_rng(0).uniform(-2, 2, p.shape).astype(np.float32)
    x.reshape(-1)[:5] = [np.nan, np.inf, -np.inf, 0.0, -0.0]
    nodes: list[tuple[str, str, dict[str, object], Array]] = [
        ("And", "p q", {}, p & q),
        ("Or", "p q", {}, p | q),
        ("Xor", "p q", {}, p ^ q),
        ("Not", "p", {}, ~p),
        ("Equal", "p q", {}, p == q),
        ("Where", "p q p", {}, np.where(p, q, p)),
        ("Where", "p x x", {}, x),
        ("IsNaN", "x", {}, np.isnan(x)),
        ("IsInf", "x", {}, np.isinf(x)),
        ("Transpose", "p", {"perm": [1, 0, 2]}, p.transpose(1, 0, 2)),
    ]
    Network({"p": p, "q": q, "x": x}, nodes).check()


@pytest.mark.parametrize("dtype", (*SIGNED[:3], *UNSIGNED))
def test_shifts(dtype: str) -> None:
    """By negative amounts, and from the width of the type on, only signs are left, to the right."""
    opset = 18 if dtype in UNSIGNED else 28
    if onnx.defs.onnx_opset_version() < opset:
        pytest.skip("the installed ONNX shifts no signed integers")
    width = np.dtype(dtype).itemsize * 8
    a = spread(dtype, 0)
    steps = np.random.default_rng(1).integers(0 if dtype in UNSIGNED else -3, width + 4, a.shape)
    steps.reshape(-1)[:4] = [0, width, width - 1, 120]
    amounts = np.where((steps < 0) | (steps >= width), width, steps).astype(object)
    wide = a.astype(object)
    right, left = wide >> amounts, (wide << amounts) % (1 << width)
    nodes: list[tuple[str, str, dict[str, object], Array]] = [
        ("BitShift", "a s", {"direction": "RIGHT"}, right.astype(dtype)),
        ("BitShift", "a s", {"direction": "LEFT"}, left.astype(f"uint{width}").view(dtype)),
    ]
    feeds = {"a": a, "s": steps.astype(dtype)}
    Network(feeds, nodes[:1] if dtype == "uint64" else nodes, opset).check()


def test_powers() -> None:
    """Negative exponents leave what of the fraction is whole."""
    base = np.random.default_rng(0).integers(-6, 7, (4, 9)).astype(np.int32)
    exponent = np.random.default_rng(1).integers(0, 8, (4, 9)).astype(np.int32)
    base[0, :5], exponent[0, :5] = [1, -1, -1, 2, -3], [-5, -3, -2, -1, -4]
    expected = np.where(exponent < 0, [1, -1, 1, 0, 0, 9, 9, 9, 9], base ** np.maximum(exponent, 0))
    Network({"a": base, "b": exponent}, [("Pow", "a b", {}, expected.astype(np.int32))]).check()


def square(dtype: int, kinds: list[onnx.NodeProto]) -> onnx.ModelProto:
    """Return a model that reads x and returns y."""
    inputs = [helper.make_tensor_value_info("x", dtype, [4])]
    graph = helper.make_graph(kinds, "square", inputs, [onnx.ValueInfoProto(name="y")])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_sessions_refuse_what_would_leave_32_bits() -> None:
    """The largest number whose square has 31 bits is 46,340."""
    session = Session(tpu_mlir.compile(square(TensorProto.INT64, [helper.make_node("Mul", ["x", "x"], ["y"])])))
    x = np.array([46339, -46340, 0, -3])
    np.testing.assert_array_equal(session.run({"x": x})["y"], x * x)
    with pytest.raises(FeedError, match="'x': expected numbers from -46340 to 46339 .* found 46340 as element 2"):
        session.run({"x": np.array([1, 2, 46340, 4])})


def test_numbers_of_no_known_size_are_the_hosts() -> None:
    """Int32 numbers that become int64 fit, their sums may not; those of bytes and truth values always do."""
    cast, add = helper.make_node("Cast", ["x"], ["w"], to=TensorProto.INT64), helper.make_node("Add", ["w", "w"], ["y"])
    model = square(TensorProto.INT32, [cast, add])
    with pytest.raises(CompileError, match="'y': 'top.add' cannot be lowered: its numbers of 64 bits may leave the 32"):
        tpu_mlir.compile(model, host=False)
    x = np.array([1 << 30, 3, -(1 << 31), 7], np.int32)
    with pytest.warns(TpuMlirWarning, match="its numbers of 64 bits may leave the 32"):
        found = Session(tpu_mlir.compile(model)).run({"x": x})
    np.testing.assert_array_equal(found["y"], 2 * x.astype(np.int64))
    for small in (TensorProto.BOOL, TensorProto.UINT8, TensorProto.INT16):
        tpu_mlir.compile(square(small, [cast, add]), host=False)
