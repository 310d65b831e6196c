"""One chip as a value (lib/Simulator). Errors are `tpu_mlir.errors.CommandError`."""

from typing import Literal

import numpy as np
import numpy.typing as npt

class Machine:
    """The memories of a chip, zero at first; the arrays are views that share the machine's bytes."""

    def __init__(self, global_bytes: int = 0, chip: str = ...) -> None:
        """Raises ValueError for an unknown chip, CommandError if this computer does not have the memory."""
    def __copy__(self) -> Machine: ...
    @property
    def local(self) -> npt.NDArray[np.uint8]:
        """[lanes, bytes of a lane]."""

    @property
    def static(self) -> npt.NDArray[np.uint8]:
        """[bytes]."""

    @property
    def l2(self) -> npt.NDArray[np.uint8]:
        """[bytes]."""

    @property
    def global_memory(self) -> npt.NDArray[np.uint8]:
        """[global_bytes], from address 0x1_0000_0000."""

    def use_threads(self, count: int) -> None:
        """Let instructions spread lanes over `count` threads; results do not depend on it."""

    def follow_initialised(self) -> None:
        """From now on, reading a byte that no command has written since is an error."""

    def execute(self, engine: Literal["tiu", "gdma"], commands: bytes) -> None:
        """Execute encoded commands in order; `CommandError` says which field of which command is refused."""
