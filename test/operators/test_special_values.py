"""Infinities, NaN, zeros and the wrong side of a domain: as NumPy computes them, in every precision."""

import math
from collections.abc import Callable, Mapping

import numpy as np
import onnx
import pytest
import tpu_mlir
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from operators.function_errors import FUNCTIONS, PRECISIONS, Function, compile_in
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase

Floats = NDArray[np.float32]
Formula = Callable[[NDArray[np.float64]], NDArray[np.float64]]
SPECIAL = np.array([0, 1, -1, 0.5, -0.5, 2, -2, 100, -100, np.inf, -np.inf, np.nan], np.float32)


def run_model(model: onnx.ModelProto, feeds: Mapping[str, NDArray[np.generic]], precision: str) -> Floats:
    session = Session(compile_in(model, precision))
    (found,) = session.run(session.convert(dict(feeds))).values()
    return found.astype(np.float32)


def run(tried: NodeCase, precision: str) -> Floats:
    return run_model(tried.model(), tried.feeds(), precision)


def listed(op: str, precision: str, a: float, b: float) -> bool:
    """Tell whether docs/targets/numbers.md lists a pair of special values."""
    if op in ("Max", "Min"):
        return precision != "f32" and bool(np.isinf([a, b]).any())
    return op == "Pow" and ((a == -np.inf and b != np.floor(b)) or (a == -1 and np.isnan(b)))


def agree(found: Floats, expected: Floats, precision: str) -> bool:
    """Compare special values exactly, the rest by the precision, where what is too large for it is infinity."""
    limit, tolerance = {"f16": (65504, 4e-3), "bf16": (np.inf, 3e-2), "f32": (np.inf, 1e-4)}[precision]
    expected = np.where(np.abs(expected) > limit, np.copysign(np.inf, expected), expected)
    return np.allclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("function", [f for f in FUNCTIONS if f.operands == 1], ids=lambda f: f.name.replace(" ", "-"))
def test_functions(function: Function, precision: str) -> None:
    with np.errstate(all="ignore"):
        expected = function.formula(SPECIAL.astype(np.float64)).astype(np.float32)
    found = run_model(*function.model((SPECIAL,)), precision)
    assert agree(found, expected, precision), list(zip(SPECIAL, found, expected, strict=True))


FINITE = SPECIAL[~np.isinf(SPECIAL)]  # what sums and choices read may be a mask, which 16 bits limit
ACTIVATIONS: list[tuple[NodeCase, Formula]] = [
    (NodeCase("Relu", (SPECIAL,)), lambda x: np.maximum(x, 0)),
    (NodeCase("LeakyRelu", (SPECIAL,), attributes={"alpha": 0.25}), lambda x: np.where(x < 0, 0.25 * x, x)),
    (NodeCase("PRelu", (SPECIAL, Fixed(np.float32([0.25])))), lambda x: np.where(x < 0, 0.25 * x, x)),
    (NodeCase("HardSigmoid", (SPECIAL,)), lambda x: np.clip(0.2 * x + 0.5, 0, 1)),
    (NodeCase("HardSwish", (SPECIAL,)), lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    (NodeCase("Clip", (SPECIAL, Fixed(np.float32(-1.5)), Fixed(np.float32(6)))), lambda x: np.clip(x, -1.5, 6)),
    (NodeCase("Max", (FINITE, Fixed(np.float32(0.75)))), lambda x: np.maximum(x, 0.75)),
    (NodeCase("Min", (FINITE, Fixed(np.float32(0.75)))), lambda x: np.minimum(x, 0.75)),
    (NodeCase("Floor", (SPECIAL,)), np.floor),
    (NodeCase("Abs", (SPECIAL,)), np.abs),
    (NodeCase("Sign", (SPECIAL,)), np.sign),
    (NodeCase("Selu", (SPECIAL,)), lambda x: 1.0507 * np.where(x < 0, 1.67326 * np.expm1(x), x)),
    (NodeCase("Pow", (SPECIAL, Fixed(np.float32(0)))), lambda x: np.ones_like(x)),
    (NodeCase("Pow", (SPECIAL, Fixed(np.float32(-1)))), lambda x: 1 / x),
    (NodeCase("Pow", (SPECIAL, Fixed(np.float32(3)))), lambda x: x**3),
    (NodeCase("Pow", (SPECIAL, Fixed(np.float32(17)))), lambda x: x**17),
    (NodeCase("Pow", (SPECIAL[~np.isneginf(SPECIAL)], Fixed(np.float32(1.5)))), lambda x: np.power(x, 1.5)),
]


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize(("tried", "formula"), ACTIVATIONS, ids=[str(tried) for tried, _ in ACTIVATIONS])
def test_activations(tried: NodeCase, formula: Formula, precision: str) -> None:
    with np.errstate(all="ignore"):
        x = tried.feeds()["in0"]
        expected = formula(x.astype(np.float64)).astype(np.float32)
    found = run(tried, precision)
    assert agree(found, expected, precision), list(zip(x, found, expected, strict=True))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["Max", "Min", "Pow"])
