"""Models that have quantized a part of themselves, the rest by calibration data: any part, and any operators."""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate, correct
from tpu_mlir.runtime import Session

ROWS, WIDTH = 12, 32
Node = tuple[str, list[str], str, dict[str, object]]

ATTENTION: list[Node] = [
    ("MatMul", ["x", "wq"], "q", {}),
    ("MatMul", ["x", "wk"], "k", {}),
    ("Transpose", ["k"], "t", {"perm": [0, 2, 1]}),
    ("MatMul", ["q", "t"], "s", {}),
    ("Mul", ["s", "scale"], "l", {}),
    ("Softmax", ["l"], "p", {"axis": -1}),
    ("MatMul", ["p", "x"], "a", {}),
    ("Add", ["a", "x"], "r", {}),
    ("MatMul", ["r", "wo"], "o", {}),
    ("Sigmoid", ["o"], "g", {}),
    ("Mul", ["o", "g"], "h", {}),
    ("Reshape", ["h", "flat"], "f", {}),
    ("MatMul", ["f", "wk"], "y", {}),
]
CONVOLUTIONS: list[Node] = [
    ("Reshape", ["x", "image"], "i", {}),
    ("Conv", ["i", "c1"], "b", {"pads": [1, 1, 1, 1]}),
    ("Relu", ["b"], "c", {}),
    ("MaxPool", ["c"], "m", {"kernel_shape": [2, 2], "strides": [2, 2]}),
    ("Conv", ["m", "c2"], "d", {}),
    ("Concat", ["m", "d"], "e", {"axis": 1}),
    ("Sigmoid", ["e"], "g", {}),
    ("Mul", ["e", "g"], "h", {}),
    ("AveragePool", ["h"], "j", {"kernel_shape": [2, 2]}),
    ("Conv", ["j", "c3"], "y", {}),
]
NETWORKS = {"attention": ATTENTION, "convolutions": CONVOLUTIONS}
RANDOM = np.random.default_rng(0)
CONSTANTS: dict[str, Array] = {
    **{name: (RANDOM.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5).astype(np.float32) for name in ("wq", "wk", "wo")},
    "c1": RANDOM.normal(0, 0.2, (4, 2, 3, 3)).astype(np.float32),
    "c2": RANDOM.normal(0, 0.5, (4, 4, 1, 1)).astype(np.float32),
    "c3": RANDOM.normal(0, 0.4, (3, 8, 1, 1)).astype(np.float32),
    "scale": np.float32([WIDTH**-0.5]),
    "flat": np.array([-1, WIDTH]),
    "image": np.array([2, 2, ROWS, WIDTH // 2]),
}


def feeds(seed: int) -> dict[str, Array]:
    return {"x": np.random.default_rng(seed).normal(size=(2, ROWS, WIDTH)).astype(np.float32)}


def model(nodes: list[Node], outputs: list[str], quantized: dict[str, tuple[float, int]]) -> onnx.ModelProto:
    """Return a network in which the values named pass through the integers of a scale and a zero point, u8 or i8."""
    constants = {name: array for name, array in CONSTANTS.items() if any(name in node[1] for node in nodes)}
    made: list[onnx.NodeProto] = []

    def around(name: str) -> None:
        if name not in quantized:
            return
        scale, zero = quantized[name]
        constants[f"{name}_s"] = np.float32(scale)
        constants[f"{name}_z"] = np.array(zero, np.uint8 if zero else np.int8)
        made.append(helper.make_node("QuantizeLinear", [name, f"{name}_s", f"{name}_z"], [f"{name}_Q"]))
        made.append(helper.make_node("DequantizeLinear", [f"{name}_Q", f"{name}_s", f"{name}_z"], [f"{name}_D"]))

    for name in ("x", *(name for name in constants if name in quantized)):
        around(name)
    for op, inputs, output, attributes in nodes:
        inputs = [f"{name}_D" if name in quantized else name for name in inputs]
        made.append(helper.make_node(op, inputs, [output], **attributes))  # pyright: ignore[reportArgumentType]
        around(output)
    graph = helper.make_graph(
        made,
        "qdq",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (2, ROWS, WIDTH))],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def partly_quantized(name: str, seed: int) -> onnx.ModelProto:
    """Return a network of which the values that a seed draws are quantized, by what they reach."""
    nodes, random = NETWORKS[name], np.random.default_rng(seed)
    inner = [node[2] for node in nodes[:-1]]
    reached = OnnxRuntime(model(nodes, inner, {})).run(feeds(0)) | feeds(0)
    used = {item for node in nodes for item in node[1] if CONSTANTS.get(item, np.zeros(0, np.int64)).ndim > 1}
    reached |= {item: CONSTANTS[item] for item in sorted(used)}
    quantized: dict[str, tuple[float, int]] = {}
    for item, array in reached.items():
        if random.random() < 0.5:
            largest = float(np.abs(array).max()) * 1.2
            is_unsigned = item not in CONSTANTS and random.random() < 0.5
            quantized[item] = (largest / 127, 128) if is_unsigned else (largest / 127, 0)
    return model(nodes, ["y"], quantized)


# Up to nine values on the way and four weights are rounded once more than in ONNX Runtime, each of normal values whose
# largest is at four to five deviations: 5 / 127 / sqrt(12) = 1.1 % of their magnitude, and all are independent.
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("name", NETWORKS)
def test_the_rest_is_quantized_by_ranges(name: str, seed: int) -> None:
    network = partly_quantized(name, seed)
    samples = [feeds(index) for index in range(4)]
    expected = OnnxRuntime(network).run(feeds(9))["y"]
    ranges = calibrate(network, samples)
    for options in ({}, {"quantize_outputs": True}, {"fallback": "f32"}):
        session = Session(tpu_mlir.compile(network, precision="int8", ranges=ranges, **options))  # pyright: ignore[reportArgumentType]
        error = session.run(feeds(9))["y"] - expected
        assert np.linalg.norm(error) <= 13**0.5 * 0.011 * 1.5 * np.linalg.norm(expected), options


def test_corrections_leave_given_integers() -> None:
    network = partly_quantized("attention", 1)
    found = correct(network, [feeds(index) for index in range(4)])
    expected = OnnxRuntime(network).run(feeds(9))["y"]
    result = Session(tpu_mlir.compile(found.module, precision="int8", ranges=found.ranges)).run(feeds(9))["y"]
    assert np.linalg.norm(result - expected) <= 13**0.5 * 0.011 * 1.5 * np.linalg.norm(expected)


@pytest.mark.parametrize("zero", [0, 128])
@pytest.mark.parametrize("dilations", [[1, 2], [3, 2]])
def test_dilated_maxima_of_integers(dilations: list[int], zero: int) -> None:
    """Exact: a maximum of steps is a step."""
    nodes: list[Node] = [
        ("Reshape", ["x", "image"], "i", {}),
        ("MaxPool", ["i"], "m", {"kernel_shape": [2, 3], "dilations": dilations, "pads": [1, 2, 0, 1]}),
    ]
    network = model(nodes, ["m_D"], dict.fromkeys(("x", "i", "m"), (0.03125, zero)))
    (found,) = Session(tpu_mlir.compile(network, precision="int8")).run(feeds(9)).values()
    (expected,) = OnnxRuntime(network).run(feeds(9)).values()
    assert np.array_equal(found, expected)
