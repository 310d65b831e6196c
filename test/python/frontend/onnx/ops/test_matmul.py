"""Matrix products, imported and written back, against ONNX Runtime."""

import pytest
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

DET = [case("Det", uniform(*shape), opset=11) for shape in ((1, 1), (2, 2), (3, 2, 2), (2, 3, 3), (4, 4), (2, 2, 6, 6))]
MATMUL = [
    case("MatMul", uniform(3, 4), uniform(4, 5), opset=7),
    case("MatMul", uniform(2, 1, 3, 4), Fixed(uniform(5, 4, 6)), opset=9),
    case("MatMul", uniform(4), uniform(4, 5)),
    case("MatMul", uniform(2, 3, 4), uniform(4)),
    case("MatMul", uniform(4), uniform(4, seed=1)),
]
A, B = uniform(3, 4), uniform(4, 5)
GEMM = [
    *(case("Gemm", A, Fixed(B), Fixed(uniform(5)), opset=opset) for opset in (7, 9, 11, 13)),
    case("Gemm", A, B),
    case("Gemm", A, Fixed(B), Fixed(uniform(1)), alpha=0.5, beta=2.0),
    case("Gemm", A, Fixed(uniform(5, 4)), Fixed(uniform(1, 5)), transB=1, alpha=0.5),
    case("Gemm", uniform(4, 3), B, uniform(3, 5), transA=1, alpha=0.5, beta=0.25),
    case("Gemm", A, B, Fixed(uniform(3, 1))),
    case("Gemm", A, uniform(5, 4), uniform(5), transB=1),
]


@pytest.mark.parametrize("tried", MATMUL + GEMM + DET, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
