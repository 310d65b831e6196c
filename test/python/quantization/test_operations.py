"""What is told of operations: which compute, and which only move."""

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import helper
from python.quantization.networks import feeds, model
from tpu_mlir.quantization import calibrate, quantize
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.operations import operations
from tpu_mlir.quantization.search.scheme import Scheme

SHAPE = (1, 2, 6, 6)
DATA = feeds(SHAPE, 4)


def test_every_convolution_between_limits_is_a_candidate() -> None:
    """Its operand and result have one type, as those of an operation that moves have."""
    nodes: list[onnx.NodeProto] = []
    for index, x in enumerate(("x", "r0", "r1", "r2")):
        nodes.append(helper.make_node("Conv", [x, f"w{index}"], [f"c{index}"]))
        nodes.append(helper.make_node("Clip", [f"c{index}", "low", "high"], [f"r{index}" if index < 3 else "y"]))
    random = np.random.default_rng(0)
    constants = {f"w{index}": random.uniform(0, 2, (2, 2, 1, 1)) for index in range(4)}
    network = model(nodes, {**constants, "low": np.float32(0), "high": np.float32(6)}, SHAPE)
    ranges = calibrate(network, DATA, method="minmax")
    found = {op.name: op for op in operations(quantize(network, ranges, quantize_outputs=True))}
    assert [op.name for op in found.values() if op.kind == "conv"] == ["r0", "r1", "r2", "y"]
    assert all(op.on_integers and not op.moves for op in found.values())
    candidates = Scheme(clean_module(network), ranges, quantize_outputs=True).candidates()
    assert {op.name for op in candidates} >= {"r0", "r1", "r2"}


@pytest.mark.parametrize(
    ("text", "moves"),
    [
        ("y = MaxPool<kernel_shape = [2, 2]>(x)", True),
        ("y = Relu(x)", True),
        ("y = Transpose<perm = [0, 2, 3, 1]>(x)", True),
        ("y = Resize<mode = 'nearest'>(x, , s)", True),
        ("y = ReduceMax<keepdims = 1, axes = [2]>(x)", True),
        ("y = ReduceMean<keepdims = 1, axes = [2]>(x)", False),
        ("y = AveragePool<kernel_shape = [2, 2]>(x)", False),
        ("y = Sigmoid(x)", False),
        ("y = Softmax(x)", False),
    ],
)
def test_what_only_moves(text: str, moves: bool) -> None:
    source = f"""
        <ir_version: 8, opset_import: ["": 17]>
        one (float[1, 2, 6, 6] x) => (float[a, b, c, d] y) <float[4] s = {{1, 1, 2, 2}}>
        {{ {text.replace("'", '"')} }}
    """
    (found,) = operations(clean_module(onnx.parser.parse_model(source)))
    assert found.moves == moves
