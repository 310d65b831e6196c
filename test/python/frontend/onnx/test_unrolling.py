"""Loops over what the network computes: written out where the count is known and small, beside ONNX Runtime."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import Session
from tpu_mlir.testing import check_round_trip, compare

FLOAT, I64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
node, value = helper.make_node, helper.make_tensor_value_info


def model(
    made: onnx.NodeProto, inputs: Sequence[onnx.ValueInfoProto], opset: int = 17, trips: int = 5
) -> onnx.ModelProto:
    """Return a graph of one node, with a count of trips and a condition that is true at hand."""
    constants = [numpy_helper.from_array(np.array(trips), "trips"), numpy_helper.from_array(np.array(True), "yes")]
    outputs = [value(name, FLOAT, None) for name in made.output]
    graph = helper.make_graph([made], "graph", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def loop(count: str = "trips") -> onnx.NodeProto:
    """Return a Loop: s becomes s + x, which reads x from outside, and each sum times the iteration is collected."""
    nodes = [
        node("Add", ["s", "x"], ["sum"]),
        node("Cast", ["i"], ["number"], to=FLOAT),
        node("Mul", ["sum", "number"], ["row"]),
        node("Identity", ["going"], ["on"]),
    ]
    inputs = [value("i", I64, []), value("going", BOOL, []), value("s", FLOAT, [2, 3])]
    body = helper.make_graph(
        nodes, "body", inputs, [value("on", BOOL, []), value("sum", FLOAT, [2, 3]), value("row", FLOAT, [2, 3])]
    )
    return node("Loop", [count, "yes", "start"], ["last", "rows"], body=body)


def scan(**attributes: Sequence[int]) -> onnx.NodeProto:
    """Return a Scan: s becomes s + e, and twice that is collected."""
    nodes = [node("Add", ["s", "e"], ["sum"]), node("Mul", ["sum", "two"], ["row"])]
    inputs, outputs = (
        [value("s", FLOAT, [3]), value("e", FLOAT, [3])],
        [value("sum", FLOAT, [3]), value("row", FLOAT, [3])],
    )
    two = [numpy_helper.from_array(np.float32(2), "two")]
    body = helper.make_graph(nodes, "body", inputs, outputs, two)
    return node("Scan", ["start", "x"], ["last", "rows"], body=body, num_scan_inputs=1, **attributes)


def feeds(*shapes: Sequence[int]) -> dict[str, Array]:
    rng = np.random.default_rng(0)
    return {
        name: rng.uniform(-1, 1, shape).astype(np.float32) for name, shape in zip(("start", "x"), shapes, strict=True)
    }


def inputs_of(given: dict[str, Array]) -> list[onnx.ValueInfoProto]:
    return [value(name, FLOAT, array.shape) for name, array in given.items()]


@pytest.mark.parametrize("opset", [11, 17])
def test_a_loop(opset: int) -> None:
    given = feeds((2, 3), (2, 3))
    check_round_trip(model(loop(), inputs_of(given), opset), given)


@pytest.mark.parametrize(
    ("attributes", "shape"),
    [
        ({}, (4, 3)),
        ({"scan_input_axes": [1], "scan_output_axes": [-1]}, (3, 4)),
        ({"scan_input_directions": [1]}, (4, 3)),
        ({"scan_output_directions": [1]}, (4, 3)),
    ],
)
def test_a_scan(attributes: dict[str, Sequence[int]], shape: Sequence[int]) -> None:
    given = feeds((3,), shape)
    check_round_trip(model(scan(**attributes), inputs_of(given)), given)


def test_a_loop_runs_on_the_chip() -> None:
    given = feeds((2, 3), (2, 3))
    compiled = tpu_mlir.compile(model(loop(), inputs_of(given)), host=False)
    found = Session(compiled).run(given)
    for name, array in OnnxRuntime(model(loop(), inputs_of(given))).run(given).items():
        compare(name, found[name], array, 1e-6)


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (model(loop(), inputs_of(feeds((2, 3), (2, 3))), trips=0), "Loop expects 1 to 1000 nodes in all iterations"),
        (model(loop(), inputs_of(feeds((2, 3), (2, 3))), trips=1000), "Loop expects 1 to 1000 nodes .* found 4000"),
        (
            model(loop("n"), [*inputs_of(feeds((2, 3), (2, 3))), value("n", I64, [])]),
            "Loop expects a constant number of iterations, found one that is computed from the inputs",
        ),
    ],
)
def test_what_is_the_hosts(made: onnx.ModelProto, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        tpu_mlir.compile(made, host=False)
    with pytest.warns(TpuMlirWarning, match="run on the host"):
        session = Session(tpu_mlir.compile(made))
    given = feeds((2, 3), (2, 3)) | ({"n": np.array(3)} if len(made.graph.input) == 3 else {})
    for name, array in OnnxRuntime(made).run(given).items():
        np.testing.assert_array_equal(session.run(given)[name], array)


def test_a_body_that_may_end_the_loop() -> None:
    ends = loop()
    body = ends.attribute[0].g
    del body.node[3]
    body.node.extend([node("ReduceMax", ["sum"], ["top"], keepdims=0), node("Less", ["top", "x0"], ["on"])])
    body.initializer.append(numpy_helper.from_array(np.float32(2), "x0"))
    with pytest.raises(ModelError, match="Loop expects a condition that stays true, found one that the body computes"):
        tpu_mlir.compile(model(ends, inputs_of(feeds((2, 3), (2, 3)))), host=False)
