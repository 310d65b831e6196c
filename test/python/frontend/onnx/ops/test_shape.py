"""Rearrangements, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

X = uniform(2, 3, 4)
ONES = uniform(1, 3, 1, 4)
TRUE = Fixed(np.array(True))

ARRANGED = [
    *(case("Reshape", X, integers([4, -1]), opset=opset) for opset in (7, 13, 14, 19, 21)),
    case("Reshape", X, integers([0, 0, 2, 2])),
    case("Reshape", X, integers([24])),
    *(case("Squeeze", ONES, opset=opset, axes=[0, -2]) for opset in (11,)),
    case("Squeeze", ONES, opset=7, axes=[2]),
    case("Squeeze", ONES, opset=11),
    *(case("Squeeze", ONES, integers([-2, 0]), opset=opset) for opset in (13, 21)),
    case("Squeeze", ONES, opset=13),
    *(case("Unsqueeze", X, opset=opset, axes=[0, 2]) for opset in (7, 11)),
    *(case("Unsqueeze", X, integers([-1, 1]), opset=opset) for opset in (13, 21)),
    *(case("Flatten", X, opset=opset) for opset in (7, 9, 13, 21)),
    *(case("Flatten", X, opset=11, axis=axis) for axis in (0, 2, 3, -1)),
    *(case("Transpose", X, opset=opset) for opset in (7, 13, 21)),
    case("Transpose", X, perm=[1, 0, 2]),
    *(case("Expand", uniform(3, 1), integers([2, 1, 4]), opset=opset) for opset in (8, 13)),
    *(case("Tile", X, integers([1, 2, 3]), opset=opset) for opset in (7, 13)),
    *(case("Identity", X, opset=opset) for opset in (7, 13, 14, 16, 19, 21)),
    *(case("Dropout", X, opset=opset) for opset in (7, 10, 12, 13)),
    case("Dropout", X, None, Fixed(np.array(False)), opset=13, outputs=2),
    case("Dropout", X, Fixed(np.array(0.0, np.float32)), TRUE, opset=13, outputs=2),
    *(
        case("Trilu", uniform(2, 4, 5), Fixed(np.array(k, np.int64)), upper=upper)
        for k in (-1, 0, 2)
        for upper in (0, 1)
    ),
    case("Trilu", np.arange(9).reshape(3, 3)),
]
IMAGE = uniform(1, 8, 4, 6)
JOINED = [
    *(case("Concat", X, Fixed(uniform(2, 1, 4)), uniform(2, 2, 4), opset=opset, axis=1) for opset in (7, 11, 13)),
    case("Concat", X, X, axis=-1),
    case("Concat", X, axis=0),
    *(case("Split", X, opset=opset, outputs=2, axis=2) for opset in (7, 11, 13)),
    *(case("Split", X, opset=opset, outputs=2, axis=-1, split=[1, 3]) for opset in (7, 11)),
    *(case("Split", X, integers([1, 3]), opset=opset, outputs=2, axis=2) for opset in (13, 18)),
    case("Split", uniform(7, 2), opset=18, outputs=3, num_outputs=3),
    *(case("DepthToSpace", IMAGE, opset=opset, blocksize=2) for opset in (7, 11, 13)),
    *(case("DepthToSpace", IMAGE, opset=opset, blocksize=2, mode="CRD") for opset in (11, 13)),
    *(case("SpaceToDepth", IMAGE, opset=opset, blocksize=2) for opset in (7, 13)),
]
TO_DEPTH = [case("SpaceToDepth", IMAGE, opset=28, blocksize=2, mode="CRD")]  # newer than some ONNX Runtimes


@pytest.mark.parametrize("tried", ARRANGED + JOINED, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


@pytest.mark.parametrize("tried", TO_DEPTH, ids=str)
def test_blocks_behind_the_channels(tried: NodeCase) -> None:
    batch, channels, rows, columns = IMAGE.shape
    blocks = IMAGE.reshape(batch, channels, rows // 2, 2, columns // 2, 2).transpose(0, 1, 3, 5, 2, 4)
    expected = blocks.reshape(batch, channels * 4, rows // 2, columns // 2)
    check_round_trip(tried.model(), tried.feeds(), expected={"out0": expected})


REFUSED = [
    (case("Reshape", X, integers([5, -1])), r"Reshape cannot arrange the shape \[2, 3, 4\] as \[5, -1\]"),
    (case("Reshape", X, np.array([4, 6], np.int64)), "Reshape expects a constant shape, found one that is computed"),
    (case("Squeeze", X, integers([1])), r"Squeeze expects dimensions of 1 at the axes \[1\], found shape \[2, 3, 4\]"),
    (case("Concat", X, uniform(2, 3, 5), axis=1), "inputs that differ along axis 1 only"),
    (case("Concat", X, X, axis=3), r"Concat expects an axis in \[-3, 3\), found 3"),
    (case("Split", uniform(7, 2), outputs=3, opset=13), "Split expects a dimension that divides into 3 equal parts"),
    (case("Dropout", X, None, TRUE, opset=13), "Dropout is in training mode"),
    (case("Transpose", X, perm=[0, 0, 1]), "permutation"),
    (case("Expand", X, integers([5, 4])), r"Expand cannot broadcast the shape \[2, 3, 4\] to \[5, 4\]"),
]


@pytest.mark.parametrize(("tried", "reason"), REFUSED, ids=str)
def test_refuses(tried: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=f"(?s)1 node cannot be compiled:.*'node': .*{reason}"):
        import_model(tried.model())