def test_pairs(op: str, precision: str) -> None:
    a, b = (side.ravel() for side in np.meshgrid(SPECIAL, np.float32([*SPECIAL, 3, -3])))
    compute = {"Max": np.maximum, "Min": np.minimum, "Pow": np.power}[op]
    with np.errstate(all="ignore"):
        expected = compute(a.astype(np.float64), b).astype(np.float32)
    found = run(NodeCase(op, (a, b)), precision)
    results = [pair for pair in zip(a, b, found, expected, strict=True) if not listed(op, precision, *pair[:2])]
    assert [pair for pair in results if not agree(*map(np.float32, pair[2:]), precision)] == []


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["Greater", "GreaterOrEqual", "Less", "LessOrEqual", "Equal"])
def test_comparisons(op: str, precision: str) -> None:
    """No comparison with NaN holds, not even with one of the same bits."""
    a, b = (side.ravel() for side in np.meshgrid(SPECIAL, np.append(SPECIAL, -0.0).astype(np.float32)))
    compute = {"Greater": np.greater, "GreaterOrEqual": np.greater_equal, "Less": np.less, "LessOrEqual": np.less_equal}
    expected = np.where(compute.get(op, np.equal)(a, b), 3, 7)
    nodes = [helper.make_node(op, ["a", "b"], ["c"]), helper.make_node("Where", ["c", "three", "seven"], ["y"])]
    weights = [numpy_helper.from_array(np.float32(value), name) for value, name in ((3, "three"), (7, "seven"))]
    infos = [helper.make_tensor_value_info(name, TensorProto.FLOAT, a.shape) for name in "aby"]
    graph = helper.make_graph(nodes, "g", infos[:2], infos[2:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 16)], ir_version=8)
    session = Session(tpu_mlir.compile(model, precision=precision))
    assert np.array_equal(session.run(session.convert({"a": a, "b": b}))["y"].astype(np.float32), expected)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["GreaterOrEqual", "LessOrEqual", "Equal"])
def test_comparison_with_itself(op: str, precision: str) -> None:
    """Equal(x, x) is how frameworks without IsNaN ask for numbers."""
    nodes = [helper.make_node(op, ["x", "x"], ["c"]), helper.make_node("Cast", ["c"], ["y"], to=TensorProto.FLOAT)]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, SPECIAL.shape) for name in "xy")
    model = helper.make_model(
        helper.make_graph(nodes, "g", [x], [y]), opset_imports=[helper.make_opsetid("", 16)], ir_version=8
    )
    session = Session(tpu_mlir.compile(model, precision=precision))
    assert np.array_equal(session.run(session.convert({"x": SPECIAL}))["y"].astype(np.float32), ~np.isnan(SPECIAL))


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["Sin", "Cos"])
def test_sines_of_any_argument_are_sines(op: str, precision: str) -> None:
    x = np.float32([6e4, 1e6, -1e9, 1e15, -3e38])
    assert (np.abs(run(NodeCase(op, (x[:1] if precision == "f16" else x,)), precision)) <= 1).all()


@pytest.mark.parametrize("precision", PRECISIONS)
def test_slope_at_run_time(precision: str) -> None:
    """A slope that is infinite or NaN counts for negative numbers only."""
    x, slope = np.float32([3, -3, 3, -3, 3, -3]), np.float32([np.inf, np.inf, np.nan, np.nan, 0.5, 0.5])
    expected = np.float32([3, -np.inf, 3, np.nan, 3, -1.5])
    assert agree(run(NodeCase("PRelu", (x, slope)), precision), expected, precision)


@pytest.mark.parametrize("count", [2, 3, 4, 5])
def test_means_of_numbers_whose_sum_is_infinite(count: int) -> None:
    x = np.float32([6e4, -5e4, 3, 0])
    assert agree(run(NodeCase("Mean", (x,) * count), "f16"), x, "f16")


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("op", ["Softmax", "LogSoftmax"])
def test_softmax_of_rows_with_infinities(op: str, precision: str) -> None:
    rows = [[0, -math.inf, 1, -math.inf], [-math.inf] * 4, [1, math.inf, 0, 2], [1, math.nan, 0, 2], [3, 3, 3, 3]]
    x = np.array(rows, np.float32)
    with np.errstate(all="ignore"):
        power = np.exp(x - x.max(-1, keepdims=True))
        expected = power / power.sum(-1, keepdims=True)
        if op == "LogSoftmax":
            expected = np.log(expected)
    assert agree(run(NodeCase(op, (x,)), precision), expected, precision)
    alone = run(NodeCase("Softmax", (np.array([[7], [-3]], np.float32),)), precision)
    assert np.array_equal(alone, [[1], [1]])
