"""Gathers, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(3, 6, 7)
PICK = np.array([[0, 5], [-1, 2]], np.int64)
SAME_RANK = np.array([[[0, -1, 2, 1, 0, 3, 6]]], np.int64)

GATHERS = [
    *(case("Gather", X, Fixed(PICK), opset=opset, axis=1) for opset in (7, 11, 13)),
    case("Gather", X, PICK, axis=-2),
    case("Gather", Fixed(uniform(30, 70)), np.array([[29, -30, 0, 7]], np.int64)),
    case("Gather", X, np.array(2, np.int64), axis=2),
    case("Gather", Fixed(uniform(10, 4)), np.array([3, 9, 0], np.int32)),
    case("Gather", X, integers([2]), axis=0),
    case("Gather", X, Fixed(np.array(1, np.int64)), axis=2),
    *(case("GatherElements", X, SAME_RANK, opset=opset, axis=2) for opset in (11, 13)),
    case("GatherElements", X, Fixed(np.zeros((2, 6, 7), np.int64)), axis=0),
]


@pytest.mark.parametrize("tried", GATHERS, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
