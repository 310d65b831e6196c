"""Caches that are written at an index of each sequence, against ONNX's reference: ONNX Runtime has none of it."""

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

CACHE, UPDATE = uniform(2, 3, 8, 5), uniform(2, 3, 2, 5, seed=1)


def indices(*values: int) -> Array:
    return np.array(values, np.int64)


CACHES = [
    case("TensorScatter", CACHE, UPDATE, opset=24),
    *(
        case("TensorScatter", CACHE, UPDATE, at, opset=24)
        for at in (indices(1, 3), indices(0, 6), Fixed(indices(2, 5)))
    ),
    *(case("TensorScatter", CACHE, UPDATE, at, opset=24, mode="circular") for at in (indices(7, 2), indices(0, 7))),
    case("TensorScatter", uniform(2, 8, 3), uniform(2, 1, 3, seed=1), indices(4, 7), opset=24, axis=1),
]


@pytest.mark.parametrize("tried", CACHES, ids=str)
def test_agrees_with_onnx_reference(tried: NodeCase) -> None:
    (wanted,) = ReferenceEvaluator(tried.model()).run(None, tried.feeds())
    check_round_trip(tried.model(), tried.feeds(), expected={"out0": np.asarray(wanted)})
