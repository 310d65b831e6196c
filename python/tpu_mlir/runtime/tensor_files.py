"""NumPy archives of named tensors."""

import os
import zipfile
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
        with np.load(path, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise InputFileError(f"{name}: holds one array; expected an .npz file that names its arrays")
            arrays = {key: archive[key] for key in archive.files}
    except OSError as error:
        raise InputFileError(f"{name}: {reason(error)}") from error
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile, zipfile.LargeZipFile) as error:
        raise InputFileError(f"{name}: not a readable .npz file: {error}") from error
    bfloat16 = np.dtype(ml_dtypes.bfloat16)
    return {key: array.view(bfloat16) if array.dtype == np.dtype("V2") else array for key, array in arrays.items()}


def write_tensors(path: str | os.PathLike[str], tensors: Mapping[str, Array]) -> None:
    """Write an .npz file; it appears whole or not at all. Raises OutputFileError."""
    # Not np.savez: its own parameters' names could not be tensors' names.
    with whole_file(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        for name, array in tensors.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
