"""How long a schedule is looked for, and by which cycle model."""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import helper
from tpu_mlir.errors import ModelError
from tpu_mlir.runtime import Session
from tpu_mlir.testing import uniform

ROWS, SIZE, LAYERS = 200, 640, 3


def encoder() -> onnx.ModelProto:
    """Return products whose weights fill local memory, so that it matters what stays in it beside them."""
    nodes: list[onnx.NodeProto] = []
    weights: list[onnx.TensorProto] = []
    value = "x"
    for layer in range(LAYERS):
        before = value
        for name, shape in {"wide": (SIZE, 4 * SIZE), "narrow": (4 * SIZE, SIZE)}.items():
            weight = f"{name}{layer}"
            array = uniform(*shape, seed=len(weights)) / np.float32(np.sqrt(shape[0]))
            weights.append(onnx.numpy_helper.from_array(array, weight))
            nodes.append(helper.make_node("MatMul", [value, weight], [f"{weight}_product"]))
            value = f"{weight}_product"
            if name == "wide":
                nodes.append(helper.make_node("Erf", [value], [f"{weight}_erf"]))
                value = f"{weight}_erf"
        nodes.append(helper.make_node("Add", [value, before], [f"sum{layer}"]))
        value = f"sum{layer}"
    inputs, outputs = (
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, (ROWS, SIZE))] for name in ("x", value)
    )
    graph = helper.make_graph(nodes, "encoder", inputs, outputs, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def test_efforts_give_the_same_numbers_ever_faster() -> None:
    model = encoder()
    feeds = {"x": uniform(ROWS, SIZE, seed=9)}
    cycles: list[int] = []
    results: list[bytes] = []
    for effort in ("fast", "normal", "best"):
        session = Session(tpu_mlir.compile(model, precision="f16", effort=effort))
        cycles.append(session.profile().cycles)
        results.append(next(iter(session.run(feeds).values())).tobytes())
    fast, normal, best = cycles
    assert fast > normal >= best
    assert len(set(results)) == 1


def test_a_schedule_for_boards_is_no_slower_there() -> None:
    model = encoder()
    for_model, for_boards = (
        Session(tpu_mlir.compile(model, precision="f16", cycles=preset)) for preset in ("static", "silicon")
    )
    assert for_boards.profile(cycles="silicon").cycles <= for_model.profile(cycles="silicon").cycles


def test_unknown_words_are_refused() -> None:
    with pytest.raises(ModelError, match="unknown effort 'more': expected one of fast, normal, best"):
        tpu_mlir.compile(encoder(), effort="more")
    with pytest.raises(ModelError, match="unknown cycles 'real': expected one of static, silicon"):
        tpu_mlir.compile(encoder(), cycles="real")
