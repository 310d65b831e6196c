"""The stages of a compilation, for those who look on: how long each takes, and the module that it leaves."""

import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tpu_mlir._mlir import ir
from tpu_mlir.errors import OutputFileError
from tpu_mlir.options import OVERRIDES, RANGES
from tpu_mlir.runtime.files import reason, whole_file

COMMANDS = "commands.sh"
IMPORTED, CLEAN, TYPED, LOWERED, SCHEDULED, BMODEL = "imported", "clean", "typed", "lowered", "scheduled", "bmodel"


@dataclass(frozen=True)
class Stage:
    """A part of the compilation: `name` is that of what it leaves, `passes` a pipeline, "" of the import."""

    name: str
    passes: str = ""


class Observer:
    """Is told how a compilation goes on; does nothing by itself."""

    def begin(self, stages: Sequence[Stage], tables: Path) -> None:
        """Hear of the stages to come, before the first; their passes read files of the folder by relative names."""

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        """Hear of a stage that has succeeded, with the module after it."""


class Temporaries(Observer):
    """Writes the module after each stage to a folder, and commands of tpu-opt that make each from the one before.

    A stage that fails has its command there, too. Raises OutputFileError where the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputFileError(f"{folder}: {reason(error)}") from error

    def begin(self, stages: Sequence[Stage], tables: Path) -> None:
        """Write the commands, and copy the tables that their passes read."""
        for table in (OVERRIDES, RANGES):
            if (tables / table).is_file():
                with whole_file(self._folder / table) as temporary:
                    shutil.copyfile(tables / table, temporary)
        lines = [
            "#!/bin/sh -e",
            "# Each line makes the module of a stage from the one before; run them in this folder.",
        ]
        for before, stage in zip((IMPORTED, *(each.name for each in stages)), stages, strict=False):
            made = "/dev/null" if stage.name == BMODEL else f"{stage.name}.mlir"
            passes = shlex.quote(f"--pass-pipeline={stage.passes}")
            lines.append(f"tpu-opt --mlir-print-debuginfo {before}.mlir {passes} -o {made}")
        with whole_file(self._folder / COMMANDS) as temporary:
            temporary.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        """Write the module; the last stage leaves it as it is."""
        if stage.name == BMODEL:
            return
        with whole_file(self._folder / f"{stage.name}.mlir") as temporary, temporary.open("wb") as file:
            module.operation.print(file=file, binary=True, enable_debug_info=True)
