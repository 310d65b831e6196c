"""Arithmetic, comparison and logic, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

A, B = uniform(2, 3, 4), uniform(3, 1, low=0.5)
N, M = np.array([[7, -7], [5, -5]], np.int64), np.array([2, 3], np.int64)
P, Q = np.array([True, False, True, False]), np.array([[True], [False]])
BYTES, STEPS = np.array([[1, 200], [255, 128]], np.uint8), np.array([1, 7], np.uint8)
ODD = np.array([np.nan, np.inf, -np.inf, 0.0, 1.5], np.float32)

ANYWHERE = ("Abs", "Ceil", "Floor", "Neg", "Sin", "Cos", "Tan", "Atan", "Sinh", "Cosh", "Asinh", "Erf", "Exp", "Tanh")
UNARY = [
    *(case(op, A, opset=13) for op in (*ANYWHERE, "Sign", "Round")),
    *(case(op, A, opset=7) for op in ("Abs", "Ceil", "Floor", "Neg", "Exp", "Tanh", "Sin", "Atan")),
    *(case(op, uniform(5, 7, low=-0.9, high=0.9), opset=9) for op in ("Asin", "Acos", "Atanh", "Erf", "Sign")),
    *(
        case(op, uniform(5, 7, low=0.1, high=9.0), opset=opset)
        for op in ("Log", "Sqrt", "Reciprocal")
        for opset in (8, 13)
    ),
    case("Acosh", uniform(5, low=1.1, high=4.0), opset=9),
    case("Abs", N),
    case("Neg", N),
    case("Not", P),
    *(case("BitwiseNot", array, opset=18) for array in (N, BYTES)),
    *(case("IsNaN", ODD, opset=opset) for opset in (9, 13, 20)),
    *(case("IsInf", ODD, opset=opset) for opset in (10, 20)),
    case("IsInf", ODD, detect_negative=0),
    case("IsInf", ODD, detect_positive=0),
    case("Round", np.array([0.5, 1.5, 2.5, -0.5, -1.5, 1e9], np.float32)),
]
BINARY = [
    *(case(op, A, B, opset=opset) for op in ("Add", "Sub", "Mul", "Div") for opset in (7, 13, 14)),
    *(case(op, N, M) for op in ("Add", "Sub", "Mul", "Div", "Mod", "Max", "Min", "Pow")),
    *(case(op, A, Fixed(B)) for op in ("Add", "Sub", "Mul", "Div")),
    case("Pow", uniform(4, 4, low=0.1), uniform(4, seed=1), opset=7),
    case("Pow", A, Fixed(np.array(2.0, np.float32)), opset=13),
    case("Pow", A, Fixed(np.array([2], np.int64)), opset=13),
    case("Pow", A, np.array([2], np.int64), opset=12),
    case("Pow", A, np.array([2], np.int32), opset=15),
    case("Mod", A, B, opset=13, fmod=1),
    *(case(f"Bitwise{op}", N, M, opset=18) for op in ("And", "Or", "Xor")),
    *(case(f"Bitwise{op}", N.astype(np.uint8), M.astype(np.uint8), opset=18) for op in ("And", "Or", "Xor")),
    *(case("BitShift", BYTES, STEPS, opset=11, direction=direction) for direction in ("LEFT", "RIGHT")),
    case("Pow", N, Fixed(np.array([2.0, 3.0], np.float32)), opset=15),
    case("Mod", N, M, opset=10, fmod=1),
    *(case(op, P, Q) for op in ("And", "Or", "Xor")),
    *(case(op, np.round(A), np.round(B), opset=opset) for op in ("Greater", "Less") for opset in (7, 9, 13)),
    *(
        case(op, np.round(A), np.round(B), opset=opset)
        for op in ("GreaterOrEqual", "LessOrEqual")
        for opset in (12, 16)
    ),
    *(case("Equal", np.round(A), np.round(B), opset=opset) for opset in (11, 13, 19)),
    case("Equal", N, M, opset=7),
    case("Equal", P, Q, opset=11),
    case("Where", Q, uniform(2, 4), uniform(4, seed=1), opset=9),
    case("Where", P, N.reshape(4, 1), np.array(3, np.int64), opset=16),
]
CHAINS = [
    *(case(op, A, B, uniform(4, seed=2), opset=opset) for op in ("Sum", "Mean", "Max", "Min") for opset in (8, 12, 13)),
    *(case(op, A, opset=13) for op in ("Sum", "Mean", "Max", "Min")),
    *(case(op, A, uniform(2, 3, 4, seed=1), opset=7) for op in ("Sum", "Mean", "Max", "Min")),
]
ONE, MINUS = np.array(1.0, np.float32), np.array(-1.0, np.float32)
CLIPS = [
    case("Clip", A, opset=7),
    case("Clip", A, opset=6 + 1, min=-1.0, max=0.5),
    case("Clip", A, Fixed(MINUS), Fixed(ONE), opset=11),
    case("Clip", A, None, Fixed(ONE), opset=12),
    case("Clip", A, Fixed(MINUS), opset=13),
    case("Clip", A, MINUS, ONE, opset=13),
    case("Clip", A, None, ONE, opset=13),
    case("Clip", A, Fixed(ONE), Fixed(MINUS), opset=13),
    case("Clip", N, Fixed(np.array(-3, np.int64)), Fixed(np.array(5, np.int64)), opset=13),
    case("Clip", N, Fixed(np.array(-3, np.int64)), Fixed(np.array(np.iinfo(np.int64).max)), opset=13),
    case("Clip", N, Fixed(np.array(np.iinfo(np.int64).min)), Fixed(np.array(2, np.int64)), opset=13),
    case("Clip", N, Fixed(np.array(np.iinfo(np.int64).min)), opset=13),
]
CASTS = [
    case("Cast", A, opset=opset, to=to)
    for opset in (7, 9, 13, 19, 21, 24)
    for to in (6, 7, 9)  # INT32, INT64, BOOL
] + [
    case("Cast", N, opset=13, to=1),
    case("Cast", P, opset=13, to=1),
    case("Cast", N, opset=13, to=9),
    case("CastLike", N, Fixed(A), opset=15),
    *(case("CastLike", A, N, opset=opset) for opset in (19, 21, 24)),
]
BYTES = [np.random.default_rng(seed).integers(0, 256, (2, 3), dtype=np.uint8) for seed in (1, 2)]
BITS = [
    *(case("BitShift", BYTES[0], BYTES[1] % 8, opset=11, direction=direction) for direction in ("LEFT", "RIGHT")),
    *(case(f"Bitwise{op}", *BYTES, opset=18) for op in ("And", "Or", "Xor")),
    case("BitwiseNot", BYTES[0], opset=18),
]


@pytest.mark.parametrize("tried", UNARY + BINARY + CHAINS + CLIPS + CASTS + BITS, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
