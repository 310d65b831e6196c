"""Reductions, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(2, 3, 4, 5, low=0.1)
KINDS = ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")

WHOLE = np.random.default_rng(0).integers(-4, 4, (3, 5, 70)).astype(np.int32)
ODD = np.array(  # what stands beside a NaN counts, unless it is the first
    [
        [np.nan, 1, 2, np.nan],
        [1, np.nan, 2, np.nan],
        [-np.inf, np.nan, -np.inf, np.nan],
        [0.0, -0.0, np.inf, np.inf],
        [np.nan] * 4,
        [-0.0, 0.0, -np.inf, -np.inf],
    ],
    np.float32,
)
LONG = ("ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin")
REDUCE = [
    *(case(f"Reduce{kind}", X, opset=opset, axes=[1]) for kind in KINDS for opset in (7, 11)),
    *(case(f"Reduce{kind}", X, opset=12, axes=[-1, 0], keepdims=0) for kind in KINDS),
    *(case(f"Reduce{kind}", X, opset=13, axes=[2]) for kind in KINDS if kind != "Sum"),
    *(case(f"Reduce{kind}", X, integers([2, 1]), opset=18, keepdims=0) for kind in KINDS),
    *(case(f"Reduce{kind}", X, opset=18) for kind in KINDS),
    *(case(f"Reduce{kind}", X, integers([1]), opset=20) for kind in ("Max", "Min")),
    case("ReduceSum", X, integers([1]), opset=13),
    *(
        case(op, uniform(2, 65537, low=0.25, high=0.75), opset=17 if op != "ReduceSum" else 11, axes=[1]) for op in LONG
    ),  # a prime
    case("ReduceSum", X, opset=13, noop_with_empty_axes=1),
    case("ReduceSum", X, opset=7, keepdims=0),
    case("ReduceSum", np.arange(6).reshape(2, 3), integers([1]), opset=13),
    case("ReduceMax", np.arange(6, dtype=np.int32).reshape(2, 3), opset=12, axes=[0]),
    *(case(f"Reduce{kind}", -WHOLE, integers([1, 2]), opset=18) for kind in ("Sum", "Mean", "Max", "Min", "L1")),
    *(case(f"Reduce{kind}", WHOLE, integers([0]), opset=18) for kind in ("Prod", "SumSquare")),
    *(
        case(f"Reduce{kind}", WHOLE.astype(dtype), integers([1]), opset=20)
        for kind in ("Max", "Min")
        for dtype in (np.int8, np.uint8, np.int64)
    ),
    *(case(f"Reduce{kind}", WHOLE > 2, integers([2]), opset=20) for kind in ("Max", "Min")),
]
MAPS = (uniform(2, 7, 48, 64) * 64).round() / 64  # exact in f16, too
FLAWED = np.where(MAPS > 1.6, np.nan, np.where(MAPS < 0, -np.inf, MAPS.round())).astype(np.float32)
TIES = np.array([[1, 3, 3, 2], [5, 5, 0, 0]], np.float32)
ARG = [
    *(case(op, TIES, opset=opset, axis=1) for op in ("ArgMax", "ArgMin") for opset in (7, 11, 12, 13)),
    *(case(op, TIES, opset=13, axis=-1, keepdims=0, select_last_index=1) for op in ("ArgMax", "ArgMin")),
    case("ArgMax", TIES, opset=13),
    *(
        case(op, array, opset=13, axis=axis, select_last_index=last)
        for op in ("ArgMax", "ArgMin")
        for array, axis in ((X, 1), (X, 0), (X.round(), 3), (X.round(), 2), (ODD, 1), (WHOLE, 0), (WHOLE, 2))
        for last in (0, 1)
    ),
    case("ArgMax", np.array([[3, 200, 200], [0, 0, 0]], np.uint8), opset=13, axis=1),
    *(
        case(op, array, opset=13, axis=1, keepdims=0, select_last_index=last)
        for op in ("ArgMax", "ArgMin")
        for array in (MAPS, (4 * MAPS).round().astype(np.int32), FLAWED)
        for last in (0, 1)
    ),
]
AXIS = Fixed(np.array(1, np.int64))
CUMSUM = [
    case("CumSum", X, AXIS, opset=11),
    *(
        case("CumSum", array, AXIS, opset=14, exclusive=e, reverse=r)
        for array in (X, WHOLE, WHOLE.astype(np.int64)[:, :1])
        for e, r in ((0, 0), (0, 1), (1, 0), (1, 1))
    ),
]


CUMPROD = [
    case("CumProd", array, Fixed(np.array(axis)), opset=26, exclusive=e, reverse=r)
    for array, axis in ((uniform(3, 7, 2), 1), (uniform(3, 7, 2), 0), (WHOLE, 1), (uniform(4, 1), 1))
    for e, r in ((0, 0), (0, 1), (1, 0), (1, 1))
]


@pytest.mark.parametrize("tried", CUMPROD, ids=str)
def test_products_agree_with_onnx_reference(tried: NodeCase) -> None:
    """No ONNX Runtime that is supported knows the operator."""
    (wanted,) = ReferenceEvaluator(tried.model()).run(None, tried.feeds())
    expected = np.asarray(wanted, next(iter(tried.feeds().values())).dtype)
    check_round_trip(tried.model(), tried.feeds(), expected={"out0": expected})


@pytest.mark.parametrize("tried", REDUCE + ARG + CUMSUM, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
