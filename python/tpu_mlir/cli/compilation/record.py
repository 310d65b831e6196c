"""What `tpuc compile --json` prints."""

import contextlib
import dataclasses
import sys
import warnings
from collections.abc import Generator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpu_mlir.cli.compilation.job import Built
from tpu_mlir.errors import TpuMlirWarning

if TYPE_CHECKING:
    from tpu_mlir.checking import Check


@contextlib.contextmanager
def messages_apart(wanted: bool) -> Generator[list[str]]:
    """Yield the list that warnings to the user are noted in; if wanted, all that is printed goes to stderr."""
    noted: list[str] = []
    with warnings.catch_warnings(), contextlib.redirect_stdout(sys.stderr if wanted else sys.stdout):
        show = warnings.showwarning

        def note(message: Warning | str, category: type[Warning], *place: Any) -> None:
            if issubclass(category, TpuMlirWarning):
                noted.append(str(message))
            show(message, category, *place)

        warnings.showwarning = note
        yield noted


def record(output: Path, built: Built, checked: "Check | None", warned: list[str]) -> dict[str, object]:
    """Return the facts of a bmodel that has been written; `check` is null without one."""
    from tpu_mlir.runtime import Session

    return {
        "file": str(output),
        "bytes": len(built.bmodel.data),
        "cycles": Session(built.bmodel).cycles(),
        "parts": [dataclasses.asdict(part) for model in built.bmodel.info().models for part in model.stages[0].parts],
        "check": checked and {"agrees": checked.agrees, **dataclasses.asdict(checked)},
        "precision_overrides": dict(built.overrides),
        "warnings": warned,
    }
