"""Quotients, remainders, means: exact where the precision has the result, else rounded once."""

import ml_dtypes
import numpy as np
import pytest
import tpu_mlir
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from operators.function_errors import compile_in
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase

Floats = NDArray[np.float32]
TYPES = {"f32": np.dtype(np.float32), "f16": np.dtype(np.float16), "bf16": np.dtype(ml_dtypes.bfloat16)}
SPECIAL = [0.0, -0.0, 1.0, -3.0, np.inf, -np.inf, np.nan, 2.0**-14, 60000.0]
EXTREME = [2.0**-126, -(2.0**-125), 2.0**127, -(2.0**126), 3.4028235e38, 1.9e38]


def run(tried: NodeCase, precision: str) -> Floats:
    session = Session(compile_in(tried.model(), precision), check_races=True, check_uninitialised=True)
    (found,) = session.run(session.convert(tried.feeds())).values()
    return found.astype(np.float32)


def flushed(array: Floats, precision: str) -> Floats:
    """Return the array with zeros for what the chip takes for zeros."""
    return array if precision == "f16" else np.where(np.abs(array) < 2.0**-126, np.copysign(0, array), array)


def operands(precision: str) -> tuple[Floats, Floats]:
    """Return any numbers, near ones, whole ones, products with the divisor, and pairs of special ones."""
    random = np.random.default_rng(3)
    count, dtype = 1 << 15, TYPES[precision]
    width = dtype.itemsize * 8
    any_bits = [random.integers(0, 1 << width, count).astype(f"u{dtype.itemsize}").view(dtype) for _ in range(2)]
    near = [random.uniform(1, 2, count).astype(dtype) for _ in range(2)]
    whole = [random.integers(1, 2000, count).astype(dtype) for _ in range(2)]
    short = [(random.integers(1, 1 << 3, count) * 2.0 ** random.integers(-4, 4, count)) for _ in range(2)]
    special = SPECIAL + (EXTREME if precision != "f16" else [])
    pairs = np.array([(a, b) for a in special for b in special]).T
    lhs = [any_bits[0], near[0], whole[0], (short[0] * short[1]).astype(dtype), pairs[0].astype(dtype)]
    rhs = [any_bits[1], near[1], whole[1], short[1].astype(dtype), pairs[1].astype(dtype)]
    return tuple(flushed(np.concatenate([a.astype(np.float32) for a in arrays]), precision) for arrays in (lhs, rhs))


def same(found: Floats, expected: Floats) -> NDArray[np.bool_]:
    return (found == expected) | (np.isnan(found) & np.isnan(expected))


@pytest.mark.parametrize("precision", TYPES)
def test_quotients_are_rounded_once(precision: str) -> None:
    a, b = operands(precision)
    with np.errstate(all="ignore"):
        exact = a.astype(np.float64) / b
        expected = flushed(exact.astype(TYPES[precision]).astype(np.float32), precision)
    found = run(NodeCase("Div", (a, b)), precision)
    wrong = np.flatnonzero(~same(found, expected))
    assert [(a[i], b[i], found[i], expected[i]) for i in wrong[:5]] == []
    zeros = expected == 0
    assert np.array_equal(np.signbit(found[zeros]), np.signbit(expected[zeros]))


@pytest.mark.parametrize("divisor", [2.0, -0.25, 3.0, 10.0, 0.1, 0.0, np.inf])
@pytest.mark.parametrize("precision", TYPES)
def test_constant_divisors(precision: str, divisor: float) -> None:
    """Rounded once in f32; within a rounding of the reciprocal in f32 where quotients have 16 bits."""
    a = np.concatenate([np.arange(-2000, 2000), SPECIAL[:-1]]).astype(TYPES[precision]).astype(np.float32)
    with np.errstate(all="ignore"):
        rounded = np.array(divisor).astype(TYPES[precision]).astype(np.float32)
        expected = (a / rounded).astype(TYPES[precision]).astype(np.float32)
    found = run(NodeCase("Div", (a, Fixed(np.float32(divisor)))), precision)
    assert same(found, expected).all()


