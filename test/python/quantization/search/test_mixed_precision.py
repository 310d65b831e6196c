"""The search for mixed precision on a network whose middle no 8 bits can hold."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from python.quantization.networks import model
from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization import calibrate, held_out, search_precision
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.operations import copy, operations, share_on_integers
from tpu_mlir.quantization.quality import Trials
from tpu_mlir.quantization.search import mixed_precision
from tpu_mlir.quantization.search.mixed_precision import Goal, Search, fewest
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.runtime import BModel

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
DATA = [{"x": RANDOM.uniform(-1, 1, (1, 2, 6, 6)).astype(np.float32)} for _ in range(8)]


def scheme() -> Scheme:
    module = clean_module(NETWORK)
    return Scheme(module, calibrate(copy(module), DATA, method="minmax"))


def search(goal: Goal) -> Search:
    return search_precision(scheme(), *held_out(NETWORK, DATA), goal)


def test_what_cannot_be_quantized_stays_a_float() -> None:
    found = search(Goal(0.995))
    assert found.points[0].floats == ()
    assert found.points[0].quality < 0.9
    assert found.chosen.quality >= Goal(0.995).with_margin
    assert found.chosen.floats[:1] == ("y",)  # it reads the channels whose values the large one drowns
    assert found.sensitivities[0].operation.name == "y"
    assert found.sensitivities[0].gain > 100 * abs(found.sensitivities[-1].gain)


def test_all_in_floats_is_tried_too() -> None:
    found = search(Goal(0.995))
    assert {"middle", "y"} in [{*point.floats} for point in found.points]
    assert found.chosen in found.front


def test_nothing_becomes_a_float_without_need() -> None:
    found = search(Goal(0.0))
    assert [point.floats for point in found.points][0] == ()
    assert found.chosen.cycles == min(point.cycles for point in found.points)


def faked(monkeypatch: pytest.MonkeyPatch, points: dict[int, tuple[float, int]]) -> None:
    """Let bmodels with that many floats have another quality and other cycles."""

    def point(scheme: Scheme, floats: Sequence[str], held: Trials, goal: Goal) -> tuple[mixed_precision.Point, BModel]:
        quality, cycles = points[len(floats)]
        return mixed_precision.Point(tuple(floats), quality, cycles, 1.0), BModel(bytes([len(floats)]), "faked")

    monkeypatch.setattr(mixed_precision, "_point", point)


def test_floats_that_are_faster_and_better_are_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    faked(monkeypatch, {0: (0.9999, 1200), 1: (0.99991, 1100), 2: (0.99999, 1000)})
    found = search(Goal(0.995))
    assert len(found.chosen.floats) == 2
    assert found.bmodel.data == bytes([2])


def test_a_choice_below_the_margin_is_repaired(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.9955 is above the goal of 0.995, but other samples may lose more."""
    faked(monkeypatch, {0: (0.5, 1000), 1: (0.9955, 1100), 2: (0.9999, 1300)})
    assert len(search(Goal(0.995)).chosen.floats) == 2


def test_a_target_out_of_reach() -> None:
    message = r"no choice of f16 operations reaches 2: found 1.50000 with 0, .* of 2; lower the goal to 1.5"
    with pytest.raises(CalibrationError, match=message):
        search(Goal(judge=lambda run: 1.5, target=2.0))


def test_what_would_reach_the_goal_is_named() -> None:
    """No 16 bits come so near, but f32 does."""
    message = (
        r"reaches 0.99999999 .*; --fallback f32 reaches 1\.00000000 with all of them, or lower the goal to 0\.9999"
    )
    with pytest.raises(CalibrationError, match=message):
        search(Goal(0.99999999))


def test_a_judge_needs_a_target() -> None:
    with pytest.raises(CalibrationError, match="a judge comes with the target"):
        Goal(judge=lambda run: 1.0)


def test_a_cosine_has_a_margin_and_a_target_none() -> None:
    assert Goal(0.99).with_margin == pytest.approx(0.992)
    assert Goal(judge=lambda run: 1.0, target=0.7).with_margin == 0.7


def test_what_computes_between_equal_ranges_is_a_candidate() -> None:
    """Convolutions and sums between ReLU6 read and write the same u8 of 6 / 255; pooling only moves elements."""
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Clip", ["a", "zero", "six"], ["a6"]),
        helper.make_node("Conv", ["a6", "v"], ["b"]),
        helper.make_node("Clip", ["b", "zero", "six"], ["b6"]),
        helper.make_node("MaxPool", ["b6"], ["p"], kernel_shape=[1, 1]),
        helper.make_node("Add", ["p", "a6"], ["s"]),
        helper.make_node("Clip", ["s", "zero", "six"], ["s6"]),
        helper.make_node("Conv", ["s6", "v"], ["y"]),
    ]
    constants = {"w": np.eye(2)[:, :, None, None], "v": 2 * np.eye(2)[:, :, None, None], "zero": 0.0, "six": 6.0}
    relu6 = model(nodes, constants, (1, 2, 4, 4))
    module = clean_module(relu6)
    data = [{"x": np.linspace(-10, 10, 32, dtype=np.float32).reshape(1, 2, 4, 4)}]
    found = Scheme(module, calibrate(copy(module), data, method="minmax")).candidates()
    assert [op.kind for op in found if op.kind in ("conv", "add")] == ["conv", "conv", "add", "conv"]
    assert not [op for op in found if op.kind == "max_pool"]


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

        assert fewest(most, holds) == least
        assert len(asked) <= 2 * max(most, 1).bit_length() + 2
    assert fewest(most, lambda count: False) is None
