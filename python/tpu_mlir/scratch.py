"""Temporary folders: those of a run that was killed are removed by a later one."""

import contextlib
import fcntl
import os
import re
import shutil
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

from tpu_mlir.interrupts import unfinished

_PREFIX = "tpu_mlir-"
_LOCK = ".in-use"  # its owner keeps it locked; the system unlocks it whatever ends the owner
_STARTING = 60  # seconds that an owner may take from making the folder to locking it
_DAY = 24 * 3600  # seconds; then a folder without a lock is no owner's, either


@dataclass(frozen=True)
class Scratch:
    """A temporary folder: `path` for the program, `alias` for passes.

    The alias is another way to the same folder, for this process alone, of characters that need no quoting in a
    pipeline's text: TMPDIR may hold spaces, braces, or bytes that are no UTF-8.
    """

    path: Path
    alias: str


@contextlib.contextmanager
def scratch_folder() -> Generator[Scratch]:
    """Yield a temporary folder; remove it in the end, and those whose owners are gone."""
    root = Path(tempfile.gettempdir())
    remove_stale(root)
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=root) as name, contextlib.ExitStack() as stack:
        stack.enter_context(unfinished(Path(name)))
        lock = stack.enter_context(Path(name, _LOCK).open("w"))
        fcntl.flock(lock, fcntl.LOCK_EX)
        folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY)
        stack.callback(os.close, folder)
        yield Scratch(Path(name), f"/proc/self/fd/{folder}")


def remove_stale(root: Path) -> None:
    """Remove this user's scratch folders below `root` that nobody holds locked."""
    with contextlib.suppress(OSError):
        for entry in os.scandir(root):
            if entry.name.startswith(_PREFIX):
                with contextlib.suppress(OSError):
                    _remove_if_stale(entry)


def without_alias(message: str) -> str:
    """Return a diagnostic without the places in files of a scratch folder, which the user has not written."""
    return re.sub(r"/proc/self/fd/\d+/\S+: ", "", message)


def _remove_if_stale(entry: os.DirEntry[str]) -> None:
    facts = entry.stat(follow_symlinks=False)
    age = time.time() - facts.st_mtime
    if age < _STARTING or facts.st_uid != os.getuid() or not entry.is_dir(follow_symlinks=False):
        return
    lock = Path(entry.path, _LOCK)
    if not lock.exists():
        if age > _DAY:
            shutil.rmtree(entry.path)
        return
    with lock.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # BlockingIOError: it is in use
        shutil.rmtree(entry.path)
