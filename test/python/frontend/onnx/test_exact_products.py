"""Sums of integer products: exact in ONNX Runtime on every processor, since no i8 operand reaches its kernels.

255 * 127 + 255 * 127 is 64,770; the kernels for AVX2 without VNNI would return 32,767.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx.exact_products import with_exact_products
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array, onnx_type
from tpu_mlir.quantization import evaluate
from tpu_mlir.reference import onnx_intermediates
from tpu_mlir.runtime import Session as Chip

MICROSOFT = "com.microsoft"
RANDOM = np.random.default_rng(5)


def full(kind: type[np.generic], *shape: int) -> Array:
    """Integers of the whole range, pairs of neighbours at its upper end."""
    info = np.iinfo(kind)
    array = RANDOM.integers(info.min, info.max + 1, shape).astype(kind)
    array.flat[: array.size // 2] = info.max
    return array


def model(
    node: onnx.NodeProto, feeds: Mapping[str, Array], constants: Mapping[str, Array], opset: int = 13
) -> onnx.ModelProto:
    inputs = [helper.make_tensor_value_info(name, onnx_type(item.dtype), item.shape) for name, item in feeds.items()]
    fixed = [numpy_helper.from_array(np.asarray(item), name) for name, item in constants.items()]
    graph = helper.make_graph([node], "products", inputs, [onnx.ValueInfoProto(name="y")], fixed)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def integers(a: Array, b: Array, zero_a: int, zero_b: int) -> Array:
    return (a.astype(np.int64) - zero_a) @ (b.astype(np.int64) - zero_b)


@pytest.mark.parametrize("constant", [True, False], ids=["weights", "computed"])
@pytest.mark.parametrize("kinds", [(np.uint8, np.int8), (np.int8, np.int8), (np.uint8, np.uint8)])
@pytest.mark.parametrize("points", [True, False], ids=["points", "no points"])
def test_matmul_integer(kinds: Sequence[type[np.generic]], constant: bool, points: bool) -> None:
    a, b = full(kinds[0], 5, 64), full(kinds[1], 64, 7)
    zeros = (kinds[0](3), kinds[1](5)) if points else (kinds[0](0), kinds[1](0))
    constants = {"az": zeros[0], "bz": zeros[1]} if points else {}
    feeds = {"a": a}
    (constants if constant else feeds)["b"] = b
    node = helper.make_node("MatMulInteger", ["a", "b", *(["az", "bz"] if points else [])], ["y"])
    expected = integers(a, b, int(zeros[0]), int(zeros[1]))
    np.testing.assert_array_equal(Session(model(node, feeds, constants)).run(feeds)["y"], expected)


def test_conv_integer() -> None:
    x, w = full(np.uint8, 1, 8, 3, 3), full(np.int8, 4, 8, 3, 3)
    node = helper.make_node("ConvInteger", ["x", "w", "xz"], ["y"])
    found = Session(model(node, {"x": x}, {"w": w, "xz": np.uint8(9)})).run({"x": x})["y"]
    expected = np.einsum("nchw,ochw->no", x.astype(np.int64) - 9, w.astype(np.int64))
    np.testing.assert_array_equal(found.reshape(1, 4), expected)


SCALES = {"as": np.float32(0.5), "bs": np.float32(0.25), "ys": np.float32(64.0)}


def requantised(sums: Array, point: int, kind: type[np.generic]) -> Array:
    """The factor is a power of two, so the product is exact, and ties go to even numbers as in ONNX."""
    info = np.iinfo(kind)
    return np.clip(np.rint(sums * (0.5 * 0.25 / 64.0)) + point, info.min, info.max).astype(kind)


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_qlinear_matmul(kind: type[np.generic]) -> None:
    a, b = full(kind, 6, 96), full(np.int8, 96, 5)
    constants = {**SCALES, "az": kind(3), "bz": np.int8(5), "yz": kind(10), "b": b}
    node = helper.make_node("QLinearMatMul", ["a", "as", "az", "b", "bs", "bz", "ys", "yz"], ["y"])
    found = Session(model(node, {"a": a}, constants)).run({"a": a})["y"]
    np.testing.assert_array_equal(found, requantised(integers(a, b, 3, 5), 10, kind))


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
def test_qlinear_conv(kind: type[np.generic]) -> None:
    x, w = full(kind, 1, 8, 3, 3), full(np.int8, 4, 8, 3, 3)
    constants = {**SCALES, "xz": kind(3), "wz": np.int8(0), "yz": kind(10), "w": w}
    node = helper.make_node("QLinearConv", ["x", "as", "xz", "w", "bs", "wz", "ys", "yz"], ["y"])
    found = Session(model(node, {"x": x}, constants)).run({"x": x})["y"]
    sums = np.einsum("nchw,ochw->no", x.astype(np.int64) - 3, w.astype(np.int64))
    np.testing.assert_array_equal(found.reshape(1, 4), requantised(sums, 10, kind))


@pytest.mark.parametrize("op", ["QGemm", "MatMulIntegerToFloat", "DynamicQuantizeMatMul"])
def test_contributed(op: str) -> None:
    """Of ONNX Runtime: a real result, which f32 holds exactly (a dynamic scale of 1 and a point of 0)."""
    a, b = full(np.uint8, 6, 96), full(np.int8, 96, 5)
    a[:, 0] = 0  # the range that DynamicQuantizeMatMul finds is then 0 to 255
    feeds = {"a": a.astype(np.float32) if op.startswith("Dynamic") else a}
    constants = {"one": np.float32(1), "az": np.uint8(0), "bz": np.int8(0), "b": b}
    inputs = {
        "QGemm": ["a", "one", "az", "b", "one", "bz"],
        "MatMulIntegerToFloat": ["a", "b", "one", "one", "az", "bz"],
        "DynamicQuantizeMatMul": ["a", "b", "one", "bz"],
    }
    network = model(helper.make_node(op, inputs[op], ["y"], domain=MICROSOFT), feeds, constants)
    np.testing.assert_array_equal(Session(network).run(feeds)["y"], integers(a, b, 0, 0))


def test_no_i8_operand_is_left() -> None:
    """The rewritten model holds no product with an operand of type i8, in branches and functions neither."""
    inner = helper.make_graph(
        [helper.make_node("MatMulInteger", ["a", "b"], ["z"])], "branch", [], [onnx.ValueInfoProto(name="z")]
    )
    node = helper.make_node("If", ["c"], ["y"], then_branch=inner, else_branch=inner)
    network = model(node, {"a": full(np.uint8, 2, 8), "c": np.array(True)}, {"b": full(np.int8, 8, 3)})
    rewritten = with_exact_products(network)
    branch = rewritten.graph.node[0].attribute[0].g
    product = next(item for item in branch.node if item.op_type == "MatMulInteger")
    maker = {item.output[0]: item for item in branch.node}
    assert product.input[0] == "a"
    for name in product.input[1], product.input[3]:
        assert maker[name].attribute[0].i == TensorProto.UINT8
    feeds = {"a": full(np.uint8, 2, 8), "c": np.array(True)}
    b = numpy_helper.to_array(network.graph.initializer[0])
    np.testing.assert_array_equal(Session(network).run(feeds)["y"], integers(feeds["a"], b, 0, 0))


def test_other_models_stay_as_they_are() -> None:
    network = model(helper.make_node("Relu", ["a"], ["y"]), {"a": np.ones(3, np.float32)}, {})
    assert with_exact_products(network) is network


def test_unknown_type_is_refused() -> None:
    network = model(helper.make_node("MatMulInteger", ["a", "b"], ["y"]), {"a": full(np.uint8, 2, 8)}, {})
    with pytest.raises(SessionError, match="the element type of operand 1 of 'y' is not known"):
        Session(network)


def pair() -> tuple[onnx.ModelProto, dict[str, Array], Array]:
    """Return a network whose one sum is 255 * 127 + 255 * 127 in steps of 1/64, its input and that sum in steps."""
    constants = {"one": np.float32(1), "xz": np.uint8(0), "w": np.full((2, 1), 127, np.int8), "wz": np.int8(0)}
    constants |= {"ys": np.float32(1024), "yz": np.uint8(0)}
    nodes = [
        helper.make_node("QuantizeLinear", ["x", "one", "xz"], ["q"]),
        helper.make_node("QLinearMatMul", ["q", "one", "xz", "w", "one", "wz", "ys", "yz"], ["r"]),
        helper.make_node("DequantizeLinear", ["r", "ys", "yz"], ["y"]),
    ]
    graph = helper.make_graph(
        nodes,
        "pair",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(np.asarray(item), name) for name, item in constants.items()],
    )
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return network, {"x": np.full((1, 2), 255, np.float32)}, np.rint(np.float32(2 * 255 * 127) / 1024) * 1024


def test_paths_that_users_reach() -> None:
    """`compare` (its layers), `evaluate`, and constants that are evaluated at import."""
    network, feeds, expected = pair()
    assert onnx_intermediates(network, feeds)["y"] == expected
    bmodel = tpu_mlir.compile(network, precision="int8")
    assert Chip(bmodel).run(feeds)["y"] == expected
    both = evaluate(network, bmodel, lambda run: float(run(feeds)["y"][0, 0]))
    assert (both.model, both.bmodel) == (expected, expected)
    fixed = onnx.ModelProto()
    fixed.CopyFrom(network)
    del fixed.graph.input[:]
    fixed.graph.initializer.append(numpy_helper.from_array(feeds["x"], "x"))
    fixed.graph.input.append(helper.make_tensor_value_info("other", TensorProto.FLOAT, [1, 1]))
    fixed.graph.node.append(helper.make_node("Add", ["y", "other"], ["z"]))
    fixed.graph.output[0].name = "z"
    assert Chip(tpu_mlir.compile(fixed)).run({"other": np.zeros((1, 1), np.float32)})["z"] == expected
