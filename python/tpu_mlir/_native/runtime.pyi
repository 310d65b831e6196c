"""Runs bmodels on the simulated chip (lib/Runtime)."""

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from tpu_mlir._native.bmodel import Model, Tensor

# engine, group, id, name, layer, start, end (cycles), command of the other engine that it waits for (0: none), cycles
# that its engine idled before, multiply-accumulates, how many of them the chip can do in a cycle, bytes read from and
# written to global memory
TimedCommand = tuple[str, int, int, str, str, int, int, int, int, int, int, int, int]

# Times of the vendor's static model, or such as boards show.
CycleModel = Literal["static", "silicon"]

class Feed:
    """A tensor for a network's input; elements have the size of `data_type`: bf16 comes as any 16-bit type."""

    def __init__(self, name: str, data_type: str, array: npt.NDArray[Any]) -> None: ...

class Result:
    """A tensor as the chip left it."""

    @property
    def tensor(self) -> Tensor: ...
    @property
    def data(self) -> npt.NDArray[np.uint8]:
        """The tensor's bytes, row-major; a view that keeps the run alive."""

class Run:
    """What one run left."""

    @property
    def outputs(self) -> list[Result]: ...
    @property
    def captured(self) -> list[Result]: ...
    @property
    def cycles(self) -> int:
        """Cycles at 1 GHz by the chip's cycle model; 0 unless the run was timed."""
    @property
    def commands(self) -> list[TimedCommand]:
        """The commands of a timed run, in the order in which they start."""
    def trace(self) -> str:
        """Return the timeline as JSON in the Trace Event Format; it has commands only if the run was timed."""

class Limits:
    """What a file that nobody has checked may ask of this computer; None means the default.

    `memory`: bytes of the chip's global memory (4 GiB); a run takes at most three times that. `commands`: commands of
    all stages (4 Mi). `work`: steps of a run (100 billion), one for each element computed or moved and for 16 products.
    """

    def __init__(self, *, memory: int | None = None, commands: int | None = None, work: int | None = None) -> None: ...
    @property
    def memory(self) -> int: ...
    @property
    def commands(self) -> int: ...
    @property
    def work(self) -> int: ...

class Program:
    """A bmodel with its commands decoded; runs share nothing and may happen in several threads."""

    def __init__(self, model: Model, limits: Limits = ...) -> None:
        """Raises RunError for what cannot be simulated: another chip, several cores, dynamic stages, CPU parts.

        So do too many commands; the other limits hold for the runs.
        """
    def run(
        self,
        network: str,
        feeds: Sequence[Feed],
        *,
        check_races: bool = False,
        track_uninitialised: bool = False,
        timed: bool = False,
        threads: int = 1,
        captured: Sequence[str] = (),
        stage: int = -1,
        cycles: CycleModel = "static",
        stop: Callable[[], bool] | None = None,
    ) -> Run:
        """Run the stage of that number, or the first that takes these shapes, on a fresh machine.

        An interrupt ends it, and so does `stop`, asked some 20 times a second, once it returns true. `captured`
        names tensors of the stage's table to return beside the outputs. Raises FeedError for wrong names,
        types or shapes, and RunError, naming the command, if the simulator stops.
        """

    def choose_stage(self, network: str, feeds: Sequence[Feed], stage: int = -1) -> int:
        """Return the number of the stage that takes these feeds; `stage`, if not -1, must. Raises FeedError."""
    def profile(self, network: str, stage: int = 0, cycles: CycleModel = "static") -> Run:
        """Return a timed run of a stage without running it: times only. Raises RunError."""
    def check_limits(self, network: str, stage: int) -> None:
        """Raise RunError if a run of a stage would take more than the limits."""

    def global_bytes(self, network: str, stage: int) -> int:
        """Return the bytes of global memory that the stage needs."""

def firmware_tables() -> bytes:
    """Return what static memory holds at the start of a run."""

def cycles(engine: str, command: bytes, preset: CycleModel = "static") -> int:
    """Return the cycles that one encoded command keeps its engine busy. Raises CommandError."""
