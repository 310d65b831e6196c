"""Interpolation, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from onnx.reference import ReferenceEvaluator
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, Operand, case, check_round_trip, integers, uniform

X = uniform(1, 2, 5, 7)
NONE = Fixed(np.zeros(0, np.float32))


def scales(*values: float) -> Fixed:
    return Fixed(np.array(values, np.float32))


def resize(*extent: Operand, opset: int = 13, **attributes: object) -> NodeCase:
    """Return a Resize with an empty region of interest."""
    return case("Resize", X, NONE, *extent, opset=opset, **attributes)


UP, DOWN, BOTH = scales(1, 1, 2.0, 3.0), scales(1, 1, 0.6, 0.5), scales(1, 1, 0.6, 2.0)
COORDINATES = ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
NEAREST = ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")

OLD = [
    *(case("Upsample", X, opset=7, mode=mode, scales=[1.0, 1.0, 2.0, 3.0]) for mode in ("nearest", "linear")),
    *(case("Upsample", X, UP, opset=9, mode=mode) for mode in ("nearest", "linear")),
    *(case("Resize", X, extent, opset=10, mode=mode) for mode in ("nearest", "linear") for extent in (UP, DOWN, BOTH)),
]
NEW = [
    *(
        resize(extent, mode=mode, coordinate_transformation_mode=coordinates)
        for mode in ("nearest", "linear", "cubic")
        for coordinates in COORDINATES
        # ONNX Runtime rounds the length that align_corners divides by: test/operators/test_resize_coordinates.py
        for extent in (UP, BOTH if coordinates == "align_corners" else DOWN)
    ),
    *(resize(extent, nearest_mode=nearest) for nearest in NEAREST for extent in (UP, DOWN)),
    *(resize(UP, opset=opset, mode="linear") for opset in (11, 13, 18, 19)),
    *(resize(NONE, integers([1, 2, 8, 3]), opset=11, mode=mode) for mode in ("nearest", "linear", "cubic")),
    resize(UP, mode="cubic", cubic_coeff_a=-0.5, exclude_outside=1),
    resize(UP, opset=11, coordinate_transformation_mode="tf_half_pixel_for_nn", nearest_mode="floor"),
    resize(scales(1, 1, 1.7, 0.7), opset=19, mode="linear", coordinate_transformation_mode="half_pixel_symmetric"),
    resize(scales(2.0, 3.0), opset=18, axes=[2, 3]),
    *(
        resize(None, integers([11, 9]), opset=18, axes=[2, 3], keep_aspect_ratio_policy=policy)
        for policy in ("stretch", "not_larger", "not_smaller")
    ),
]


def crop(*region: float, **attributes: object) -> NodeCase:
    """Return a Resize of a part of an image, to other sizes."""
    how = {"coordinate_transformation_mode": "tf_crop_and_resize", **attributes}
    return case("Resize", X, scales(*region), None, integers([1, 2, 4, 6]), opset=13, **how)


PART = (0.0, 0.0, 0.2, 0.3, 1.0, 1.0, 0.9, 0.7)
CROPPED = [
    *(crop(*PART, mode=mode) for mode in ("nearest", "linear", "cubic")),
    crop(0.0, 0.0, 0.4, -0.5, 1.0, 1.0, 1.2, 1.3, mode="linear", extrapolation_value=10.0),
    crop(0.0, 0.0, 0.4, 0.6, 1.0, 1.0, 1.2, 1.7, mode="nearest", extrapolation_value=-3.0),
]
# ONNX Runtime's antialias has rounded factors; ONNX's reference has not.
SMOOTH = [
    *(resize(DOWN, opset=18, mode=mode, antialias=1) for mode in ("linear", "cubic")),
    *(resize(None, integers([1, 2, 3, 3]), opset=18, mode=mode, antialias=1) for mode in ("linear", "cubic")),
    resize(DOWN, opset=18, mode="cubic", antialias=1, exclude_outside=1, cubic_coeff_a=-0.5),
    resize(BOTH, opset=18, mode="linear", antialias=1, coordinate_transformation_mode="align_corners"),
]


@pytest.mark.parametrize("tried", SMOOTH, ids=str)
def test_agrees_with_onnx_reference(tried: NodeCase) -> None:
    (wanted,) = ReferenceEvaluator(tried.model()).run(None, tried.feeds())
    check_round_trip(tried.model(), tried.feeds(), expected={"out0": np.asarray(wanted, np.float32)})


@pytest.mark.parametrize("tried", OLD + NEW + CROPPED, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


REFUSED = [
    (resize(UP, coordinate_transformation_mode="tf_crop_and_resize"), "expects a region of 8 numbers, found 0"),
    (resize(UP, coordinate_transformation_mode="corners"), "expects coordinates half_pixel, .* found corners"),
    (resize(scales(2.0, 2.0)), r"Resize expects 4 scales, found \[2.0, 2.0\]"),
]


@pytest.mark.parametrize(("tried", "reason"), REFUSED, ids=str)
def test_refuses(tried: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError, match=f"1 node cannot be compiled:\n  'node': .*{reason}"):
        import_model(tried.model())
