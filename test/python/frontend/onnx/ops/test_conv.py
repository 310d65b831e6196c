"""Convolutions, imported and written back, against ONNX Runtime."""

import pytest
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

X = uniform(2, 4, 9, 10)
W, BIAS = Fixed(uniform(6, 4, 3, 3, seed=1)), Fixed(uniform(6, seed=2))
BIAS_3 = Fixed(uniform(3, seed=3))

CONV = [
    case("Conv", X, W, opset=7),
    case("Conv", X, W, BIAS, opset=11, pads=[1, 0, 2, 1], strides=[2, 1]),
    case("Conv", X, W, BIAS, dilations=[2, 3], kernel_shape=[3, 3]),
    case("Conv", X, Fixed(uniform(6, 2, 3, 3)), group=2),
    case("Conv", X, Fixed(uniform(4, 1, 3, 3)), Fixed(uniform(4)), group=4, pads=[1, 1, 1, 1]),
    *(case("Conv", X, W, auto_pad=mode, strides=[2, 3]) for mode in ("SAME_UPPER", "SAME_LOWER", "VALID")),
    case("Conv", X, uniform(6, 4, 2, 2), uniform(6)),
    case("Conv", uniform(1, 3, 17), Fixed(uniform(5, 3, 4)), strides=[3], pads=[2, 1]),
    case("Conv", uniform(1, 2, 5, 6, 7), Fixed(uniform(3, 2, 2, 3, 2)), pads=[0, 1, 0, 1, 0, 1]),
    case(
        "Conv",
        uniform(2, 4, 7, 6, 7),
        Fixed(uniform(6, 2, 3, 2, 3)),
        BIAS,
        group=2,
        strides=[2, 1, 2],
        dilations=[2, 2, 1],
        pads=[1, 0, 2, 2, 1, 0],
    ),
    case("Conv", uniform(1, 4, 6, 5, 5), Fixed(uniform(4, 1, 3, 3, 3)), group=4, auto_pad="SAME_UPPER"),
    case("Conv", uniform(1, 2, 3, 4, 5, 4), Fixed(uniform(3, 2, 2, 3, 1, 2)), strides=[1, 1, 2, 2]),
    case("Conv", X, W, uniform(6)),
    case("Conv", X, uniform(6, 2, 3, 2), uniform(6), group=2, strides=[2, 1], dilations=[1, 2], pads=[1, 2, 0, 1]),
    case("Conv", uniform(1, 4, 9), uniform(4, 1, 3), group=4, pads=[1, 1]),
    case("Conv", uniform(1, 2, 4, 5, 6), uniform(3, 2, 2, 3, 2), BIAS_3, strides=[2, 1, 2]),
]
T = Fixed(uniform(4, 6, 3, 3, seed=1))
TRANSPOSED = [
    case("ConvTranspose", X, T, opset=7),
    case("ConvTranspose", X, T, BIAS, strides=[2, 3], pads=[1, 0, 0, 1]),
    case("ConvTranspose", X, T, strides=[2, 2], output_padding=[1, 0], dilations=[2, 1]),
    case("ConvTranspose", X, Fixed(uniform(4, 2, 3, 3)), group=2, strides=[2, 2]),
    *(case("ConvTranspose", X, T, strides=[2, 3], auto_pad=mode) for mode in ("SAME_UPPER", "SAME_LOWER", "VALID")),
    case("ConvTranspose", X, T, strides=[3, 2], output_shape=[25, 20]),
    case("ConvTranspose", X, T, strides=[3, 2], output_shape=[26, 20], auto_pad="SAME_UPPER"),
    case("ConvTranspose", uniform(1, 3, 8), Fixed(uniform(3, 5, 4)), strides=[2], pads=[1, 1]),
    case("ConvTranspose", uniform(1, 3, 4, 5, 6), Fixed(uniform(3, 2, 2, 2, 2)), strides=[2, 2, 2]),
    case(
        "ConvTranspose",
        uniform(2, 4, 4, 3, 5),
        Fixed(uniform(4, 3, 3, 2, 3)),
        BIAS,
        group=2,
        strides=[2, 3, 1],
        dilations=[2, 1, 2],
        pads=[1, 0, 1, 0, 1, 2],
        output_padding=[1, 1, 0],
    ),
    case("ConvTranspose", uniform(1, 2, 3, 4, 5), Fixed(uniform(2, 3, 1, 3, 3)), pads=[0, 1, 1, 0, 1, 1]),
    case("ConvTranspose", X, uniform(4, 3, 3, 2), BIAS, group=2, strides=[2, 1], pads=[1, 0, 0, 2]),
    case("ConvTranspose", X, uniform(4, 3, 2, 2), uniform(3), strides=[2, 3], output_padding=[1, 0], pads=[2, 0, 0, 1]),
    case("ConvTranspose", uniform(1, 2, 3, 4, 5), uniform(2, 3, 2, 2, 3), strides=[2, 1, 2], dilations=[1, 2, 1]),
]


@pytest.mark.parametrize("tried", CONV + TRANSPOSED, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())
