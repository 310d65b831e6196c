"""Files that appear whole or not at all."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import BinaryIO

from tpu_mlir.errors import InputFileError, OutputFileError
from tpu_mlir.interrupts import unfinished

MOST_BYTES = 4 << 30  # of a file that is read whole: no board's bmodel is larger; a device may never end
MOST_TEXT = 1 << 30  # of a listing or a table
_MOST_OF_PIPE = 1 << 30  # bytes of what may never end
_PIECE = 64 << 20  # bytes of a pipe that are read at a time


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Generator[Path, None, None]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any error.

    A symbolic link stays one: the file that it leads to is replaced. The suffix is kept, since some writers choose the
    format by it. Raises OutputFileError.
    """
    target = Path(path)
    temporary = _file_beside(target)
    try:
        with unfinished(temporary):
            yield temporary
        temporary.chmod(0o666 & ~current_umask())
        temporary.replace(target.resolve())
    except OSError as error:
        raise OutputFileError(f"{target}: {reason(error)}") from error
    finally:
        temporary.unlink(missing_ok=True)


def check_output(path: str | os.PathLike[str]) -> None:
    """Raise OutputFileError if no file can be written there, before the work that makes it."""
    _file_beside(Path(path)).unlink()


def _file_beside(target: Path) -> Path:
    """Create the temporary file of `whole_file`."""
    if target.is_dir():
        raise OutputFileError(f"{target}: is a directory")
    if target.exists() and not target.is_file():  # a device or a pipe must not be replaced by a file
        raise OutputFileError(f"{target}: is not a regular file")
    try:
        place = target.resolve().parent
        handle, name = tempfile.mkstemp(prefix=".tpu_mlir.", suffix=target.suffix[:16], dir=place)
        os.close(handle)
    except OSError as error:
        raise OutputFileError(f"{target}: {reason(error)}") from error
    return Path(name)


def current_umask() -> int:
    """Return the process's umask; the system only tells it when it is set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_bytes(path: str | os.PathLike[str], *, limit: int = MOST_BYTES) -> bytes:
    """Return the content of a file, which may also be a pipe. Raises InputFileError for more bytes than the limit."""
    try:
        with Path(path).open("rb") as file:
            facts = os.fstat(file.fileno())
            size = facts.st_size
            if size > limit:
                raise InputFileError(f"{os.fspath(path)}: has {size} bytes, more than the limit of {limit}")
            if not stat.S_ISREG(facts.st_mode):
                limit = min(limit, _MOST_OF_PIPE)
            data = b"".join(_pieces(file, limit, max(size + 1, _PIECE)))
    except OSError as error:
        raise InputFileError(f"{os.fspath(path)}: {reason(error)}") from error
    if len(data) > limit:
        raise InputFileError(f"{os.fspath(path)}: does not end within the limit of {limit} bytes")
    return data


def check_regular(path: str | os.PathLike[str]) -> None:
    """Raise InputFileError for a pipe or a device where a file is needed; what is not there is told when it is read."""
    if Path(path).exists() and not Path(path).is_file():
        raise InputFileError(f"{os.fspath(path)}: is not a regular file")


def _pieces(file: BinaryIO, limit: int, size: int) -> Iterator[bytes]:
    """Yield what a file holds, `size` bytes at a time, until it ends or more than `limit` bytes are read."""
    count = 0
    while count <= limit and (piece := file.read(min(size, limit + 1 - count))):
        count += len(piece)
        yield piece


def read_text(path: str | os.PathLike[str], *, limit: int = MOST_TEXT) -> str:
    """Return the content of a UTF-8 file, with or without a byte-order mark. Raises InputFileError."""
    try:
        return read_bytes(path, limit=limit).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputFileError(f"{os.fspath(path)}: not a text file: byte {error.start} is no UTF-8") from error


def reason(error: OSError) -> str:
    """Return the system's explanation as this project's messages are written."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
