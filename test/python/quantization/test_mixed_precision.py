"""The search for mixed precision on a network whose middle no 8 bits can hold."""

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization import search_precision
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.mixed_precision import _fewest
from tpu_mlir.quantization.operations import operations, share_on_integers

RANDOM = np.random.default_rng(3)


def network() -> onnx.ModelProto:
    """Return two convolutions: between them is a channel a thousand times the others, which the second leaves out."""
    first = RANDOM.uniform(-1, 1, (4, 2, 1, 1)).astype(np.float32)
    first[0] *= 1000
    second = RANDOM.uniform(-1, 1, (3, 4, 3, 3)).astype(np.float32)
    second[:, 0] = 0
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "first"], ["middle"]),
            helper.make_node("Conv", ["middle", "second"], ["y"], pads=[1, 1, 1, 1]),
        ],
        "outlier",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, 2, 6, 6))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 3, 6, 6))],
        [numpy_helper.from_array(first, "first"), numpy_helper.from_array(second, "second")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


NETWORK = network()
DATA = [{"x": RANDOM.uniform(-1, 1, (1, 2, 6, 6)).astype(np.float32)} for _ in range(4)]


def test_what_cannot_be_quantized_stays_a_float() -> None:
    found = search_precision(NETWORK, DATA, method="minmax", min_cosine=0.995)
    assert found.points[0].floats == ()
    assert found.points[0].quality < 0.9
    assert found.chosen.quality >= 0.995
    assert found.chosen.floats[:1] == ("y",)  # it reads the channels whose values the large one drowns
    assert found.sensitivities[0].operation.name == "y"
    assert found.sensitivities[0].error > 100 * found.sensitivities[-1].error


def test_nothing_becomes_a_float_without_need() -> None:
    found = search_precision(NETWORK, DATA, method="minmax", min_cosine=0.0)
    assert found.chosen.floats == ()
    assert found.chosen.share == 1.0
    assert found.front == [found.chosen]


def test_a_target_out_of_reach() -> None:
    with pytest.raises(CalibrationError, match="no choice of f16 operations reaches 2: the best found is 1.5"):
        search_precision(NETWORK, DATA, method="minmax", judge=lambda run: 1.5, target=2.0)


def test_a_judge_needs_a_target() -> None:
    with pytest.raises(CalibrationError, match="a judge comes with the target"):
        search_precision(NETWORK, DATA, judge=lambda run: 1.0)


def test_macs_of_operations() -> None:
    found = operations(clean_module(NETWORK))
    assert [(op.name, op.kind, op.macs) for op in found] == [
        ("middle", "conv", 4 * 36 * 2),
        ("y", "conv", 3 * 36 * 4 * 9),
    ]
    assert share_on_integers(found) == 0.0


@pytest.mark.parametrize("most", [0, 1, 2, 7, 30])
def test_the_fewest_are_found(most: int) -> None:
    for least in range(most + 1):
        asked: list[int] = []

        def holds(count: int, least: int = least, asked: list[int] = asked) -> bool:
            asked.append(count)
            return count >= least

        assert _fewest(most, holds) == least
        assert len(asked) <= 2 * max(most, 1).bit_length() + 2
    assert _fewest(most, lambda count: False) is None
