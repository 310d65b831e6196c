"""The errors that a user can cause: each has a message that needs no traceback."""

from collections.abc import Mapping
from types import MappingProxyType


class TpuMlirError(Exception):
    """Base class: `tpuc` prints the message as `error: ...` and ends with exit code 1."""


class BModelError(TpuMlirError):
    """A bmodel file is damaged, or a model holds what the container cannot."""


class CommandError(TpuMlirError):
    """Bytes are not a BM1684X command, or a command cannot be executed."""


class FeedError(TpuMlirError):
    """The caller's tensors do not fit a network: wrong name, shape or element type."""


class RunError(TpuMlirError):
    """The simulator stopped: out of range, misaligned, uninitialised, deadlocked or too long."""


class InputFileError(TpuMlirError):
    """A file that a command was given cannot be read, or does not hold what is needed."""


class OutputFileError(TpuMlirError):
    """A result cannot be written where the caller wants it."""


class DifferenceError(TpuMlirError):
    """Two results that should agree do not."""


class ModelError(TpuMlirError):
    """A model cannot be read, or holds what cannot be compiled."""


class TpuMlirWarning(UserWarning):
    """Something in a model that can be compiled but is probably not what its author wanted."""


class HostPartsWarning(TpuMlirWarning):
    """Nodes of a model run on the host."""


class CompileError(TpuMlirError):
    """A pass refused the model; one line for each diagnostic. `tensors`: why, for each that one is about."""

    def __init__(self, message: str, tensors: Mapping[str, str] = MappingProxyType({})) -> None:
        super().__init__(message)
        self.tensors = dict(tensors)  # plain, so that a worker's error can be pickled

    def __reduce__(self) -> tuple[type["CompileError"], tuple[object, ...]]:
        """Pickle what it was made of."""
        return CompileError, (str(self), self.tensors)


class CalibrationError(TpuMlirError):
    """Calibration data or a table of ranges cannot be used, or a network's values cannot be quantised."""
