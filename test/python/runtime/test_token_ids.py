"""Integers in: token ids choose rows of tables on the chip, masks of integers become floats there."""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import FeedError
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.testing import compare

ROWS, WIDTH, TOKENS = 65_536, 20, 70  # a height that the command cannot state
LARGEST = float(np.finfo(np.float32).max)
# Of the largest magnitude: rounding of the tables and the softmax.
TOLERANCES = {"f32": 2e-6, "f16": 2e-3, "bf16": 2e-2}


def model() -> onnx.ModelProto:
    """Return scores of tokens against themselves, masked in both ways that exporters write."""
    rng = np.random.default_rng(1)
    constants = {
        "words": rng.normal(0, 0.4, (ROWS, WIDTH)).astype(np.float32),
        "kinds": rng.normal(0, 0.4, (2, WIDTH)).astype(np.float32),
        "one": np.array(1, np.float32),
        "least": np.array(-LARGEST, np.float32),
        "zero": np.array(0, np.int64),
        "axes": np.array([1, 2], np.int64),
        "whole": np.array([1, 1, TOKENS, TOKENS], np.int64),
    }
    nodes = [
        helper.make_node("Gather", ["words", "ids"], ["word"]),
        helper.make_node("Gather", ["kinds", "types"], ["kind"]),
        helper.make_node("Add", ["word", "kind"], ["x"]),
        helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["x", "turned"], ["scores"]),
        helper.make_node("Unsqueeze", ["mask", "axes"], ["row"]),
        helper.make_node("Cast", ["row"], ["kept"], to=TensorProto.FLOAT),
        helper.make_node("Sub", ["one", "kept"], ["left"]),
        helper.make_node("Mul", ["left", "least"], ["bias"]),
        helper.make_node("Add", ["scores", "bias"], ["sums"]),
        helper.make_node("Softmax", ["sums"], ["bert"], axis=-1),
        helper.make_node("Equal", ["row", "zero"], ["is_left"]),
        helper.make_node("Expand", ["is_left", "whole"], ["all_left"]),
        helper.make_node("Where", ["all_left", "least", "scores"], ["chosen"]),
        helper.make_node("Softmax", ["chosen"], ["distil"], axis=-1),
    ]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, [1, TOKENS]) for name in ("ids", "types", "mask")]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("x", "bert", "distil")]
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tokens", inputs, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def feeds() -> dict[str, Array]:
    """Return ids at both ends of the table, counted from both ends, and a mask of 0 and 1."""
    rng = np.random.default_rng(2)
    ids = rng.integers(-ROWS, ROWS, (1, TOKENS))
    ids[0, :4] = [0, ROWS - 1, -1, -ROWS]
    mask = (rng.random((1, TOKENS)) < 0.7).astype(np.int64)
    mask[0, 0] = 1
    return {"ids": ids, "types": rng.integers(0, 2, (1, TOKENS)), "mask": mask}


@pytest.fixture(scope="module")
def session() -> Session:
    return Session(tpu_mlir.compile(model()))


@pytest.mark.parametrize("precision", TOLERANCES)
def test_agrees_with_onnx_runtime(precision: str) -> None:
    compiled = tpu_mlir.compile(model(), precision=precision)
    found = Session(compiled, check_races=True, check_uninitialised=True).run(feeds())
    for name, expected in OnnxRuntime(model()).run(feeds()).items():
        compare(name, found[name], expected, TOLERANCES[precision])


def test_int8_keeps_the_rows() -> None:
    """Rows that are chosen keep the integers of the table: half a step of its range of 10 in 255, and one more."""
    ranges = calibrate(model(), [feeds()])
    found = Session(tpu_mlir.compile(model(), precision="int8", ranges=ranges)).run(feeds())
    compare("x", found["x"], OnnxRuntime(model()).run(feeds())["x"], 2e-2)


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("ids", ROWS, f"input 'ids': expected numbers from -{ROWS} to {ROWS - 1} .* but found {ROWS} as element 5"),
        ("types", -3, "input 'types': expected numbers from -2 to 1 .* but found -3"),
        ("mask", 1 << 40, "input 'mask' holds numbers that int32 cannot represent"),
    ],
)
def test_indices_outside_of_the_table_are_refused(session: Session, name: str, wrong: int, message: str) -> None:
    given = feeds()
    given[name][0, 5] = wrong
    with pytest.raises(FeedError, match=message):
        session.run(given)


def test_random_ids_lie_in_the_table(session: Session) -> None:
    assert session.index_limits() == {"ids": ROWS, "types": 2}
    made = random_feeds(session.input_specs(), 0, index_limits=session.index_limits())
    assert made["ids"].max() > 1000 and made["types"].max() == 1
    session.run(made)
