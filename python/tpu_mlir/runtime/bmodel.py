"""A bmodel file in memory: load, save and describe it. Any BM1684X bmodel, not only this project's."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tpu_mlir._native import bmodel as native
from tpu_mlir.errors import BModelError
from tpu_mlir.printable import printable
from tpu_mlir.runtime.files import read_bytes, whole_file
from tpu_mlir.runtime.info import ModelInfo, describe

if TYPE_CHECKING:
    from tpu_mlir.checking import Check


@dataclass(frozen=True)
class BModel:
    """The bytes of a bmodel; `name` is what messages call it, usually the path.

    `check` has the figures of the check that a compilation ended with, if it did.
    """

    data: bytes = field(repr=False)
    name: str = "bmodel"
    check: Check | None = field(default=None, compare=False, repr=False)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> BModel:
        """Read and check a file. Raises InputFileError and BModelError."""
        model = cls(read_bytes(path), printable(os.fspath(path)))
        _ = model.contents
        return model

    def __getstate__(self) -> dict[str, object]:
        """Return what a copy in another process needs: the bytes say all."""
        return {"data": self.data, "name": self.name}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the file; it appears whole or not at all. Raises OutputFileError."""
        with whole_file(path) as temporary:
            temporary.write_bytes(self.data)

    @cached_property
    def contents(self) -> native.Model:
        """What the file says. Raises BModelError if it is damaged."""
        return native.read(self.data, self.name)

    def info(self) -> ModelInfo:
        """Return networks, stages, tensors, memory sizes and command counts. Raises BModelError."""
        contents = self.contents
        try:
            return describe(contents, len(self.data))
        except BModelError as error:
            raise BModelError(f"{self.name}: {error}") from error

    def find(self, name: str | None = None) -> native.Net | native.Composite:
        """Return what can be run: a network, or a model of several parts; by name if there are several.

        A network that is a part of a model is found by its name only. Raises BModelError.
        """
        nets: dict[str, native.Net] = {}
        for each in self.contents.nets:
            nets.setdefault(each.name, each)  # of two with one name, the first, which the runtime takes
        models = {each.name: each for each in self.contents.composites}
        parts = parts_of(self.contents)
        whole = {**{name: net for name, net in nets.items() if name not in parts}, **models}
        known = ", ".join(f"'{each}'" for each in whole) or "none"
        found = {**nets, **models}.get(next(iter(whole)) if name is None and len(whole) == 1 else name or "")
        if name is None and found is None:
            raise BModelError(f"{self.name}: name one of its networks: {known}")
        if found is None:
            raise BModelError(f"{self.name}: there is no network '{name}'; its networks are {known}")
        if not found.stages:
            raise BModelError(f"{self.name}: network '{found.name}' holds no commands")
        return found

    def check_stage(self, net: native.Net | native.Composite, stage: int) -> None:
        """Raise BModelError if a network or model has no stage of that number."""
        if not 0 <= stage < len(net.stages):
            raise BModelError(
                f"{self.name}: network '{net.name}' has no stage {stage}; its stages count from 0 to "
                f"{len(net.stages) - 1}"
            )


def parts_of(contents: native.Model) -> frozenset[str]:
    """Return the networks that are parts of models."""
    return frozenset(
        part.net for model in contents.composites for stage in model.stages for part in stage.parts if part.net
    )
