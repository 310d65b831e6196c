"""What corrections are fitted to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.samples import Sample


@dataclass(frozen=True)
class Evidence:
    """Samples, how a module is quantized, a seed, and what is told of the progress: steps that are done, all steps."""

    samples: Sequence[Sample]
    quantize: Callable[[ir.Module], ir.Module]  # a module of its own
    seed: int = 0
    advance: Callable[[int, int], None] = lambda done, total: None
