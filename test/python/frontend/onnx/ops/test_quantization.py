"""Quantized operators: imported, written back, and computed in integers, against ONNX Runtime."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import tpu_mlir
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_sample_image
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

SHUFFLENET = Path(__file__).parents[6] / "shared" / "models" / "onnx" / "shufflenet_v2_int8.onnx"

Array = NDArray[np.generic]
RANDOM = np.random.default_rng(7)
X_SCALE, X_ZERO = np.float32(0.02), np.uint8(120)
Y_SCALE, Y_ZERO = np.float32(0.05), np.uint8(110)


def weights(*shape: int, kind: type[np.generic] = np.int8) -> Array:
    info = np.iinfo(kind)
    return RANDOM.integers(info.min + 1, info.max + 1, shape).astype(kind)


def scales(count: int) -> Array:
    return RANDOM.uniform(0.002, 0.01, count).astype(np.float32)


def model(nodes: Sequence[onnx.NodeProto], shape: Sequence[int], constants: dict[str, Array]) -> onnx.ModelProto:
    """Return a network: x is quantized as `q`, the nodes make `r` from it, and that is cast to y."""
    constants = {"xs": X_SCALE, "xz": X_ZERO, "ys": Y_SCALE, "yz": Y_ZERO, **constants}
    graph = helper.make_graph(
        [
            helper.make_node("QuantizeLinear", ["x", "xs", "xz"], ["q"]),
            *nodes,
            helper.make_node("DequantizeLinear", ["r", "ys", "yz"], ["y"]),
        ],
        "quantized",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    imports = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def microsoft(op: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: object) -> onnx.NodeProto:
    return helper.make_node(op, inputs, outputs, domain="com.microsoft", **attributes)


IMAGE = (1, 6, 9, 10)
W, WS = weights(8, 6, 3, 3), scales(8)
DEPTHWISE = weights(6, 1, 3, 3)
COLUMNS, SHIFTED = weights(6, 5), weights(6, 5, kind=np.uint8)
B = RANDOM.integers(-2000, 2000, 8).astype(np.int32)
CONV = ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"]
PAIR = ["q", "xs", "xz", "q", "xs", "xz", "ys", "yz"]

CASES = {
    "conv": model(
        [helper.make_node("QLinearConv", [*CONV, "b"], ["r"], pads=[1, 1, 1, 1], strides=[2, 1])],
        IMAGE,
        {"w": W, "ws": WS, "wz": np.zeros(8, np.int8), "b": B},
    ),
    "depthwise": model(
        [helper.make_node("QLinearConv", CONV, ["r"], group=6, pads=[1, 0, 1, 0])],
        IMAGE,
        {"w": DEPTHWISE, "ws": np.float32(0.01), "wz": np.int8(0)},
    ),
    "matmul": model(
        [helper.make_node("QLinearMatMul", CONV, ["r"])],
        (4, 6),
        {"w": COLUMNS, "ws": np.float32(0.01), "wz": np.int8(0)},
    ),
    "matmul-many-rows": model(
        [helper.make_node("QLinearMatMul", CONV, ["r"])],
        (40, 6),
        {"w": COLUMNS, "ws": np.float32(0.01), "wz": np.int8(0)},
    ),
    "matmul-unsigned": model(  # 128 less than the stored integers fit into i8
        [helper.make_node("QLinearMatMul", CONV, ["r"])],
        (4, 6),
        {"w": SHIFTED, "ws": np.float32(0.01), "wz": np.uint8(128)},
    ),
    "gemm": model(
        [microsoft("QGemm", ["q", "xs", "xz", "w", "ws", "wz", "b", "ys", "yz"], ["r"], transB=0)],
        (3, 6),
        {"w": COLUMNS, "ws": np.float32(0.01), "wz": np.int8(0), "b": B[:5]},
    ),
    "add": model([microsoft("QLinearAdd", PAIR, ["r"])], IMAGE, {}),
    "add-constant": model(
        [microsoft("QLinearAdd", ["q", "xs", "xz", "w", "ws", "wz", "ys", "yz"], ["r"])],
        (2, 5),
        {"w": weights(5, kind=np.uint8), "ws": np.float32(0.03), "wz": np.uint8(100)},
    ),
    "mul": model([microsoft("QLinearMul", PAIR, ["r"])], IMAGE, {}),
    "sigmoid": model([microsoft("QLinearSigmoid", ["q", "xs", "xz", "ys", "yz"], ["r"])], IMAGE, {}),
    "leaky-relu": model([microsoft("QLinearLeakyRelu", ["q", "xs", "xz", "ys", "yz"], ["r"], alpha=0.1)], IMAGE, {}),
    "global-average-pool": model(
        [microsoft("QLinearGlobalAveragePool", ["q", "xs", "xz", "ys", "yz"], ["r"])], IMAGE, {}
    ),
    "global-average-pool-last": model(
        [microsoft("QLinearGlobalAveragePool", ["q", "xs", "xz", "ys", "yz"], ["r"], channels_last=1)], IMAGE, {}
    ),
    "concat": model(
        [microsoft("QLinearConcat", ["ys", "yz", "q", "xs", "xz", "q", "xs", "xz"], ["r"], axis=1)], IMAGE, {}
    ),
    "qdq": model(  # shared scales, a max pool on integers, a convolution between casts, per-channel weights
        [
            helper.make_node("MaxPool", ["q"], ["p"], kernel_shape=[2, 2]),
            helper.make_node("DequantizeLinear", ["p", "xs", "xz"], ["real"]),
            helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["filter"], axis=0),
            helper.make_node("Conv", ["real", "filter"], ["sum"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["sum"], ["positive"]),
            helper.make_node("QuantizeLinear", ["positive", "ys", "yz"], ["r"]),
        ],
        IMAGE,
        {"w": W, "ws": WS, "wz": np.zeros(8, np.int8)},
    ),
}


Q8, Z8 = Fixed(weights(4, 6, kind=np.uint8)), Fixed(np.array(100, np.uint8))
FACTOR = Fixed(np.array(0.02, np.float32))
MATRICES = (weights(4, 6, kind=np.uint8), FACTOR, Z8, Fixed(COLUMNS), FACTOR, Fixed(np.array(3, np.int8)), FACTOR, Z8)
FOUR, WIDE = Fixed(scales(4)), (np.int16, np.uint16)
BLOCKS = Fixed(RANDOM.uniform(0.01, 0.05, (3, 2)).astype(np.float32))
SINGLE = [
    *(case("QuantizeLinear", uniform(4, 6), FACTOR, Z8, opset=opset) for opset in (10, 13, 19, 21, 23)),
    case("QuantizeLinear", uniform(4, 6), FACTOR, opset=21, output_dtype=3),
    *(case("DequantizeLinear", Q8, FACTOR, Z8, opset=opset) for opset in (10, 13, 19, 21, 23)),
    case("DequantizeLinear", weights(4, 6), FACTOR, opset=13),
    case("QuantizeLinear", uniform(3, 4, 5), FOUR, Fixed(weights(4, kind=np.uint8)), opset=13),
    case("QuantizeLinear", uniform(4, 5), FOUR, Fixed(weights(4)), opset=13, axis=0),
    *(case("QuantizeLinear", uniform(4, 6), FACTOR, Fixed(np.array(7, kind)), opset=21) for kind in WIDE),
    case("QuantizeLinear", uniform(3, 8), BLOCKS, Fixed(weights(3, 2, kind=np.uint8)), opset=21, axis=1, block_size=4),
    case("QuantizeLinear", uniform(3, 8), BLOCKS, None, opset=21, axis=1, block_size=4, output_dtype=TensorProto.INT16),
    case("QuantizeLinear", uniform(4, 6), FACTOR.array, Z8.array, opset=13),
    case("QuantizeLinear", uniform(3, 4, 5), FOUR.array, weights(4, kind=np.uint8), opset=13),
    case("QuantizeLinear", uniform(4, 6), FACTOR.array, np.array(7, np.int16), opset=21),
    case("QuantizeLinear", uniform(3, 8), BLOCKS.array, weights(3, 2), opset=21, axis=1, block_size=4),
    case("DequantizeLinear", weights(3, 4, 5, kind=np.uint8), FOUR.array, weights(4, kind=np.uint8), opset=13),
    case("DequantizeLinear", weights(4, 6, kind=np.uint16), FACTOR.array, np.array(7, np.uint16), opset=21),
    case("DequantizeLinear", weights(3, 8), BLOCKS.array, weights(3, 2), opset=21, axis=1, block_size=4),
    case("DequantizeLinear", weights(4, 6, kind=np.int16), FACTOR, Fixed(np.array(7, np.int16)), opset=21),
    case("DequantizeLinear", weights(3, 8, kind=np.uint8), BLOCKS, None, opset=21, axis=1, block_size=4),
    case("DequantizeLinear", Fixed(weights(3, 8)), BLOCKS, Fixed(weights(3, 2)), opset=21, axis=1, block_size=4),
    *(case("QLinearMatMul", *MATRICES, opset=opset) for opset in (10, 21)),
    case(
        "QLinearConv",
        weights(1, 3, 5, 6, kind=np.uint8),
        FACTOR,
        Z8,
        Fixed(weights(2, 3, 3, 3)),
        FACTOR,
        Fixed(np.array(0, np.int8)),
        Fixed(np.array(2.0, np.float32)),
        Z8,
        opset=10,
    ),
]


@pytest.mark.parametrize("tried", SINGLE, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    """Integers in and out: they are those of the model, not what they stand for."""
    check_round_trip(tried.model(), tried.feeds())


@pytest.mark.parametrize("kind", [TensorProto.INT4, TensorProto.UINT4, TensorProto.FLOAT8E4M3FN])
def test_weights_of_other_types_are_reals(kind: int) -> None:
    """Those of 4 bits keep their integers, as 8-bit ones; floats of 8 bits keep what follows the point."""
    values = np.arange(24) % 8 / (1 if kind != TensorProto.FLOAT8E4M3FN else 4)
    tensors = [
        helper.make_tensor("w", kind, [4, 6], values),
        helper.make_tensor("zero", kind, [6], [0] * 6),
        numpy_helper.from_array(scales(6), "scale"),
    ]
    nodes = [
        helper.make_node("DequantizeLinear", ["w", "scale", "zero"], ["real"], axis=1),
        helper.make_node("MatMul", ["x", "real"], ["y"]),
    ]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [3, size]) for name, size in (("x", 4), ("y", 6)))
    graph = helper.make_graph(nodes, "weights", [x], [y], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    check_round_trip(model, {"x": uniform(3, 4)})


def feeds(network: onnx.ModelProto) -> dict[str, Array]:
    shape = [dim.dim_value for dim in network.graph.input[0].type.tensor_type.shape.dim]
    return {"x": np.random.default_rng(1).uniform(-2.5, 2.8, shape).astype(np.float32)}


def reference(network: onnx.ModelProto, inputs: dict[str, Array]) -> dict[str, Array]:
    return OnnxRuntime(network).run(inputs)


@pytest.mark.parametrize("name", CASES)
def test_round_trip(name: str) -> None:
    """Within a step of the result: sums in floats and in integers may round a tie to either side."""
    inputs = feeds(CASES[name])
    expected = reference(CASES[name], inputs)
    largest = float(np.abs(expected["y"]).max())
    check_round_trip(CASES[name], inputs, relative=1.001 * float(Y_SCALE) / largest, expected=expected)


@pytest.mark.parametrize("name", CASES)
def test_integers_agree_within_a_step(name: str) -> None:
    network = CASES[name]
    inputs = feeds(network)
    expected = reference(network, inputs)["y"]
    bmodel = tpu_mlir.compile(network, precision="int8")
    found = Session(bmodel).run(inputs)["y"]
    steps = np.rint(np.abs(found - expected) / Y_SCALE)
    # ONNX Runtime and the chip multiply by differently rounded factors: a tie may fall either way.
    assert (steps == 0).mean() >= 0.97
    assert steps.max() <= 1


@pytest.mark.parametrize("scale", [1e-30, 0.1, 2.6481297e14, 3e38], ids=str)
def test_scales_of_any_size_keep_their_digits(scale: float) -> None:
    factor = numpy_helper.from_array(np.float32(scale), "scale")
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["q"]),
        helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["y"]),
    ]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [4]) for name in "xy")
    graph = helper.make_graph(nodes, "g", [x], [y], [factor, numpy_helper.from_array(np.int8(0), "zero")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    feeds = {"x": np.array([-1, 0, 1, 1.1], np.float32) * np.float32(scale)}
    check_round_trip(model, feeds, relative=0)


def test_floats_keep_what_rounding_cuts_off() -> None:
    """A model quantized with its relu inside the range of u8 computes that relu in floats, too."""
    network = CASES["qdq"]
    expected = reference(network, feeds(network))["y"]
    found = Session(tpu_mlir.compile(network, precision="f32")).run(feeds(network))["y"]
    assert np.abs(found - expected).max() <= Y_SCALE * 1.001


@pytest.mark.parametrize(
    ("node", "reason"),
    [
        (helper.make_node("DequantizeLinear", ["q", "ys", "yz"], ["y"]), "expects operand 0 as"),
        (helper.make_node("DequantizeLinear", ["q", "bad", "xz"], ["y"]), "expects positive scales, found -1"),
        (helper.make_node("DequantizeLinear", ["q", "many", "xz"], ["y"]), "expects one scale for a tensor"),
    ],
)
def test_errors_name_what_was_expected(node: onnx.NodeProto, reason: str) -> None:
    constants = {"bad": np.float32(-1), "many": np.ones(6, np.float32)}
    network = model([], IMAGE, constants)
    network.graph.node.pop()
    network.graph.node.append(node)
    with pytest.raises(ModelError, match=reason):
        tpu_mlir.compile(network, precision="int8", host=False)


@pytest.mark.skipif(not SHUFFLENET.is_file(), reason="the folder of models is not beside the repository")
def test_shufflenet_agrees_within_a_step() -> None:
    """ONNX's own ShuffleNet in INT8: every scale kept, on a photo that scikit-learn ships."""
    photo = load_sample_image("china.jpg")[:224, :224]
    mean, deviation = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    inputs = {"input": ((photo / 255 - mean) / deviation).transpose(2, 0, 1)[None].astype(np.float32)}
    network = onnx.load(SHUFFLENET)
    step = next(numpy_helper.to_array(item) for item in network.graph.initializer if item.name == "output_scale")
    expected = reference(network, inputs)["output"]
    found = Session(tpu_mlir.compile(SHUFFLENET, precision="int8")).run(inputs)["output"]
    steps = np.rint(np.abs(found - expected) / step)
    assert (steps <= 1).mean() >= 0.99