@pytest.mark.parametrize("precision", TYPES)
def test_reciprocals_and_constant_dividends(precision: str) -> None:
    _, b = operands(precision)
    for tried, dividend in ((NodeCase("Reciprocal", (b,)), 1), (NodeCase("Div", (Fixed(np.float32(7)), b)), 7)):
        with np.errstate(all="ignore"):
            expected = flushed((dividend / b.astype(np.float64)).astype(TYPES[precision]).astype(np.float32), precision)
        assert same(run(tried, precision), expected).all()


def test_floor_of_quotients_and_remainders_of_whole_numbers() -> None:
    a, b = (side.ravel().astype(np.float32) for side in np.meshgrid(np.arange(-200, 200), [*range(1, 60), -7, -12]))
    nodes = [helper.make_node("Div", ["a", "b"], ["q"]), helper.make_node("Floor", ["q"], ["down"])]
    nodes += [helper.make_node("Ceil", ["q"], ["up"]), helper.make_node("Mod", ["a", "b"], ["rest"], fmod=1)]
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, a.shape) for name in ("a", "b")]
    results = [helper.make_tensor_value_info(name, TensorProto.FLOAT, a.shape) for name in ("down", "up", "rest")]
    model = helper.make_model(
        helper.make_graph(nodes, "g", values, results), opset_imports=[helper.make_opsetid("", 13)], ir_version=8
    )
    found = Session(tpu_mlir.compile(model)).run({"a": a, "b": b})
    exact = a.astype(np.float64) / b
    assert np.array_equal(found["down"], np.floor(exact)) and np.array_equal(found["up"], np.ceil(exact))
    assert np.array_equal(found["rest"], np.fmod(a, b))


@pytest.mark.parametrize("fmod", [1, 0])
def test_remainders_of_fractions(fmod: int) -> None:
    """With the sign of the dividend, or of the divisor, which ONNX lets floats have from opset 28 on."""
    random = np.random.default_rng(4)
    b = random.uniform(0.01, 100, 4096).astype(np.float32) * random.choice([-1, 1], 4096).astype(np.float32)
    a = (b * random.uniform(-4000, 4000, 4096)).astype(np.float32)
    a[:8], b[:8] = [5, 5, np.inf, np.nan, 0, -0.0, 1e30, -3], [np.inf, 0, 2, 2, 3, 3, 3e38, -np.inf]
    with np.errstate(invalid="ignore"):
        expected = np.fmod(a, b) if fmod else np.mod(a, b)
    assert same(run(NodeCase("Mod", (a, b), attributes={"fmod": fmod}), "f32"), expected).all()


@pytest.mark.parametrize("precision", TYPES)
def test_means_of_equal_numbers_are_that_number(precision: str) -> None:
    x = np.full((1, 8, 7, 7), 3, np.float32)
    averages = {"kernel_shape": [7, 7]}, {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    for tried in (NodeCase("ReduceMean", (x,), 13), *(NodeCase("AveragePool", (x,), attributes=a) for a in averages)):
        assert np.all(run(tried, precision) == 3)


@pytest.mark.parametrize("precision", TYPES)
def test_sigmoid_in_parts(precision: str) -> None:
    """exp overflows f16: 1 / infinity is 0."""
    x = np.array([-120, -20, -12, -1, 0, 1, 20, 120], np.float32)
    one = numpy_helper.from_array(np.float32(1), "one")
    nodes = [helper.make_node("Neg", ["x"], ["n"]), helper.make_node("Exp", ["n"], ["e"])]
    nodes += [helper.make_node("Add", ["e", "one"], ["s"]), helper.make_node("Div", ["one", "s"], ["y"])]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, x.shape) for name in "xy"]
    graph = helper.make_graph(nodes, "g", infos[:1], infos[1:], [one])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    session = Session(tpu_mlir.compile(model, precision=precision))
    found = session.run(session.convert({"x": x}))["y"].astype(np.float64)
    assert found == pytest.approx(1 / (1 + np.exp(-x.astype(np.float64))), abs={"f32": 1e-7}.get(precision, 4e-3))
