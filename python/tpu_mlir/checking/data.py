"""Inputs that a network can be tried with: the user's, or numbers of the kind that it takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
import onnx.numpy_helper

from tpu_mlir.errors import CalibrationError, InputFileError, TpuMlirError
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.quantization.images import normalise
from tpu_mlir.quantization.pixels import pixel_inputs
from tpu_mlir.quantization.preprocess import Layout, Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.samples import Data, Feeds, find_samples
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.samples import random_feeds
from tpu_mlir.runtime.types import Array

# What images of unknown meaning may lie between: what they are to a network is not in its file.
SPANS = ((0.0, 1.0), (0.0, 255.0), (-1.0, 1.0))
_BLOCK = 8  # pixels; noise has no areas, which activations of images come from
_SAMPLES = 100  # as many as calibration looks at, so that the first is the same
_LARGE = 1e4  # what scores of an attention do not reach
# What a mask passes on its way to the constant.
_MASK_STEPS = ("Sub", "Cast", "Identity", "Not", "Reshape", "Squeeze", "Unsqueeze", "Transpose", "Expand", "Slice")
_CHANNELS = (1, 3, 4)  # of images


@dataclass(frozen=True)
class Trial:
    """Inputs of the model by name, and what they are, in words.

    is_guess: images lie in a span that is a guess. is_seeded: all are numbers that were made.
    """

    feeds: Feeds
    text: str
    is_guess: bool = False
    is_seeded: bool = False


def given(data: Data, inputs: Sequence[Input], preprocess: Preprocess, seed: int) -> Trial:
    """Return the first sample of data, as calibration takes them, that can be read. Raises TpuMlirError."""
    batch = inputs[0].shape[0] if inputs and inputs[0].shape else 1
    problems: list[TpuMlirError] = []
    for sample in find_samples(data, inputs, preprocess, count=max(batch, _SAMPLES), seed=seed):
        try:
            return Trial(sample.load(), sample.name)
        except (CalibrationError, InputFileError) as problem:
            problems.append(problem)
    raise problems[0]


def seeded(
    graph: onnx.GraphProto,
    inputs: Sequence[Input],
    session: Session,
    *,
    preprocess: Preprocess | None,
    ranges: Ranges | None,
    seed: int,
    span: tuple[float, float],
) -> Trial:
    """Return inputs of the kind that a network takes.

    Pixels become inputs as `preprocess` says, where the bmodel takes pixels or images fit the input. Other floats lie
    in the range that calibration found for them; without one, images (1, 3 or 4 channels) lie in `span`.
    Masks, by name or since a large constant multiplies them, are 1, some 0; the rest is what `random_feeds` makes.
    """
    rng = np.random.default_rng(seed)
    pixels = pixel_inputs(graph, session)
    feeds: Feeds = {}
    others: list[Input] = []
    masks = _masks(graph)
    is_guess = False
    for item in inputs:
        if preprocess and (item.name in pixels or _fits(item, preprocess)):
            feeds[item.name] = _image(rng, item, preprocess)
            continue
        if item.name in masks:
            feeds[item.name] = _mask(rng, item)
            continue
        found = ranges.get(item.name) if ranges else None
        axes = None if item.dtype.kind in "iub" else _image_axes(item.shape)
        is_guess = is_guess or bool(axes and not found)
        if found or axes:
            low, high = (found.minimum, found.maximum) if found else span
            values = _areas(rng, item.shape, axes) if axes else rng.random(item.shape)
            feeds[item.name] = (low + values * (high - low)).astype(item.dtype)
        else:
            others.append(item)
    feeds |= random_feeds(others, seed, index_limits=session.index_limits())
    images = f", images from {span[0]:g} to {span[1]:g}" if is_guess else ""
    return Trial(feeds, f"seeded data (seed {seed}{images})", is_guess, is_seeded=True)


def _mask(rng: np.random.Generator, item: Input) -> Array:
    """Return ones and, at a tenth of the places, zeros; the first of each row is 1, so that no row is masked whole."""
    kept = rng.random(item.shape) < 0.9
    if item.shape:
        kept[..., :1] = True
    return kept.astype(item.dtype)


def _masks(graph: onnx.GraphProto) -> frozenset[str]:
    """Return the inputs that are masks, as `x` of (1 - x) * -1e9 added before a softmax."""
    constants = {tensor.name: tensor for tensor in graph.initializer}
    constants |= {
        node.output[0]: attribute.t
        for node in graph.node
        if node.op_type == "Constant"
        for attribute in node.attribute
        if attribute.name == "value"
    }
    large = {name for name, tensor in constants.items() if _is_large(tensor)}
    masks = {value.name for value in graph.input if "mask" in value.name.lower()}
    for node in reversed(graph.node):
        is_scaled = node.op_type == "Mul" and not large.isdisjoint(node.input)
        if is_scaled or (node.op_type in _MASK_STEPS and not masks.isdisjoint(node.output)):
            masks |= {name for name in node.input if name not in constants}
    return frozenset(masks)


def _is_large(tensor: onnx.TensorProto) -> bool:
    if tensor.data_location == onnx.TensorProto.EXTERNAL or np.prod(tensor.dims, dtype=np.int64) > 1:
        return False
    value = onnx.numpy_helper.to_array(tensor)
    return bool(value.dtype.kind == "f" and np.all(np.abs(value.astype(np.float64)) >= _LARGE))


def _fits(item: Input, preprocess: Preprocess) -> bool:
    """Tell whether images were described, and this input takes them."""
    is_described = (preprocess.mean, preprocess.scale) != (Preprocess().mean, Preprocess().scale)
    axis = 1 if preprocess.layout is Layout.NCHW else -1
    is_image = len(item.shape) == 4 and item.shape[axis] == preprocess.pixel_format.channels
    return is_described and is_image and item.dtype.kind not in "iub"


def _image(rng: np.random.Generator, item: Input, preprocess: Preprocess) -> Array:
    n, *rest = item.shape
    c, h, w = rest if preprocess.layout is Layout.NCHW else (rest[2], *rest[:2])
    pixels = np.rint(255 * _areas(rng, (n, h, w, c), (1, 2))).astype(np.uint8)
    images = [normalise(image, preprocess) for image in pixels]
    return np.stack(images).astype(item.dtype) if images else np.zeros(item.shape, item.dtype)


def _areas(rng: np.random.Generator, shape: tuple[int, ...], axes: tuple[int, int]) -> Array:
    """Return numbers from 0 to 1, the same over areas along two axes."""
    coarse = [-(-size // _BLOCK) if axis in axes else size for axis, size in enumerate(shape)]
    areas = rng.random(coarse)
    for axis in axes:
        areas = np.repeat(areas, _BLOCK, axis).take(range(shape[axis]), axis)
    return areas


def _image_axes(shape: tuple[int, ...]) -> tuple[int, int] | None:
    """Return the axes of height and width, if an input of this shape looks like images."""
    if len(shape) != 4 or 0 in shape:
        return None
    if shape[1] in _CHANNELS:
        return 2, 3
    return (1, 2) if shape[3] in _CHANNELS else None
