"""Checks of the files that a command reads and writes, before it does."""

from pathlib import Path
from typing import Any

import typer

# Options of all commands whose files are written; every other path is read.
_WRITTEN = frozenset(("--output", "--report", "--trace", "--profile"))


def check_paths(context: Any) -> None:
    """Raise a usage error for `-`, which would be no file, and for a file that is written and used otherwise, too."""
    seen: dict[Path, str] = {}
    for name, path in sorted(_paths(context), key=lambda item: item[0] in _WRITTEN):
        if str(path) == "-":
            raise typer.BadParameter(
                "'-' does not mean the standard input or output here; give a file (./- if that is its name)",
                ctx=context,
                param_hint=name,
            )
        if path.resolve() in seen and name in _WRITTEN:
            raise typer.BadParameter(
                f"'{path}' is the file of {seen[path.resolve()]}, too; give another to write to",
                ctx=context,
                param_hint=name,
            )
        seen[path.resolve()] = name


def _paths(context: Any) -> list[tuple[str, Path]]:
    """Return the paths that were given: an option or argument as users write it, and its path."""
    found: list[tuple[str, Path]] = []
    for each in context.command.params:
        value = context.params.get(each.name)
        name = next((word for word in each.opts if word.startswith("--")), each.name)
        for path in value if isinstance(value, list) else [value]:  # pyright: ignore[reportUnknownVariableType]
            if isinstance(path, Path):
                found.append((name, path))
    return found
