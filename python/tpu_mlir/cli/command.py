"""What all commands have in common beyond Typer's: help on narrow screens, checks of files and options."""

import shutil
from typing import Any

from typer.core import TyperCommand

from tpu_mlir.cli.effects import check_effects
from tpu_mlir.cli.paths import check_paths

_WIDE = 80  # columns; in fewer, the boxes of help cut off names


class Command(TyperCommand):
    """A command that checks its options before it runs."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if shutil.get_terminal_size().columns < _WIDE:
            self.rich_markup_mode = None

    def invoke(self, ctx: Any) -> Any:
        """Run the command. Raises a usage error for options that contradict each other."""
        check_paths(ctx)
        check_effects(ctx)
        return super().invoke(ctx)
