"""Element types by the names that bmodels give them, as NumPy's and as ONNX's."""

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

# Types that models may have at their border, and no tensor of a bmodel.
_DECLARED = MappingProxyType(
    {
        **_NUMPY,
        "bool": np.dtype(np.bool_),
        "f64": np.dtype(np.float64),
        "i64": np.dtype(np.int64),
        "u64": np.dtype(np.uint64),
        "string": np.dtype(np.object_),
    }
)

_NAMES = MappingProxyType({data_type: name for name, data_type in _NUMPY.items()})

_ONNX = MappingProxyType(
    {"f32": "float", "f16": "float16", "bf16": "bfloat16", "f64": "double", "bool": "bool", "string": "string"}
)

# ONNX's numbers, TensorProto.DataType.
_NUMBERS = MappingProxyType(
    {1: "f32", 2: "u8", 3: "i8", 4: "u16", 5: "i16", 6: "i32", 7: "i64", 8: "string", 9: "bool", 10: "f16", 11: "f64"}
    | {12: "u32", 13: "u64", 16: "bf16"}
)


def numpy_type(data_type: str) -> np.dtype[Any]:
    """Return the NumPy type of an element type. Raises RunError for one that NumPy cannot hold, as i4 and u4."""
    if data_type not in _DECLARED:
        raise RunError(f"tensors of type {data_type} have no NumPy type")
    return _DECLARED[data_type]


def bmodel_type(data_type: np.dtype[Any]) -> str | None:
    """Return a bmodel's name of a NumPy type; None if its tensors cannot have that type."""
    return _NAMES.get(data_type)


def onnx_type(data_type: str) -> str:
    """Return the type as ONNX Runtime's NodeArg.type writes it: tensor(float), tensor(int8) ..."""
    name = _ONNX.get(data_type) or data_type.replace("i", "int").replace("u", "uint")
    return f"tensor({name})"


def declared_type(number: int) -> str:
    """Return the name of one of ONNX's element types."""
    return _NUMBERS.get(number, f"onnx type {number}")


def onnx_number(data_type: str) -> int:
    """Return ONNX's number of an element type."""
    return next(number for number, name in _NUMBERS.items() if name == data_type)
