"""NumPy archives of named tensors."""

import math
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import ml_dtypes
import numpy as np

from tpu_mlir.errors import InputFileError
from tpu_mlir.runtime.files import MOST_BYTES, check_regular, reason, whole_file
from tpu_mlir.runtime.types import Array

_READERS = MappingProxyType({(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0})


def read_tensors(path: str | os.PathLike[str], *, mapped: bool = False, limit: int = MOST_BYTES) -> dict[str, Array]:
    """Return the arrays of an .npz file by name. Raises InputFileError.

    The headers are looked at first: arrays of more than `limit` bytes together are not read. NumPy stores bfloat16 as
    two bytes without a type; such arrays come back as bfloat16. With `mapped`, arrays that the file holds uncompressed
    take no memory until they are used; their checksums are not looked at.
    """
    name = os.fspath(path)
    check_regular(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {member: _header(archive, member) for member in archive.namelist()}
            is_mapped = {member: mapped and _can_be_mapped(archive, member, members[member]) for member in members}
            total = sum(header.size for member, header in members.items() if not is_mapped[member])
            if total > limit:
                raise InputFileError(f"{name}: its arrays take {total} bytes, more than the limit of {limit}")
            return {
                member.removesuffix(".npy"): _typed((_map if is_mapped[member] else _read)(archive, member, header))
                for member, header in members.items()
            }
    except OSError as error:
        raise InputFileError(f"{name}: {reason(error)}") from error
    except (ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error, zipfile.BadZipFile) as error:
        raise InputFileError(f"{name}: not a readable .npz file: {error}") from error


@dataclass(frozen=True)
class _Header:
    """What an array file says of itself; `start` is where its elements begin, `size` the bytes that they take."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]
    start: int

    @property
    def size(self) -> int:
        return math.prod(self.shape) * self.dtype.itemsize


def _header(archive: zipfile.ZipFile, member: str) -> _Header:
    """Read a member's header. Raises ValueError if the archive does not hold what it promises."""
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        if version not in _READERS:
            raise ValueError(f"'{member}' is of version {version[0]}.{version[1]} of the format; expected 1.0 or 2.0")
        header = _Header(*_READERS[version](file), start=file.tell())
    if header.dtype.hasobject:
        raise ValueError(f"Object arrays cannot be loaded: '{member}' holds pickled objects, expected numbers")
    if min(header.shape, default=0) < 0:
        raise ValueError(f"'{member}' has the shape {list(header.shape)}")
    held = archive.getinfo(member).file_size - header.start
    if header.size != held:
        raise ValueError(f"'{member}' promises {header.size} bytes of elements, the archive holds {held}")
    return header


def _can_be_mapped(archive: zipfile.ZipFile, member: str, header: _Header) -> bool:
    return archive.getinfo(member).compress_type == zipfile.ZIP_STORED and header.size > 0


def _read(archive: zipfile.ZipFile, member: str, header: _Header) -> Array:
    with archive.open(member) as file:
        return np.lib.format.read_array(file, allow_pickle=False)


def _map(archive: zipfile.ZipFile, member: str, header: _Header) -> Array:
    """Return a view of the file."""
    info = archive.getinfo(member)
    with Path(archive.filename or "").open("rb") as file:
        file.seek(info.header_offset + 26)  # lengths of name and extra field; APPNOTE.TXT of PKWARE, section 4.3.7
        name, extra = struct.unpack("<HH", file.read(4))
        start = info.header_offset + 30 + name + extra + header.start
        return np.memmap(file, header.dtype, "r", start, header.shape, "F" if header.is_fortran else "C")


def _typed(array: Array) -> Array:
    return array.view(ml_dtypes.bfloat16) if array.dtype == np.dtype("V2") else array


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Array]) -> None:
    """Write an .npz file; it appears whole or not at all. Raises OutputFileError."""
    # Not np.savez: its own parameters' names could not be tensors' names.
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in tensors.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
