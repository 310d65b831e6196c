"""Small ONNX models that the fuzzer damages: the families of operators, constants that are folded, graphs in nodes."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.testing import Fixed, case, integers, uniform

FLOAT, INT, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def seeds() -> list[onnx.ModelProto]:
    """Return models of one operator each, then some of several."""
    image, rows = uniform(1, 4, 8, 8), uniform(2, 3, 8)
    cases = [
        case("Conv", image, Fixed(uniform(4, 4, 3, 3)), pads=[1, 1, 1, 1]),
        case("ConvTranspose", image, Fixed(uniform(4, 2, 3, 3)), strides=[2, 2]),
        case("MaxPool", image, kernel_shape=[2, 2], strides=[2, 2]),
        case("AveragePool", image, kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        case("Gemm", uniform(2, 8), Fixed(uniform(8, 5)), Fixed(uniform(5)), alpha=0.5),
        case("MatMul", rows, Fixed(uniform(8, 4))),
        case("Softmax", rows, axis=-1),
        case("LogSoftmax", rows, axis=1),
        case("ReduceMean", rows, axes=[1], keepdims=0, opset=13),
        case("ReduceSum", rows, integers([1])),
        case("Transpose", rows, perm=[2, 0, 1]),
        case("Reshape", rows, integers([6, -1])),
        case("Flatten", rows, axis=2),
        case("Slice", rows, integers([0, 1]), integers([2, 9]), integers([1, 2])),
        case("Split", rows, integers([3, 5]), axis=2, outputs=2),
        case("Concat", rows, rows, axis=1),
        case("Gather", rows, integers([0, 2, 1]), axis=1),
        case("Pad", image, integers([0, 0, 1, 1, 0, 0, 1, 1])),
        case("Tile", rows, integers([1, 2, 1])),
        case("Expand", uniform(3, 1), integers([2, 3, 4])),
        case("Resize", image, Fixed(np.array([], np.float32)), Fixed(np.array([1, 1, 2, 2], np.float32))),
        case("DepthToSpace", image, blocksize=2, mode="CRD"),
        case("SpaceToDepth", image, blocksize=2),
        case("BatchNormalization", image, *[Fixed(np.abs(uniform(4)) + 1) for _ in range(4)]),
        case("LayerNormalization", rows, Fixed(uniform(8)), Fixed(uniform(8)), axis=-1),
        case("Clip", rows, Fixed(np.float32(-1)), Fixed(np.float32(1))),
        case("Cast", rows, to=TensorProto.FLOAT16),
        case("Where", Fixed(uniform(3, 8) > 0), rows, Fixed(np.float32(0))),
        case("CumSum", rows, Fixed(np.array(1))),
        case("Trilu", rows, Fixed(np.array(1))),
        case("Relu", uniform(2, 0, 4)),
    ]
    return [*(each.model() for each in cases), _shapes(), _constants(), _choice(), _loop(), _function(), _integers()]


def _model(
    nodes: list[onnx.NodeProto],
    constants: dict[str, np.ndarray],
    outputs: tuple[str, ...] = ("out0",),
    functions: tuple[onnx.FunctionProto, ...] = (),
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "several",
        [helper.make_tensor_value_info("in0", FLOAT, [2, 3])],
        [helper.make_tensor_value_info(name, FLOAT, None) for name in outputs],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    return helper.make_model(graph, opset_imports=imports, functions=functions, ir_version=8)


def _shapes() -> onnx.ModelProto:
    """Sizes that are computed from the shape of the input, as exporters do for open dimensions."""
    nodes = [
        helper.make_node("Shape", ["in0"], ["shape"]),
        helper.make_node("Gather", ["shape", "one"], ["columns"], axis=0),
        helper.make_node("Mul", ["columns", "two"], ["double"]),
        helper.make_node("Concat", ["minus", "double"], ["target"], axis=0),
        helper.make_node("Reshape", ["in0", "target"], ["out0"]),
    ]
    values = {"one": [1], "two": [2], "minus": [-1]}
    return _model(nodes, {name: np.array(value) for name, value in values.items()})


def _constants() -> onnx.ModelProto:
    """Constants that are made from sizes and limits."""
    nodes = [
        helper.make_node("ConstantOfShape", ["size"], ["zeros"], value=helper.make_tensor("v", FLOAT, [1], [0.5])),
        helper.make_node("Range", ["start", "limit", "step"], ["count"]),
        helper.make_node("Cast", ["count"], ["numbers"], to=FLOAT),
        helper.make_node("Tile", ["numbers", "times"], ["tiled"]),
        helper.make_node("Expand", ["tiled", "size"], ["wide"]),
        helper.make_node("Add", ["wide", "zeros"], ["table"]),
        helper.make_node("Add", ["in0", "table"], ["out0"]),
    ]
    values = {"size": [2, 3], "start": 0, "limit": 3, "step": 1, "times": [1]}
    return _model(nodes, {name: np.array(value) for name, value in values.items()})


def _choice() -> onnx.ModelProto:
    """An If whose condition is known."""
    result = onnx.ValueInfoProto(name="r")
    branches = {
        "then_branch": helper.make_graph([helper.make_node("Relu", ["in0"], ["r"])], "then", [], [result]),
        "else_branch": helper.make_graph([helper.make_node("Neg", ["in0"], ["r"])], "else", [], [result]),
    }
    return _model([helper.make_node("If", ["c"], ["out0"], **branches)], {"c": np.array(True)})


def _loop() -> onnx.ModelProto:
    """A Loop over constants that doubles a number four times and collects the steps."""
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["c"], ["c2"]),
            helper.make_node("Add", ["v", "v"], ["v2"]),
            helper.make_node("Mul", ["v", "factor"], ["step"]),
        ],
        "body",
        [helper.make_tensor_value_info("i", INT, []), helper.make_tensor_value_info("c", BOOL, []), _untyped("v")],
        [helper.make_tensor_value_info("c2", BOOL, []), _untyped("v2"), _untyped("step")],
        [numpy_helper.from_array(np.float32(3), "factor")],
    )
    nodes = [
        helper.make_node("Loop", ["trips", "truth", "one"], ["last", "steps"], body=body),
        helper.make_node("Add", ["in0", "last"], ["out0"]),
        helper.make_node("Identity", ["steps"], ["out1"]),
    ]
    constants = {"trips": np.array(4), "truth": np.array(True), "one": np.ones(1, np.float32)}
    return _model(nodes, constants, ("out0", "out1"))


def _integers() -> onnx.ModelProto:
    """A tensor that is 8-bit integers between two nodes."""
    nodes = [
        helper.make_node("QuantizeLinear", ["in0", "scale", "zero"], ["stored"]),
        helper.make_node("DequantizeLinear", ["stored", "scale", "zero"], ["out0"]),
    ]
    return _model(nodes, {"scale": np.array(0.1, np.float32), "zero": np.array(3, np.uint8)})


def _untyped(name: str) -> onnx.ValueInfoProto:
    return onnx.ValueInfoProto(name=name)


def _function() -> onnx.ModelProto:
    """Functions that call one another."""
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("local", 1)]
    inner = helper.make_function("local", "Inner", ["a"], ["b"], [helper.make_node("Relu", ["a"], ["b"])], imports)
    calls = [
        helper.make_node("Inner", ["a"], ["t"], domain="local"),
        helper.make_node("Inner", ["t"], ["b"], domain="local"),
    ]
    outer = helper.make_function("local", "Outer", ["a"], ["b"], calls, imports)
    return _model([helper.make_node("Outer", ["in0"], ["out0"], domain="local")], {}, functions=(inner, outer))
