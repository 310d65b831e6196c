"""Files that appear whole or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Generator
from pathlib import Path

from tpu_mlir.errors import InputFileError, OutputFileError


@contextlib.contextmanager
def whole_file(path: str | os.PathLike[str]) -> Generator[Path, None, None]:
    """Yield a temporary path beside `path`; rename it to `path` on success, remove it on any error.

    The suffix is kept, since some writers choose the format by it. Raises OutputFileError.
    """
    target = Path(path)
    temporary = _file_beside(target)
    try:
        yield temporary
        temporary.chmod(0o666 & ~current_umask())
        temporary.replace(target)
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
        handle, name = tempfile.mkstemp(prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise OutputFileError(f"{target}: {reason(error)}") from error
    return Path(name)


def current_umask() -> int:
    """Return the process's umask; the system only tells it when it is set."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def read_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the content of a file. Raises InputFileError."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise InputFileError(f"{os.fspath(path)}: {reason(error)}") from error


def read_text(path: str | os.PathLike[str]) -> str:
    """Return the content of a UTF-8 file. Raises InputFileError."""
    try:
        return read_bytes(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputFileError(f"{os.fspath(path)}: not a text file: byte {error.start} is no UTF-8") from error


def reason(error: OSError) -> str:
    """Return the system's explanation as this project's messages are written."""
    text = error.strerror or str(error)
    return text[:1].lower() + text[1:]
