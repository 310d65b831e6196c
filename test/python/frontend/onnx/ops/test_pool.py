"""Pooling, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.testing import NodeCase, case, check_round_trip, uniform

X = uniform(2, 3, 9, 10)
K = {"kernel_shape": [3, 2]}
MODES = ("SAME_UPPER", "SAME_LOWER", "VALID")

MAX = [
    *(case("MaxPool", X, opset=opset, **K) for opset in (7, 8, 10, 11, 12)),
    case("MaxPool", X, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 0, 0, 1]),
    case("MaxPool", X, kernel_shape=[3, 3], dilations=[2, 3]),
    case("MaxPool", X, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
    case("MaxPool", X, kernel_shape=[2, 2], strides=[3, 3], ceil_mode=1, pads=[1, 1, 1, 1]),
    *(case("MaxPool", X, kernel_shape=[3, 3], strides=[2, 3], auto_pad=mode) for mode in MODES),
    case("MaxPool", uniform(1, 3, 11), kernel_shape=[3], strides=[2]),
    case("MaxPool", uniform(1, 2, 5, 6, 7), kernel_shape=[2, 3, 2], strides=[1, 2, 2]),
    case("MaxPool", uniform(2, 2, 7, 6, 7), kernel_shape=[3, 2, 3], strides=[2, 1, 2], pads=[1, 0, 2, 1, 1, 0]),
    case("MaxPool", uniform(1, 2, 8, 7, 9), kernel_shape=[2, 3, 2], dilations=[3, 1, 2], ceil_mode=1),
    case("MaxPool", uniform(1, 2, 40, 41), kernel_shape=[17, 18], dilations=[2, 2], pads=[3, 1, 2, 4]),
]
BYTES = [
    np.rint(uniform(1, 2, 5, 6, low=low, high=low + 255)).astype(kind) for low, kind in ((0, np.uint8), (-128, np.int8))
]
PLACES = [
    *(case("MaxPool", x, opset=12, kernel_shape=[3, 3], pads=[1, 1, 1, 1]) for x in BYTES),
    case("MaxPool", X, opset=12, outputs=2, kernel_shape=[3, 2]),
    case("MaxPool", X, opset=12, outputs=2, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], storage_order=1),
    case("MaxPool", np.rint(X), opset=12, outputs=2, kernel_shape=[3, 3], dilations=[2, 3], ceil_mode=1),
    case("MaxPool", uniform(1, 3, 11), opset=12, outputs=2, kernel_shape=[3], strides=[2]),
    case("MaxPool", uniform(1, 2, 5, 6, 7), opset=12, outputs=2, kernel_shape=[2, 3, 2], strides=[1, 2, 2]),
]
AVERAGE = [
    *(case("AveragePool", X, opset=opset, **K) for opset in (7, 10, 11, 19)),
    *(case("AveragePool", X, kernel_shape=[3, 3], pads=[1, 0, 2, 1], count_include_pad=count) for count in (0, 1)),
    *(case("AveragePool", X, kernel_shape=[3, 3], strides=[2, 3], auto_pad=mode) for mode in MODES),
    *(
        case(
            "AveragePool",
            X,
            opset=19,
            kernel_shape=[3, 3],
            strides=[2, 2],
            pads=[1] * 4,
            ceil_mode=1,
            count_include_pad=n,
        )
        for n in (0, 1)
    ),
    case("AveragePool", X, opset=19, kernel_shape=[3, 3], dilations=[2, 2]),
    case("AveragePool", uniform(1, 3, 11), kernel_shape=[3], strides=[2], ceil_mode=1),
    *(
        case(
            "AveragePool",
            uniform(2, 2, 7, 6, 8),
            opset=19,
            kernel_shape=[3, 2, 3],
            strides=[2, 1, 2],
            pads=[1, 0, 1, 1, 1, 0],
            ceil_mode=ceil,
            count_include_pad=count,
        )
        for count in (0, 1)
        for ceil in (0, 1)
    ),
    case(  # what ceil_mode adds makes the padding at the end longer than the kernel
        "AveragePool",
        uniform(1, 2, 1, 3),
        opset=19,
        kernel_shape=[5, 1],
        strides=[3, 2],
        dilations=[2, 1],
        pads=[2, 0, 4, 0],
        ceil_mode=1,
    ),
]
OTHER = [
    case("LpPool", X, opset=11, **K),
    case("LpPool", X, opset=18, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 0, 0], p=3),
    case("LpPool", X, opset=7, kernel_shape=[2, 2], p=1),
    case("GlobalAveragePool", X),
    case("GlobalMaxPool", X),
    *(case("GlobalLpPool", X, p=p) for p in (1, 2, 3)),
    *(case("LpPool", uniform(1, 2, 5, 6, 7), opset=18, kernel_shape=[2, 3, 2], p=p) for p in (1, 2, 3)),
    case("LpPool", X, opset=18, kernel_shape=[2, 2], dilations=[2, 2], p=4),
    *(case(op, uniform(1, 2, 3, 4, 5)) for op in ("GlobalAveragePool", "GlobalMaxPool", "GlobalLpPool")),
]


@pytest.mark.parametrize("tried", MAX + PLACES + AVERAGE + OTHER, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
