"""Gathers, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(3, 6, 7)
PICK = np.array([[0, 5], [-1, 2]], np.int64)
SAME_RANK = np.array([[[0, -1, 2, 1, 0, 3, 6]]], np.int64)


def asked(case_: NodeCase) -> NodeCase:
    """Return a case whose constant indices are an input."""
    data, indices, *rest = case_.operands
    given = indices.array if isinstance(indices, Fixed) else indices
    return NodeCase(case_.op, (data, given, *rest), case_.opset, case_.outputs, case_.attributes)


REDUCTIONS = ("add", "mul", "max", "min")


def drawn(low: int, high: int, *shape: int) -> Fixed:
    """Return constant indices in [low, high)."""
    return Fixed(np.random.default_rng(len(shape)).integers(low, high, shape))


GATHERS = [
    *(case("Gather", X, Fixed(PICK), opset=opset, axis=1) for opset in (7, 11, 13)),
    case("Gather", X, PICK, axis=-2),
    case("Gather", Fixed(uniform(30, 70)), np.array([[29, -30, 0, 7]], np.int64)),
    case("Gather", X, np.array(2, np.int64), axis=2),
    case("Gather", Fixed(uniform(10, 4)), np.array([3, 9, 0], np.int32)),
    case("Gather", X, integers([2]), axis=0),
    case("Gather", X, Fixed(np.array(1, np.int64)), axis=2),
    *(case("GatherElements", X, SAME_RANK, opset=opset, axis=2) for opset in (11, 13)),
    case("GatherElements", X, Fixed(np.zeros((2, 6, 7), np.int64)), axis=0),
    case("GatherElements", X, Fixed(SAME_RANK.repeat(2, 0).repeat(5, 1)), axis=2),
    case("GatherElements", X, drawn(-6, 6, 3, 9, 4), axis=1),
    case("GatherElements", uniform(40, 33), drawn(0, 40, 40, 33), axis=0),
]
TUPLES = Fixed(np.array([[[0, 5], [-1, 2]], [[2, 0], [1, -6]]], np.int64))
GATHER_ND = [
    *(case("GatherND", X, TUPLES, opset=opset) for opset in (11, 12, 13)),
    case("GatherND", X, drawn(-3, 3, 2, 1)),
    case("GatherND", X, Fixed(np.array([[[0, 5, 6]], [[2, -6, -7]]], np.int64))),
    case("GatherND", X, drawn(-6, 6, 3, 4, 1), batch_dims=1),
    case("GatherND", X, drawn(-7, 7, 3, 6, 1), batch_dims=2),
]
DIFFERENT, EQUAL = Fixed(np.array([[4], [-6], [2]], np.int64)), Fixed(np.array([[4], [1], [-2], [1], [4]], np.int64))
ALONG = Fixed(np.array([[0, 5, 1, -3], [2, 1, 3, 4]], np.int64))
SCATTERS = [
    *(case("ScatterND", uniform(6, 5), DIFFERENT, uniform(3, 5, seed=1), opset=opset) for opset in (11, 13, 16, 18)),
    case("ScatterND", X, TUPLES, uniform(2, 2, 7, seed=1)),
    *(case("ScatterND", uniform(6, 5), EQUAL, uniform(5, 5, seed=1), opset=18, reduction=r) for r in REDUCTIONS),
    case("ScatterND", uniform(70, 80), drawn(0, 70, 30, 2), uniform(30, seed=1), opset=18, reduction="add"),
    case("Scatter", uniform(3, 6), ALONG, uniform(2, 4, seed=1), opset=9, axis=1),
    *(case("ScatterElements", uniform(3, 6), ALONG, uniform(2, 4, seed=1), opset=o, axis=-1) for o in (11, 13, 16, 18)),
    *(
        case("ScatterElements", uniform(5, 6), drawn(-5, 5, 3, 6), uniform(3, 6, seed=1), opset=18, reduction=r)
        for r in REDUCTIONS
    ),
]
COMPUTED = [asked(each) for each in (*GATHERS[-4:], *GATHER_ND, *SCATTERS) if "reduction" not in each.attributes]
PLACES = np.array([5, 7, 13, 15, 18, 16, 28, 30], np.int64).reshape(1, 2, 2, 2)
UNPOOLED = [
    *(
        case("MaxUnpool", uniform(1, 2, 2, 2), places, opset=opset, kernel_shape=[2, 2], strides=[2, 2])
        for places in (PLACES, Fixed(PLACES))
        for opset in (9, 11)
    ),
]
LENGTHS = Fixed(np.array([3, 0, 1, 4], np.int64))
ORDERS = [
    case("ReverseSequence", uniform(4, 4, 3), LENGTHS),
    case("ReverseSequence", uniform(4, 5), LENGTHS, time_axis=1, batch_axis=0),
]
DEPTH, VALUES = Fixed(np.array(5, np.int64)), uniform(2)
HOT = [
    *(case("OneHot", PICK, DEPTH, VALUES, opset=opset) for opset in (9, 11)),
    case("OneHot", PICK, DEPTH, Fixed(np.array([0, 1], np.float32)), axis=0),
    case("OneHot", PICK.astype(np.int32), Fixed(np.array(5, np.int32)), VALUES, axis=1),
    case("OneHot", np.array([0, 3, -5, 7], np.float32), Fixed(np.array([5], np.float32)), VALUES),
]


@pytest.mark.parametrize("tried", GATHERS + GATHER_ND + SCATTERS + COMPUTED + UNPOOLED + ORDERS + HOT, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


@pytest.mark.parametrize(
    ("tried", "reason"),
    [
        (
            case("ScatterND", uniform(6, 5), np.zeros((2, 1), np.int64), uniform(2, 5), opset=18, reduction="add"),
            "ScatterND expects constant indices for the reduction add",
        ),
        (case("GatherND", X, Fixed(np.array([[3]]))), "GatherND expects indices in [-[3], [3]), found one outside"),
        (case("ReverseSequence", uniform(2, 4), Fixed(np.array([1, 2, 3, 1]))), "lengths of at most 2"),
    ],
    ids=str,
)
def test_what_cannot_be_known_is_refused(tried: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(tried.model())
    assert reason in str(caught.value)
