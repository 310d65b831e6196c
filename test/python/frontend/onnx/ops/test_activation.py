"""Activations, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

X = uniform(2, 3, 4, 5, low=-6, high=6)

PLAIN = [
    *(case("Relu", X, opset=opset) for opset in (7, 13, 14)),
    case("Relu", np.array([-3, 4], np.int32), opset=14),
    *(case("Sigmoid", X, opset=opset) for opset in (7, 13)),
    *(case(op, X) for op in ("HardSwish", "Softplus", "Softsign", "HardSigmoid", "Elu", "Celu", "Selu", "LeakyRelu")),
    case("Mish", X, opset=18),
    case("Gelu", X, opset=20),
    case("Shrink", X),
    case("Shrink", X, lambd=1.5, bias=1.5),
    case("Shrink", X, lambd=-0.5, bias=0.25),
    case("Gelu", X, opset=20, approximate="tanh"),
    case("LeakyRelu", X, opset=7, alpha=0.3),
    case("Elu", X, alpha=0.5),
    case("Celu", X, alpha=0.5),
    case("Selu", X, alpha=1.5, gamma=2.0),
    case("HardSigmoid", X, alpha=0.3, beta=0.4),
    case("ThresholdedRelu", X, alpha=0.7),
    *(case("PRelu", X, Fixed(uniform(3, 1, 1)), opset=opset) for opset in (7, 9, 16)),
    case("PRelu", X, uniform(5), opset=9),
]
ALONG = ("Softmax", "LogSoftmax", "Hardmax")
AXES = [
    *(case(op, X, opset=opset) for op in ALONG for opset in (7, 11, 13)),
    *(
        case(op, X, opset=opset, axis=axis)
        for op in ALONG
        for opset, axis in ((7, 2), (11, -1), (11, 0), (13, 1), (13, -2))
    ),
    case("Softmax", uniform(1, 7, 1, 1), opset=7),
    case("Softmax", uniform(6), opset=11, axis=0),
    # Rows that no lane holds beside what softmax needs: with divisors, without (a prime), few and many of them.
    case("Softmax", uniform(3, 18385), axis=-1),
    case("Softmax", uniform(70, 8192), axis=-1),
    case("Softmax", uniform(1, 16411, 2), axis=1),
    case("LogSoftmax", uniform(1, 65537), axis=-1),
]


@pytest.mark.parametrize("tried", PLAIN + AXES, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


def test_unknown_approximation() -> None:
    with pytest.raises(ModelError, match="'node': found 'sigmoid', which is not a gelu approximation"):
        import_model(case("Gelu", X, opset=20, approximate="sigmoid").model())
