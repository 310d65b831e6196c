"""Resize in every mode and coordinate transformation, against ONNX's reference evaluator."""

import numpy as np
import pytest
import tpu_mlir
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, NodeCase, check_round_trip

Floats = NDArray[np.float32]
COORDINATES = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"]
# Of lengths 4 and 5, to whole and broken ones, larger and smaller.
SCALES = [(2.0, 2.0), (0.6, 0.8), (1.3, 2.7), (0.55, 1.0)]
EXACT = [(2.0, 2.0), (0.75, 0.5), (1.375, 2.5), (0.625, 1.0)]  # the nearest does not hang on a rounding of the scale


def resize(scales: tuple[float, float], shape: tuple[int, ...] = (1, 2, 4, 5), **attributes: object) -> NodeCase:
    x = np.random.default_rng(5).standard_normal(shape).astype(np.float32)
    factors = Fixed(np.array([1, 1, *scales], np.float32))
    return NodeCase("Resize", (x, None, factors), 19, attributes=attributes)


def expected(tried: NodeCase) -> Floats:
    (result,) = ReferenceEvaluator(tried.model()).run(None, tried.feeds())
    return result


@pytest.mark.parametrize("scales", SCALES, ids=str)
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_weights(coordinates: str, mode: str, scales: tuple[float, float]) -> None:
    tried = resize(scales, mode=mode, coordinate_transformation_mode=coordinates)
    session = Session(tpu_mlir.compile(tried.model()))
    (found,) = session.run(tried.feeds()).values()
    assert found == pytest.approx(expected(tried), abs=2e-6)


@pytest.mark.parametrize("scales", [(2.0, 2.0), (3.0, 1.0), (1.0, 4.0), (2.0, 1.5)], ids=str)
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_channels_stretch(coordinates: str, mode: str, scales: tuple[float, float]) -> None:
    """Of many channels, whole factors are convolutions: test/Conversion/TopToTpu/resize.mlir shows them."""
    tried = resize(scales, (2, 40, 4, 5), mode=mode, coordinate_transformation_mode=coordinates)
    session = Session(tpu_mlir.compile(tried.model()), check_races=True, check_uninitialised=True)
    (found,) = session.run(tried.feeds()).values()
    assert found == pytest.approx(expected(tried), abs=4e-6)  # more elements than above, sums of four in f32


@pytest.mark.parametrize("scales", EXACT, ids=str)
@pytest.mark.parametrize("nearest", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
@pytest.mark.parametrize("coordinates", [c for c in COORDINATES if c != "half_pixel_symmetric"])
def test_nearest(coordinates: str, nearest: str, scales: tuple[float, float]) -> None:
    """The symmetric coordinates have ties in f32 that are none in f64: ONNX Runtime and we compute in f32."""
    tried = resize(scales, mode="nearest", coordinate_transformation_mode=coordinates, nearest_mode=nearest)
    session = Session(tpu_mlir.compile(tried.model()))
    (found,) = session.run(tried.feeds()).values()
    assert np.array_equal(found, expected(tried))


@pytest.mark.parametrize("scales", [(0.25, 0.2), (0.4, 0.3)], ids=str)
@pytest.mark.parametrize("mode", ["linear", "cubic"])
@pytest.mark.parametrize("coordinates", ["align_corners", "pytorch_half_pixel"])
def test_one_element_is_the_first(coordinates: str, mode: str, scales: tuple[float, float]) -> None:
    """As the operator's description says: the evaluator takes -0.5 here, or does not see that there is one."""
    tried = resize(scales, mode=mode, coordinate_transformation_mode=coordinates)
    session = Session(tpu_mlir.compile(tried.model()))
    (found,) = session.run(tried.feeds()).values()
    assert np.array_equal(found, tried.feeds()["in0"][:, :, :1, :1])


@pytest.mark.parametrize("mode", ["linear", "cubic"])
def test_reference_of_broken_lengths(mode: str) -> None:
    """What `tpuc compare` runs in ONNX Runtime, whose own align_corners rounds the length first."""
    tried = resize((0.6, 1.3), mode=mode, coordinate_transformation_mode="align_corners")
    # The lowering is tried above: this is the model that it is compared with.
    check_round_trip(tried.model(), tried.feeds(), expected={"out0": expected(tried)})
