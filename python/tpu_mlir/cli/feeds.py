"""Inputs of a network from a file of the user."""

from collections.abc import Sequence
from pathlib import Path

import ml_dtypes
import numpy as np

from tpu_mlir.cli.console import errors
from tpu_mlir.errors import FeedError
from tpu_mlir.printable import printable
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess
from tpu_mlir.runtime.session import FeedSpec
from tpu_mlir.runtime.tensor_files import read_tensors
from tpu_mlir.runtime.types import Array, bmodel_type


def is_image(path: Path) -> bool:
    """Tell whether a file's name says that Pillow reads it."""
    from tpu_mlir.quantization.images import suffixes

    return path.suffix.lower() in suffixes()


def read_feeds(path: Path, inputs: Sequence[FeedSpec], preprocess: Preprocess) -> dict[str, Array]:
    """Return what a file holds for these inputs: an .npz file, an .npy file or an image for the only one.

    Numbers of another type than the input's are converted, and a line says so. Names that are too many and wrong shapes
    are left to whoever runs the network. Raises TpuMlirError.
    """
    if is_image(path):
        return _image(path, inputs, preprocess)
    from tpu_mlir.quantization.samples import check_names, read_arrays

    types = {each.name: each.dtype for each in inputs}
    arrays = read_arrays(path, inputs) if path.suffix.lower() == ".npy" else read_tensors(path)
    check_names(arrays, inputs, str(path))
    return {name: _converted(path, name, array, types.get(name, array.dtype)) for name, array in arrays.items()}


def _image(path: Path, inputs: Sequence[FeedSpec], preprocess: Preprocess) -> dict[str, Array]:
    """Return an image as an input; one of bytes takes the pixels themselves, since the bmodel does the rest."""
    from tpu_mlir.checking import data
    from tpu_mlir.frontend.onnx.inputs import Input

    if len(inputs) == 1 and inputs[0].dtype == np.uint8 and len(inputs[0].shape) == 4:
        channels = PixelFormat.GRAY if inputs[0].shape[3] == 1 else PixelFormat.RGB
        preprocess = Preprocess(pixel_format=channels, layout=Layout.NHWC)
    return data.given(path, [Input(each.name, each.shape, each.dtype) for each in inputs], preprocess, seed=0).feeds


def _converted(path: Path, name: str, array: Array, wanted: np.dtype[np.generic]) -> Array:
    """Return an array in an input's type: floats are rounded, but stay finite; integers stay what they are.

    Floats do not become integers: whole numbers may still be no pixels.
    """
    if array.dtype == wanted or not (array.dtype.kind in "iub" or _is_float(array.dtype)):
        return array
    is_float = _is_float(array.dtype)
    if is_float and not _is_float(wanted):
        raise FeedError(f"{path}: input '{name}': expected element type {bmodel_type(wanted)}, but found {array.dtype}")
    with np.errstate(over="ignore", invalid="ignore"):
        made: Array = array.astype(wanted)
    if not (np.array_equal(np.isfinite(made), np.isfinite(array)) if is_float else np.array_equal(made, array)):
        raise FeedError(f"{path}: input '{name}' takes {wanted}, which cannot hold all of the {array.dtype} found")
    errors.print(f"input '{printable(name)}': converted from {array.dtype} to {wanted}")
    return made


def _is_float(dtype: np.dtype[np.generic]) -> bool:
    return dtype.kind == "f" or dtype == ml_dtypes.bfloat16
