"""Products of integers, and quantization at run time, against ONNX Runtime."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.modules import main_operations
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform


def drawn(kind: type[np.generic], *shape: int) -> Array:
    info = np.iinfo(kind)
    return np.random.default_rng(len(shape)).integers(info.min, info.max + 1, shape).astype(kind)


A, B = drawn(np.uint8, 2, 3, 6), Fixed(drawn(np.int8, 6, 5))
X, FILTERS = drawn(np.uint8, 1, 4, 6, 7), Fixed(drawn(np.int8, 6, 2, 3, 3))
INTEGER = [
    case("MatMulInteger", A, B, opset=10),
    case("MatMulInteger", A, B, np.array(120, np.uint8), Fixed(np.array(-3, np.int8))),
    case("MatMulInteger", A, B, Fixed(np.array(7, np.uint8)), Fixed(drawn(np.int8, 5))),
    case("ConvInteger", X, FILTERS, opset=10, group=2, pads=[1, 0, 1, 2], strides=[2, 1]),
    case("ConvInteger", X, FILTERS, Fixed(np.array(99, np.uint8)), Fixed(np.array(4, np.int8)), group=2),
    case("DynamicQuantizeLinear", uniform(3, 4), opset=11, outputs=3),
    case("DynamicQuantizeLinear", uniform(5, low=1.0), opset=11, outputs=3),
    case("DynamicQuantizeLinear", np.zeros(4, np.float32), opset=11, outputs=3),
]


@pytest.mark.parametrize("tried", INTEGER, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


def network(nodes: Sequence[onnx.NodeProto], shape: Sequence[int], constants: dict[str, Array]) -> onnx.ModelProto:
    """Return a network that quantizes x, makes integers `sum` of it with `w`, and scales them to y."""
    graph = helper.make_graph(
        [helper.make_node("DynamicQuantizeLinear", ["x"], ["q", "s", "z"]), *nodes],
        "dynamic",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()],
    )
    imports = [helper.make_opsetid("", 13), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=8)


def product(op: str, *, apart: bool, **attributes: object) -> list[onnx.NodeProto]:
    """Return a product of integers and its scales: one after the other, or multiplied first."""
    nodes = [
        helper.make_node(op, ["q", "w", "z", "wz"], ["sum"], **attributes),  # pyright: ignore[reportArgumentType]
        helper.make_node("Cast", ["sum"], ["real"], to=TensorProto.FLOAT),
    ]
    if apart:
        return [
            *nodes,
            helper.make_node("Mul", ["real", "s"], ["some"]),
            helper.make_node("Mul", ["some", "ws"], ["y"]),
        ]
    return [*nodes, helper.make_node("Mul", ["s", "ws"], ["both"]), helper.make_node("Mul", ["real", "both"], ["y"])]


COLUMNS = {"w": drawn(np.int8, 24, 10), "wz": np.int8(2), "ws": np.float32(0.01)}
PER_COLUMN = {"w": COLUMNS["w"], "wz": np.zeros(10, np.int8), "ws": np.linspace(0.005, 0.02, 10, dtype=np.float32)}
IMAGE = {"w": drawn(np.int8, 8, 3, 3, 3), "wz": np.int8(0), "ws": np.float32(0.01)}
DYNAMIC = {
    "matmul": network(product("MatMulInteger", apart=False), (7, 24), COLUMNS),
    "matmul-columns": network(product("MatMulInteger", apart=True), (7, 24), PER_COLUMN),
    "conv": network(product("ConvInteger", apart=False, pads=[1, 1, 1, 1]), (1, 3, 9, 8), IMAGE),
}


@pytest.mark.parametrize("precision", ["f32", "f16"])
@pytest.mark.parametrize("name", DYNAMIC)
def test_what_is_quantized_at_run_time_is_a_product_of_reals(name: str, precision: str) -> None:
    """The difference is the noise of 8 bits that is left out: half a step of the input, in sums of some 25 products."""
    model = DYNAMIC[name]
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    feeds = {"x": uniform(*shape)}
    assert not any(op.name == "top.round" for op in main_operations(import_model(model)))
    found = Session(tpu_mlir.compile(model, precision=precision, host=False)).run(feeds)["y"]
    expected = OnnxRuntime(model).run(feeds)["y"]
    assert np.abs(found - expected).max() <= 0.02 * np.abs(expected).max()


CONTRIBUTED = {
    "dynamic": ("DynamicQuantizeMatMul", ["x", "w", "ws", "wz", "b"]),
    "to-float": ("MatMulIntegerToFloat", ["q", "w", "s", "ws", "z", "wz", "b"]),
}


@pytest.mark.parametrize("precision", ["f32", "f16"])
@pytest.mark.parametrize("name", CONTRIBUTED)
def test_a_contributed_product_is_one_of_reals(name: str, precision: str) -> None:
    op, operands = CONTRIBUTED[name]
    node = helper.make_node(op, operands, ["y"], domain="com.microsoft")
    model = network([node], (7, 24), {**PER_COLUMN, "b": uniform(10)})
    feeds = {"x": uniform(7, 24)}
    found = Session(tpu_mlir.compile(model, precision=precision, host=False)).run(feeds)["y"]
    expected = OnnxRuntime(model).run(feeds)["y"]
    assert np.abs(found - expected).max() <= 0.02 * np.abs(expected).max()
