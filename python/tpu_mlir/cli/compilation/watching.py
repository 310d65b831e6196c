"""What `tpuc compile` tells and keeps of the stages of a compilation."""

from tpu_mlir._mlir import ir
from tpu_mlir.cli.compilation.groups import group_lines
from tpu_mlir.cli.compilation.options import Request
from tpu_mlir.cli.console import errors
from tpu_mlir.printable import printable
from tpu_mlir.stages import SCHEDULED, Observer, Stage, Temporaries


class _Talk(Observer):
    """Prints the seconds of each stage, and what the schedule decided."""

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        errors.print(f"{stage.name}: {seconds:.2f} s")
        if stage.name == SCHEDULED:
            for line in group_lines(module):
                errors.print(f"  {printable(line)}")


def observers_of(request: Request) -> list[Observer]:
    """Return what the options ask for. Raises OutputFileError if the folder of --save-temps cannot be made."""
    observers: list[Observer] = [_Talk()] if request.verbose else []
    return [*observers, Temporaries(request.save_temps)] if request.save_temps else observers
