"""Products with constants of any broadcast, behind whatever computes or moves their other operand, in INT8.

A table for each channel belongs to the view that has these channels: no pass may look at the elements in another one.
"""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.quantization import calibrate
from tpu_mlir.reference import run
from tpu_mlir.runtime import Session

HEADS, ROWS = 4, 16
TURN, SWAP = {"perm": [0, 1, 3, 2]}, {"perm": [0, 2, 1, 3]}
Nodes = list[tuple[str, list[str], str, dict[str, object]]]

# From `x` to `a`, both [batch, HEADS, ROWS, ROWS].
SOURCES: dict[str, Nodes] = {
    "input": [("Identity", ["x"], "a", {})],
    "matmul": [("MatMul", ["x", "square"], "a", {})],
    "product": [("Transpose", ["x"], "t", TURN), ("MatMul", ["x", "t"], "m", {}), ("Mul", ["m", "quarter"], "a", {})],
    "conv": [("Conv", ["x", "filters"], "a", {})],
    "lookup": [("Conv", ["x", "filters"], "c", {}), ("Sigmoid", ["c"], "a", {})],
    "function": [("MatMul", ["x", "square"], "m", {}), ("Tanh", ["m"], "a", {})],
    "reshape": [
        ("Reshape", ["x", "flat"], "f", {}),
        ("MatMul", ["f", "square"], "m", {}),
        ("Reshape", ["m", "whole"], "a", {}),
    ],
    "transpose": [
        ("Transpose", ["x"], "t", SWAP),
        ("MatMul", ["t", "square"], "m", {}),
        ("Transpose", ["m"], "a", SWAP),
    ],
}
# (2, HEADS, 1, 1) is for a batch of 2.
CONSTANTS = [(HEADS, 1, 1), (1, HEADS, 1, 1), (2, HEADS, 1, 1), (HEADS, 1, ROWS), (ROWS, 1), (ROWS,), (1,)]
FOLLOWERS: dict[str, Nodes] = {
    "nothing": [("Identity", ["k"], "y", {})],
    "softmax": [("Softmax", ["k"], "y", {"axis": -1})],
    "product": [("MatMul", ["k", "x"], "y", {})],
    "reshape": [("Reshape", ["k", "flat"], "f2", {}), ("MatMul", ["f2", "square"], "y", {})],
    "function": [("Tanh", ["k"], "y", {})],
}


def network(source: str, constant: tuple[int, ...], follower: str, batch: int) -> onnx.ModelProto:
    """Return a network that multiplies what the source computes by a positive constant, `k`, for the follower."""
    random = np.random.default_rng([HEADS, *constant])
    constants = {
        "constant": random.uniform(0.5, 2, constant).astype(np.float32),
        "square": (random.normal(size=(ROWS, ROWS)) / ROWS**0.5).astype(np.float32),
        "filters": (random.normal(size=(HEADS, HEADS, 1, 1)) / HEADS**0.5).astype(np.float32),
        "quarter": np.array(ROWS**-0.5, np.float32),
        "flat": np.array([-1, ROWS], np.int64),
        "whole": np.array([batch, HEADS, ROWS, ROWS], np.int64),
    }
    nodes = [*SOURCES[source], ("Mul", ["a", "constant"], "k", {}), *FOLLOWERS[follower]]
    graph = helper.make_graph(
        [helper.make_node(op, inputs, [output], **attributes) for op, inputs, output, attributes in nodes],  # pyright: ignore[reportArgumentType]
        "channels",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (batch, HEADS, ROWS, ROWS))],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


# Each of five values on the way is rounded to 8 bits; of normal ones whose largest is at four deviations a rounding
# adds 4 / 127 / sqrt(12) = 0.9 % to the relative error at most, and the constant's own half a 127th.
@pytest.mark.parametrize(("batch", "constant"), [(b, c) for b in (1, 2) for c in CONSTANTS if c[0] != 2 or b == 2])
@pytest.mark.parametrize("source", SOURCES)
def test_channels_stay_with_their_tables(source: str, constant: tuple[int, ...], batch: int) -> None:
    random = np.random.default_rng(batch)
    feeds = {"x": random.normal(size=(batch, HEADS, ROWS, ROWS)).astype(np.float32)}
    for follower in FOLLOWERS:
        model = network(source, constant, follower, batch)
        expected = run(import_model(model), feeds)["y"]
        ranges = calibrate(model, [feeds], method="minmax")
        found = Session(tpu_mlir.compile(model, precision="int8", ranges=ranges)).run(feeds)["y"]
        assert np.linalg.norm(found - expected) <= 5 * 0.01 * np.linalg.norm(expected), follower
