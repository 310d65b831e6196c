"""Files that samples come from: those below a folder, or those that a list names."""

import os
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tpu_mlir.errors import CalibrationError, TpuMlirWarning
from tpu_mlir.quantization.images import suffixes
from tpu_mlir.runtime.files import MOST_TEXT, read_bytes

ARRAYS = (".npz", ".npy")

MOST_FILES = 4 << 20  # below a folder: three times ImageNet; a path takes some 300 bytes


@dataclass(frozen=True)
class SampleFile:
    """A file, and where it is listed, for messages ("" if it was found in a folder)."""

    path: Path
    where: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.path}" if self.where else str(self.path)

    @property
    def is_array(self) -> bool:
        """Tell whether NumPy reads it, not Pillow."""
        return self.path.suffix.lower() in ARRAYS

    def check(self) -> None:
        """Raise CalibrationError unless the file is there; a pipe or a device might never end."""
        place = f"{self.where}: " if self.where else ""
        if not self.path.exists():
            raise CalibrationError(f"{place}there is no file '{self.path}'")
        if not self.path.is_file():
            raise CalibrationError(f"{place}expected a regular file, found '{self.path}'")


def files_below(folder: Path) -> list[SampleFile]:
    """Return images and arrays in a folder and those below it, sorted; symbolic links to folders are not followed.

    Warns (TpuMlirWarning) of files of other kinds. Raises CalibrationError.
    """
    known = suffixes().union(ARRAYS)
    files, others = list[Path](), list[Path]()
    for count, path in enumerate(_walk(folder), 1):
        if count > MOST_FILES:
            raise CalibrationError(f"{folder}: holds more than {MOST_FILES} files; give a folder of samples, or a list")
        if path.is_file():
            (files if path.suffix.lower() in known else others).append(path)
    if not files:
        raise CalibrationError(f"{folder}: holds no images and no .npz or .npy files")
    if others:
        named = ", ".join(f"'{path.relative_to(folder)}'" for path in sorted(others)[:5])
        more = f" and {len(others) - 5} more" if len(others) > 5 else ""
        warnings.warn(f"{folder}: neither images nor arrays, left out: {named}{more}", TpuMlirWarning, stacklevel=2)
    return [SampleFile(path) for path in sorted(files)]


def read_list(path: Path) -> list[SampleFile]:
    """Return the files that a text file lists, one a line, relative to its own folder. Raises CalibrationError."""
    try:
        lines = read_bytes(path, limit=MOST_TEXT).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CalibrationError(
            f"{path}: expected a folder, an .npz file or a list of files, found a file that is no text"
        ) from None
    files = [
        SampleFile(path.parent / line.strip(), f"{path}:{number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.strip().startswith("#")
    ]
    if not files:
        raise CalibrationError(f"{path}: lists no files")
    return files


def _walk(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder):
        for name in names:
            yield Path(parent, name)
