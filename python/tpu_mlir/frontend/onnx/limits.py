"""How large a model may be. What exceeds a limit is refused, with the limit named, before work starts on it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module

from tpu_mlir.errors import ModelError

# Of one tensor, an empty dimension counted as one; the dialects have the same limit (dialects/Interfaces/Sizes.h).
MAX_ELEMENTS: int = vars(import_module("tpu_mlir._mlir._mlir_libs._tpuMlir"))["MAX_ELEMENTS"]
MAX_NODES = 1 << 18  # of a model, with those in branches, and in functions as often as they are called
MAX_STEPS = 2_000  # nodes and iterations of loops that are evaluated at import
FOLDED_BYTES = 1 << 29  # of the constants that are computed at import, and beside them
FOLDED_PER_WEIGHT = 8  # times those of the model's own constants


def check_elements(shape: Sequence[int], what: str) -> None:
    """Raise ModelError where a shape is none, or one of more elements than a tensor may have."""
    if min(shape, default=0) < 0 or math.prod(max(size, 1) for size in shape) > MAX_ELEMENTS:
        raise ModelError(f"{what} is expected to have at most {MAX_ELEMENTS} elements, found the shape {list(shape)}")


@dataclass
class FoldedBytes:
    """What the constants that are computed at import take, and may take."""

    limit: int = FOLDED_BYTES
    used: int = 0

    def allow_for(self, weight: int) -> None:
        """Raise the limit by what a constant of the model, of so many bytes, lets others take."""
        self.limit += FOLDED_PER_WEIGHT * weight

    def spend(self, count: int, what: str) -> None:
        """Add to what is used; raise ModelError, before it is, where that exceeds the limit."""
        if self.used + count > self.limit:
            raise ModelError(
                f"{what} takes {count} bytes, but of the {self.limit} for constants that are computed "
                f"{self.limit - self.used} are left"
            )
        self.used += count
