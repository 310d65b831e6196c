"""ONNX tensors as NumPy arrays, external data included, and the element types of both worlds."""

import math
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, numpy_helper

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.limits import check_elements

Array = NDArray[Any]
DType = np.dtype[Any]

BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
_FLOATS = frozenset({np.dtype(np.float16), BFLOAT16, np.dtype(np.float32), np.dtype(np.float64)})

# MLIR's spelling of the element types.
_SPELLINGS: dict[DType, str] = {
    np.dtype(np.float16): "f16",
    BFLOAT16: "bf16",
    np.dtype(np.float32): "f32",
    np.dtype(np.float64): "f64",
    np.dtype(np.bool_): "i1",
    **{np.dtype(f"int{bits}"): f"i{bits}" for bits in (8, 16, 32, 64)},
    **{np.dtype(f"uint{bits}"): f"ui{bits}" for bits in (8, 16, 32, 64)},
}
_TYPES = {spelling: dtype for dtype, spelling in _SPELLINGS.items()}

untyped: Any = ir  # for what the stubs of the bindings leave out


def is_float(dtype: DType) -> bool:
    """Tell whether `top` computes on this type, which it does in f32."""
    return dtype in _FLOATS


def border(dtype: DType) -> DType:
    """Return the type of a network input or output in the IR: its own, but f32 for f64, which the chips lack."""
    return np.dtype(np.float32) if dtype == np.float64 else dtype


def mlir_type(dtype: DType) -> ir.Type:
    """Return the MLIR element type; raises for types such as strings that a network cannot compute on."""
    if dtype not in _SPELLINGS:
        raise ModelError(f"element type {dtype} is not supported")
    return ir.Type.parse(_SPELLINGS[dtype])


def numpy_type(element: ir.Type) -> DType:
    """Return the NumPy type of an MLIR element type, of an 8-bit quantized one that of its stored integers."""
    spelling = str(element)
    dtype = _TYPES.get(spelling)
    if spelling.startswith("!quant.uniform<"):
        dtype = np.dtype(np.uint8 if spelling.startswith("!quant.uniform<u8") else np.int8)
    if dtype is None:
        raise ModelError(f"element type {element} has no NumPy counterpart")
    return dtype


def onnx_numpy_type(elem_type: int, what: str) -> DType:
    """Return the NumPy type of a TensorProto.DataType number; `what` names the tensor in the error."""
    try:
        dtype = np.dtype(onnx.helper.tensor_dtype_to_np_dtype(elem_type))
    except (KeyError, TypeError, ValueError):
        raise ModelError(f"{what} has an unknown element type {elem_type}") from None
    if dtype not in _SPELLINGS:
        raise ModelError(f"{what} has element type {dtype}, which is not supported")
    return dtype


def onnx_type(dtype: DType) -> int:
    """Return the TensorProto.DataType number of a NumPy type."""
    return int(onnx.helper.np_dtype_to_tensor_dtype(dtype))


def to_array(tensor: TensorProto, folder: Path | None) -> Array:
    """Return the values of a tensor, mapped rather than read where they are external; `folder` is the model's."""
    what = f"tensor '{tensor.name}'"
    check_elements(tensor.dims, what)
    if tensor.data_location == TensorProto.EXTERNAL:
        return _external(tensor, folder, what)
    try:
        return numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError) as error:
        raise ModelError(f"{what} is damaged: {str(error).lower().rstrip('.')}") from None


def _external(tensor: TensorProto, folder: Path | None, what: str) -> Array:
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if folder is None:
        raise ModelError(
            f"{what} has its data in the file '{location}'; give the path of the model, or load the data into the model"
        )
    path = folder / location
    try:
        is_inside = bool(location) and path.resolve().is_relative_to(folder.resolve())
        is_there = is_inside and path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        raise ModelError(f"{what} has its data in a file of the name {location[:100]!r}, which none can have") from None
    if not is_inside:
        raise ModelError(f"{what} has its data in '{location}', which is not below the folder of the model")
    if not is_there:
        raise ModelError(f"{what} has its data in '{path}', which does not exist")
    dtype = onnx_numpy_type(tensor.data_type, what)
    shape = tuple(tensor.dims)
    size = dtype.itemsize * math.prod(shape)
    try:
        offset, length = int(entries.get("offset", 0)), int(entries.get("length", size))
    except ValueError:
        raise ModelError(f"{what} has a damaged reference to its external data") from None
    found = path.stat().st_size
    if length != size or offset < 0 or offset + size > found:
        raise ModelError(
            f"{what} expects {size} bytes at offset {offset} of '{path}', found {min(length, max(found - offset, 0))}"
        )
    if size == 0:
        return np.zeros(shape, dtype)
    return np.memmap(path, dtype, "r", offset, shape)
