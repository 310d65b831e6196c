"""A bmodel's element types as NumPy's and ONNX Runtime's."""

from types import MappingProxyType
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from tpu_mlir.errors import RunError

Array = npt.NDArray[Any]

_NUMPY = MappingProxyType(
    {
        "f32": np.dtype(np.float32),
        "f16": np.dtype(np.float16),
        "bf16": np.dtype(ml_dtypes.bfloat16),
        "i8": np.dtype(np.int8),
        "u8": np.dtype(np.uint8),
        "i16": np.dtype(np.int16),
        "u16": np.dtype(np.uint16),
        "i32": np.dtype(np.int32),
        "u32": np.dtype(np.uint32),
    }
)

_NAMES = MappingProxyType({data_type: name for name, data_type in _NUMPY.items()})

_ONNX = MappingProxyType({"f32": "float", "f16": "float16", "bf16": "bfloat16"})


def numpy_type(data_type: str) -> np.dtype[Any]:
    """Return the NumPy type of a bmodel's element type. Raises RunError for i4 and u4, which NumPy cannot hold."""
    if data_type not in _NUMPY:
        raise RunError(f"tensors of type {data_type} have no NumPy type")
    return _NUMPY[data_type]


def bmodel_type(data_type: np.dtype[Any]) -> str | None:
    """Return a bmodel's name of a NumPy type; None if its tensors cannot have that type."""
    return _NAMES.get(data_type)


def onnx_type(data_type: str) -> str:
    """Return the type as ONNX Runtime's NodeArg.type writes it: tensor(float), tensor(int8) ..."""
    name = _ONNX.get(data_type) or data_type.replace("i", "int").replace("u", "uint")
    return f"tensor({name})"
