"""NumPy archives of named tensors."""

import os
import zipfile
import zlib
from collections.abc import Mapping

import ml_dtypes
import numpy as np

from tpu_mlir.errors import InputFileError
from tpu_mlir.runtime.files import reason, whole_file
from tpu_mlir.runtime.types import Array


def read_tensors(path: str | os.PathLike[str]) -> dict[str, Array]:
    """Return the arrays of an .npz file by name. Raises InputFileError.

    NumPy stores bfloat16 as two bytes without a type; such arrays come back as bfloat16.
    """
    name = os.fspath(path)
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = {_tensor_name(member): _read_member(archive, member) for member in archive.namelist()}
    except OSError as error:
        raise InputFileError(f"{name}: {reason(error)}") from error
    except (ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise InputFileError(f"{name}: not a readable .npz file: {error}") from error
    return arrays


def _tensor_name(member: str) -> str:
    return member.removesuffix(".npy")


def _read_member(archive: zipfile.ZipFile, member: str) -> Array:
    with archive.open(member) as file:
        array: Array = np.lib.format.read_array(file, allow_pickle=False)
    return array.view(ml_dtypes.bfloat16) if array.dtype == np.dtype("V2") else array


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Array]) -> None:
    """Write an .npz file; it appears whole or not at all. Raises OutputFileError."""
    # Not np.savez: its own parameters' names could not be tensors' names.
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in tensors.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
