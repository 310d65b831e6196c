"""Slices and pads, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(3, 6, 7)
END, START = np.iinfo(np.int64).max, np.iinfo(np.int64).min

SLICES = [
    case("Slice", X, opset=7, starts=[1, -3], ends=[3, 100], axes=[0, 2]),
    case("Slice", X, opset=9, starts=[0, 1], ends=[2, -1]),
    *(case("Slice", X, integers([1]), integers([-1]), integers([1]), opset=opset) for opset in (10, 11, 13)),
    case("Slice", X, integers([0, 5]), integers([3, START]), integers([0, -1]), integers([2, -2])),
    case("Slice", X, integers([-1]), integers([-100]), integers([2]), integers([-1])),
    case("Slice", X, integers([2]), integers([END]), integers([1]), integers([3])),
    case("Slice", X, integers([0, 1, 2]), integers([3, 4, 5])),
]
VALUE = Fixed(np.array(1.5, np.float32))
PADS = [
    case("Pad", X, opset=7, pads=[0, 1, 2, 1, 0, 3], value=0.5),
    case("Pad", X, opset=7, pads=[0, -1, 2, 1, 0, -3]),
    *(case("Pad", X, integers([0, 1, 2, 1, 0, 3]), VALUE, opset=opset) for opset in (11, 13, 18, 19, 21)),
    *(case("Pad", X, integers([0, 1, 2, 1, 0, 3]), opset=13, mode=mode) for mode in ("reflect", "edge")),
    case("Pad", X, integers([0, 1, 2, 1, 0, 3]), opset=19, mode="wrap"),
    case("Pad", X, integers([1, -2, 3, 4]), VALUE, integers([-1, 0]), opset=18),
    case("Pad", X, integers([0, 0, -2, 0, -1, 0]), opset=13),
    case("Pad", X, integers([0, 0, 0, 0, 0, -7])),
    case("Pad", np.arange(6).reshape(2, 3), integers([0, 1, 1, 0]), Fixed(np.array(7, np.int64)), opset=13),
]


@pytest.mark.parametrize("tried", SLICES + PADS, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


REFUSED = [
    (case("Slice", X, np.array([0]), integers([1])), "Slice expects a constant starts, found one that is computed"),
    (case("Pad", X, integers([1, 1])), "Pad expects 6 pads, found 2"),
    (case("Pad", X, integers([0, 0, 0, 0, 0, -8])), "Pad takes more from the shape"),
    (case("Pad", X, integers([3, 0, 0, 0, 0, 0]), mode="reflect"), "reflect"),
]


@pytest.mark.parametrize(("tried", "reason"), REFUSED, ids=str)
def test_refuses(tried: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=f"(?s)1 node cannot be compiled:.*'node': .*{reason}"):
        import_model(tried.model())
