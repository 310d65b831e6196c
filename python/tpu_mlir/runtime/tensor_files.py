"""NumPy archives of named tensors."""

import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import ml_dtypes
import numpy as np

from tpu_mlir.errors import InputFileError
from tpu_mlir.runtime.files import reason, whole_file
from tpu_mlir.runtime.types import Array


def read_tensors(path: str | os.PathLike[str], *, mapped: bool = False) -> dict[str, Array]:
    """Return the arrays of an .npz file by name. Raises InputFileError.

    NumPy stores bfloat16 as two bytes without a type; such arrays come back as bfloat16. With `mapped`, arrays that the
    file holds uncompressed take no memory until they are used; their checksums are not looked at.
    """
    name = os.fspath(path)
    try:
        with zipfile.ZipFile(path) as archive:
            read = _map_member if mapped else _read_member
            arrays = {_tensor_name(member): read(archive, member) for member in archive.namelist()}
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
    return _typed(array)


def _map_member(archive: zipfile.ZipFile, member: str) -> Array:
    """Return a view of the file, or what is read where the member is compressed, empty or of a newer version."""
    info = archive.getinfo(member)
    with Path(archive.filename or "").open("rb") as file:
        file.seek(info.header_offset + 26)  # lengths of name and extra field; APPNOTE.TXT of PKWARE, section 4.3.7
        name, extra = struct.unpack("<HH", file.read(4))
        file.seek(info.header_offset + 30 + name + extra)
        if info.compress_type != zipfile.ZIP_STORED or np.lib.format.read_magic(file) != (1, 0):
            return _read_member(archive, member)
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
        if dtype.hasobject or 0 in shape:
            return _read_member(archive, member)
        return _typed(np.memmap(file, dtype, "r", file.tell(), shape, "F" if fortran else "C"))


def _typed(array: Array) -> Array:
    return array.view(ml_dtypes.bfloat16) if array.dtype == np.dtype("V2") else array


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Array]) -> None:
    """Write an .npz file; it appears whole or not at all. Raises OutputFileError."""
    # Not np.savez: its own parameters' names could not be tensors' names.
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in tensors.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
