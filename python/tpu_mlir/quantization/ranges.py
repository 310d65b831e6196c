"""The table of ranges: text that is read and compared by people, in the format of the upstream tool."""

import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tpu_mlir.errors import CalibrationError
from tpu_mlir.runtime.files import MOST_TEXT, read_bytes, whole_file

HEADING = "# op_name    threshold    min    max"
_FACTS = ("model", "method", "chosen", "samples")  # what the comments tell, in this order


@dataclass(frozen=True)
class Range:
    """The values that a quantised tensor can hold.

    `threshold` is the largest magnitude, for symmetric quantisation; `minimum` and `maximum` are for asymmetric. What
    lies outside is clipped. An infinite end tells that the tensor takes infinities, as masks do, and stays a float.
    """

    threshold: float
    minimum: float
    maximum: float

    def __post_init__(self) -> None:
        """Raise ValueError for what no quantisation can use."""
        if not math.isfinite(self.threshold) or math.isnan(self.minimum) or math.isnan(self.maximum):
            raise ValueError("a range is expected to be finite")
        if not self.threshold > 0:
            raise ValueError(f"a threshold is expected to be positive, found {self.threshold:g}")
        if not self.minimum <= self.maximum:
            raise ValueError(
                f"a minimum is expected not to exceed its maximum, found {self.minimum:g} and {self.maximum:g}"
            )


@dataclass(frozen=True)
class Ranges(Mapping[str, Range]):
    """The ranges of a network's tensors by ONNX name, and where they come from.

    `facts` may hold "model" (its name and SHA-256), "method", "chosen" (how often each method was) and "samples";
    tables of other tools have none.
    """

    entries: Mapping[str, Range]
    facts: Mapping[str, str] = field(default_factory=dict[str, str])

    def __getitem__(self, name: str) -> Range:
        return self.entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Ranges":
        """Read a table; raises InputFileError or, with the line, CalibrationError."""
        try:
            text = read_bytes(path, limit=MOST_TEXT).decode("utf-8-sig")
        except UnicodeDecodeError:
            raise CalibrationError(f"{os.fspath(path)}: expected a table of ranges, found no text") from None
        entries: dict[str, Range] = {}
        facts: dict[str, str] = {}
        for number, line in enumerate(text.splitlines(), 1):
            where = f"{os.fspath(path)}:{number}"
            if line.startswith("#"):
                key, colon, value = line[1:].strip().partition(": ")
                if colon and key in _FACTS:
                    facts[key] = value
            elif line.strip():
                name, entry = _parse(line, where)
                if name in entries:
                    raise CalibrationError(f"{where}: tensor '{name}' has a range already")
                entries[name] = entry
        if not entries:
            raise CalibrationError(f"{os.fspath(path)}: a table of ranges is expected to have a line for each tensor")
        return cls(entries, facts)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the table; it appears whole or not at all. Raises OutputFileError."""
        with whole_file(path) as temporary:
            temporary.write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """Return the table as text."""
        facts = [f"# {key}: {self.facts[key]}" for key in _FACTS if key in self.facts]
        lines = [
            f"{name} {_number(entry.threshold)} {_number(entry.minimum)} {_number(entry.maximum)}"
            for name, entry in self.entries.items()
        ]
        return "\n".join([*facts, HEADING, *lines]) + "\n"

    def check_model(self, fingerprint: str, path: str | os.PathLike[str]) -> None:
        """Raise CalibrationError if the table at `path` says that it belongs to a model of another fingerprint."""
        known = self.facts.get("model", fingerprint)
        if known.split()[-1:] != fingerprint.split()[-1:]:
            raise CalibrationError(
                f"{os.fspath(path)}: the ranges belong to another model: expected {fingerprint}, found {known}; "
                "calibrate again, or delete the line '# model:' to use them all the same"
            )


def fingerprint(model: str | os.PathLike[str]) -> str:
    """Return a model file's name and SHA-256, as tables hold them."""
    import hashlib

    path = Path(model)
    return f"{path.stem.replace(' ', '_')} sha256 {hashlib.sha256(read_bytes(path)).hexdigest()}"


def _parse(line: str, where: str) -> tuple[str, Range]:
    """Return name and range; the name may hold blanks."""
    words = line.rsplit(maxsplit=3)
    try:
        name, numbers = words[0].strip(), [float(word) for word in words[1:]]
        if len(numbers) != 3:
            raise ValueError
    except ValueError:
        raise CalibrationError(
            f"{where}: expected a name, a threshold, a minimum and a maximum, found '{line.strip()}'"
        ) from None
    try:
        return name, Range(*numbers)
    except ValueError as error:
        raise CalibrationError(f"{where}: tensor '{name}': {error}") from None


def _number(value: float) -> str:
    """Return the shortest text, of seven decimals at least, that gives the same f32."""
    return str(np.format_float_positional(np.float32(value), unique=True, min_digits=7))
