"""Reductions, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(2, 3, 4, 5, low=0.1)
KINDS = ("Sum", "Mean", "Max", "Min", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")

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
]
TIES = np.array([[1, 3, 3, 2], [5, 5, 0, 0]], np.float32)
ARG = [
    *(case(op, TIES, opset=opset, axis=1) for op in ("ArgMax", "ArgMin") for opset in (7, 11, 12, 13)),
    *(case(op, TIES, opset=13, axis=-1, keepdims=0, select_last_index=1) for op in ("ArgMax", "ArgMin")),
    case("ArgMax", TIES, opset=13),
]
AXIS = Fixed(np.array(1, np.int64))
CUMSUM = [
    case("CumSum", X, AXIS, opset=11),
    *(case("CumSum", X, AXIS, opset=14, exclusive=e, reverse=r) for e, r in ((0, 1), (1, 0), (1, 1))),
]


@pytest.mark.parametrize("tried", REDUCE + ARG + CUMSUM, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
