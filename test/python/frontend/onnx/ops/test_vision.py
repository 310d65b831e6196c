"""Images from columns and at known places, imported and written back, against ONNX Runtime."""

import numpy as np
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform


def columns(image: list[int], block: list[int], *shape: int, **attributes: object) -> NodeCase:
    return case("Col2Im", uniform(*shape), integers(image), integers(block), opset=18, **attributes)


X = uniform(2, 3, 5, 6)
GRID = Fixed(uniform(2, 4, 7, 2, low=-1.4, high=1.4, seed=1))
VOLUME = Fixed(uniform(1, 2, 3, 4, 3, low=-1.4, high=1.4, seed=1))
COLUMNS = [
    columns([5, 5], [1, 5], 1, 5, 5),
    columns([5, 6], [2, 3], 2, 18, 16),
    columns([7, 8], [3, 2], 1, 12, 16, strides=[2, 2], pads=[1, 0, 1, 1]),
    columns([6, 6], [2, 2], 1, 4, 16, dilations=[2, 2]),
    columns([4, 5, 4], [1, 2, 2], 1, 8, 48),
]
PADDINGS = ("zeros", "border", "reflection")
SAMPLED = [
    *(
        case("GridSample", X, GRID, opset=16, mode=mode, padding_mode=padding, align_corners=corners)
        for mode in ("bilinear", "nearest")
        for padding in PADDINGS
        for corners in (0, 1)
    ),
    *(
        case("GridSample", uniform(1, 2, 3, 4, 5), VOLUME, opset=20, mode=mode, padding_mode=padding)
        for mode in ("linear", "nearest")
        for padding in PADDINGS
    ),
    *(case("GridSample", X, GRID, opset=20, mode="cubic", padding_mode=padding) for padding in PADDINGS),
]
COMPUTED = [
    case("GridSample", x, grid.array, opset=20, mode=mode, padding_mode=padding, align_corners=corners)
    for x, grid in ((X, GRID), (uniform(1, 2, 3, 4, 5), VOLUME))
    for mode in ("linear", "nearest")
    for padding in PADDINGS
    for corners in (0, 1)
]
REGIONS = Fixed(np.array([[1, 2, 9, 8], [0, 0, 4.5, 3], [3, 1, 11, 10], [5, 5, 5.2, 5.1]], np.float32))
IMAGES = Fixed(np.array([0, 1, 0, 1], np.int64))
ALIGNED = [
    case("RoiAlign", X, REGIONS, IMAGES, opset=opset, output_height=3, output_width=2, spatial_scale=0.5, **how)
    for opset, how in (
        (10, {"sampling_ratio": 2}),
        (10, {}),
        (16, {"sampling_ratio": 2}),
        (16, {}),
        (16, {"coordinate_transformation_mode": "output_half_pixel"}),
    )
]


@pytest.mark.parametrize("tried", COLUMNS + SAMPLED + COMPUTED + ALIGNED, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds())


@pytest.mark.parametrize(
    ("tried", "reason"),
    [
        (columns([5, 5], [1, 5], 1, 5, 6), "Col2Im expects 5 columns for an image of [5, 5], found 6"),
        (
            case("GridSample", X, uniform(2, 4, 7, 2), opset=16, mode="bicubic"),
            "expects a constant grid for the mode cubic",
        ),
        (case("RoiAlign", X, REGIONS, IMAGES, mode="max"), "RoiAlign expects the mode avg, found max"),
    ],
    ids=str,
)
def test_refuses(tried: NodeCase, reason: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(tried.model())
    assert reason in str(caught.value)
