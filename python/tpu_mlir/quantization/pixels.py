"""Bmodels that take pixels beside the models they were made from, which take numbers."""

from collections.abc import Mapping

import numpy as np
import onnx

from tpu_mlir.errors import CalibrationError
from tpu_mlir.frontend.onnx.inputs import Input, resolve
from tpu_mlir.frontend.onnx.tensors import BFLOAT16, Array, onnx_numpy_type
from tpu_mlir.quantization.images import normalise
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.runtime import Session

_NEAR = 0.25  # pixels; numbers of f32 are within 0.001 of one, those of f16 within 0.1


def pixel_inputs(graph: onnx.GraphProto, session: Session) -> frozenset[str]:
    """Return the names of the inputs that are floats in the model and pixels in the bmodel."""
    return frozenset(value.name for value in graph.input if value.name in _byte_inputs(session) and _is_float(value))


def model_inputs(graph: onnx.GraphProto, session: Session, layout: Layout, stage: int = 0) -> list[Input]:
    """Return the inputs of the model in the shapes that a stage was compiled for. Raises ModelError, BModelError."""
    pixels = pixel_inputs(graph, session)
    shapes = {spec.name: spec.shape for spec in session.input_specs(stage)}
    if layout is Layout.NCHW:
        shapes |= {name: (n, c, h, w) for name in pixels for n, h, w, c in [shapes[name]]}
    return resolve(graph, shapes)


def bmodel_feeds(session: Session, feeds: Mapping[str, Array], preprocess: Preprocess) -> dict[str, Array]:
    """Return the model's feeds as the bmodel's: pixels in place of numbers that were made of some, where it takes them.

    Raises CalibrationError for numbers that no pixels become, FeedError as `Session.convert` does.
    """
    inputs = _byte_inputs(session)
    return session.convert(
        {
            name: to_pixels(array, preprocess, name) if name in inputs and not _is_integer(array) else array
            for name, array in feeds.items()
        }
    )


def to_pixels(numbers: Array, preprocess: Preprocess, name: str) -> Array:
    """Return the pixels, u8 [n, h, w, c] in RGB or gray, that became the numbers of a network's input by `from_pixels`.

    Raises CalibrationError if there are none.
    """
    values = np.asarray(numbers, np.float64)
    if values.ndim != 4:
        raise CalibrationError(f"input '{name}' takes pixels of images, expected 4 dimensions, found {values.ndim}")
    if preprocess.layout is Layout.NCHW:
        values = values.transpose(0, 2, 3, 1)
    values = values / np.array(preprocess.scale) + np.array(preprocess.mean)
    nearest = np.clip(np.rint(values), 0, 255)
    wrong = np.flatnonzero(~(np.abs(values - nearest) < _NEAR))
    if wrong.size:
        found = values.reshape(-1)[wrong[0]]
        raise CalibrationError(
            f"input '{name}' takes pixels, so expected numbers made of 0 to 255, but found one made of {found:.6g}; "
            "check mean, scale, pixel format and layout"
        )
    ordered = nearest[..., ::-1] if preprocess.pixel_format is PixelFormat.BGR else nearest
    return np.ascontiguousarray(ordered, np.uint8)


def from_pixels(pixels: Array, preprocess: Preprocess) -> Array:
    """Return pixels, u8 [n, h, w, c] in RGB or gray, as the f32 input of a network. Raises CalibrationError."""
    channels = preprocess.pixel_format.channels
    if pixels.ndim != 4 or pixels.shape[3] != channels:
        found = "x".join(map(str, pixels.shape)) or "a scalar"
        raise CalibrationError(f"pixels in {preprocess.pixel_format.value} are [n, h, w, {channels}], found {found}")
    return np.stack([normalise(image, preprocess) for image in pixels])


def _byte_inputs(session: Session) -> set[str]:
    return {spec.name for spec in session.input_specs() if spec.dtype == np.uint8 and len(spec.shape) == 4}


def _is_float(value: onnx.ValueInfoProto) -> bool:
    return not _is_integer(np.empty(0, onnx_numpy_type(value.type.tensor_type.elem_type, f"input '{value.name}'")))


def _is_integer(array: Array) -> bool:
    return array.dtype.kind != "f" and array.dtype != BFLOAT16
