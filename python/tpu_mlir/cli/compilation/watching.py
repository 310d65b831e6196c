"""What `tpuc compile` tells and keeps of the stages of a compilation."""

from tpu_mlir._mlir import ir
from tpu_mlir.cli.compilation.options import Request
from tpu_mlir.cli.console import errors
from tpu_mlir.stages import Observer, Stage, Temporaries


class _Times(Observer):
    """Prints the seconds of each stage."""

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        errors.print(f"{stage.name}: {seconds:.2f} s")


def observers_of(request: Request) -> list[Observer]:
    """Return what the options ask for. Raises OutputFileError if the folder of --save-temps cannot be made."""
    observers: list[Observer] = [_Times()] if request.verbose else []
    return [*observers, Temporaries(request.save_temps)] if request.save_temps else observers
