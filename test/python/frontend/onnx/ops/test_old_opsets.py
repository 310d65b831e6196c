"""Operators as they were before opset 7, which ONNX Runtime does not compute: the expected values are formulas."""

from collections.abc import Callable

import numpy as np
import pytest
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

X = uniform(2, 3, 4, 5)
ROWS = uniform(3, 4, low=0.5, seed=1)
POSITIVE = uniform(2, 3, 4, 5, low=0.1)
CHANNELS = [uniform(3, low=0.5, high=1.5, seed=seed) for seed in range(4)]


def columns(array: Array) -> Array:
    """Return an array that stands from axis 1 of four dimensions on."""
    return array.reshape(array.shape + (1,) * (3 - array.ndim))


def windows(x: Array) -> Array:
    """Return the windows of two by two, with strides of two, in two new dimensions at the end."""
    return x[:, :, :4, :4].reshape(2, 3, 2, 2, 2, 2).transpose(0, 1, 2, 4, 3, 5)


Formula = Callable[..., Array]
ALIGNED: dict[str, Formula] = {"Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide}
COMPARED: dict[str, Formula] = {"Greater": np.greater, "Less": np.less}
LOGICAL: dict[str, Formula] = {"And": np.logical_and, "Or": np.logical_or, "Xor": np.logical_xor}
BITS = X > 0

ALIGNED_CASES = [
    *(case(op, X, ROWS, opset=opset, broadcast=1, axis=1) for op in ALIGNED for opset in (1, 6)),
    *(case(op, np.round(X), np.round(ROWS), opset=1, broadcast=1, axis=1) for op in COMPARED),
    *(case(op, BITS, ROWS > 1, opset=1, broadcast=1, axis=1) for op in LOGICAL),
    case("Equal", np.round(X).astype(np.int32), np.round(ROWS).astype(np.int32), opset=1, broadcast=1, axis=1),
    case("Pow", POSITIVE, ROWS, opset=1, broadcast=1, axis=1),
]

FORMULAS: list[tuple[NodeCase, Formula]] = [
    (case("Add", X, uniform(4, 5), opset=6, broadcast=1), np.add),
    (case("Add", X, X, opset=6), np.add),
    (case("PRelu", X, CHANNELS[0], opset=1), lambda x, s: np.where(x < 0, x * s.reshape(3, 1, 1), x)),
    (case("PRelu", X, CHANNELS[0], opset=6), lambda x, s: np.where(x < 0, x * s.reshape(3, 1, 1), x)),
    (case("PRelu", X, np.float32([0.5]), opset=6), lambda x, s: np.where(x < 0, x * s, x)),
    (case("Cast", X, opset=1, to="FLOAT"), lambda x: x),
    (case("Clip", X, opset=1, min=-0.5), lambda x: np.maximum(x, np.float32(-0.5))),
    (case("Concat", X, X, opset=1), lambda x, y: np.concatenate([x, y], 1)),
    (case("Dropout", X, opset=1, is_test=1, consumed_inputs=[0]), lambda x: x),
    (case("Dropout", X, opset=6, is_test=1), lambda x: x),
    (case("Gemm", uniform(2, 3), uniform(3, 4), uniform(4), opset=1, broadcast=1), lambda a, b, c: a @ b + c),
    (case("Gemm", uniform(2, 3), uniform(3, 4), uniform(4), opset=6, broadcast=1), lambda a, b, c: a @ b + c),
    (case("AveragePool", X, opset=1, kernel_shape=[2, 2], strides=[2, 2]), lambda x: windows(x).mean((4, 5))),
    (
        case("LpPool", X, opset=1, kernel_shape=[2, 2], strides=[2, 2], p=1.0),
        lambda x: np.abs(windows(x)).sum((4, 5)),
    ),
    (case("GlobalLpPool", X, opset=1), lambda x: np.sqrt((x * x).sum((2, 3), keepdims=True))),
    (case("Pad", X, opset=1, paddings=[0, 0, 1, 2, 0, 0, 0, 1]), lambda x: np.pad(x, [(0, 0), (0, 0), (1, 0), (2, 1)])),
    (case("Reshape", X, opset=1, shape=[0, -1]), lambda x: x.reshape(2, 60)),
    (case("Relu", X, opset=1), lambda x: np.maximum(x, 0)),  # whose versions differ in an attribute without meaning
    (case("Selu", X, opset=1), lambda x: 1.0507 * np.where(x > 0, x, 1.6732 * np.exp(x) - 1.6732)),
    (case("Tile", X, Fixed(np.float32(3)), Fixed(np.float32(1)), opset=1), lambda x: np.tile(x, [1, 3, 1, 1])),
    (
        case("Upsample", X, opset=1, height_scale=2.0, width_scale=3.0, mode="nearest"),
        lambda x: x.repeat(2, axis=2).repeat(3, axis=3),
    ),
    *(
        (
            case("BatchNormalization", X, *CHANNELS, opset=opset, is_test=1, **consumed),
            lambda x, s, b, m, v: (x - columns(m)) / np.sqrt(columns(v) + 1e-5) * columns(s) + columns(b),
        )
        for opset, consumed in ((1, {"consumed_inputs": [0] * 5}), (6, {}))
    ),
]
SPLITS = [
    case("Split", X, opset=1, outputs=2, axis=1, split=[1, 2]),
    case("Split", X, Fixed(np.float32([1, 2])), opset=1, outputs=2, axis=1),
]


@pytest.mark.parametrize("item", ALIGNED_CASES, ids=str)
def test_aligned_at_an_axis(item: NodeCase) -> None:
    formula = (ALIGNED | COMPARED | LOGICAL | {"Equal": np.equal, "Pow": np.power})[item.op]
    left, right = item.feeds().values()
    check_round_trip(item.model(), item.feeds(), expected={"out0": formula(left, columns(right))})


@pytest.mark.parametrize("item", FORMULAS, ids=lambda item: str(item[0]))
def test_formula(item: tuple[NodeCase, Formula]) -> None:
    node, formula = item
    expected = {"out0": np.asarray(formula(*node.feeds().values()), np.float32)}
    check_round_trip(node.model(), node.feeds(), expected=expected)


@pytest.mark.parametrize("item", SPLITS, ids=str)
def test_split(item: NodeCase) -> None:
    check_round_trip(item.model(), item.feeds(), expected={"out0": X[:, :1], "out1": X[:, 1:]})


def test_a_dropout_that_forgets_to_say_so_is_not_in_training() -> None:
    with pytest.warns(TpuMlirWarning, match=r"'out0' is a Dropout in training mode; it becomes nothing"):
        check_round_trip(case("Dropout", X, opset=6).model(), {"in0": X}, expected={"out0": X})


def test_constants_are_computed_with_the_rest() -> None:
    """ONNX Runtime, which evaluates constant nodes, has none of these."""
    item = case("Add", Fixed(X), Fixed(ROWS), opset=6, broadcast=1, axis=1)
    check_round_trip(item.model(), {}, expected={"out0": X + columns(ROWS)})


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (case("Add", X, ROWS, opset=6), r"Add expects one shape without broadcast, found \[2, 3, 4, 5\] and \[3, 4\]"),
        (case("Add", X, ROWS, opset=6, broadcast=1, axis=3), r"Add expects the shape \[3, 4\] from axis 3 of"),
        (case("BatchNormalization", X, *CHANNELS, opset=6), r"is in training mode \(is_test = 0\)"),
        (case("BatchNormalization", X, *CHANNELS, opset=6, is_test=1, spatial=0), "expects statistics of whole"),
        (case("Cast", X, opset=1, to="REAL"), "expects the name of an element type, found 'REAL'"),
        (case("GlobalLpPool", X, opset=1, p=1.5), "GlobalLpPool expects a whole number p, found 1.5"),
    ],
    ids=lambda item: item.op if isinstance(item, NodeCase) else "",
)
def test_refused(item: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=reason):
        import_model(item.model())
