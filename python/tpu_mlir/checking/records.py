"""What a check is told, and what it finds."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from tpu_mlir.checking.figures import Figures, cosine_text
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.samples import Data

# Least cosine of an output with ONNX Runtime's, by the precision that the network is compiled for.
FLOORS = {"f32": 0.9999, "f16": 0.999, "bf16": 0.99, "int8": 0.9}


@dataclass(frozen=True)
class CheckOptions:
    """What a network is tried with, and what is let through.

    data: inputs as calibration takes them, of which the first sample is used; a sequence of {input: array}, a file, a
    folder. Without data numbers are made with `seed`: in the range that `ranges` has for an input, pixels by
    `preprocess`, images from 0 to 1.
    seconds: time that the check may take; one that does not end in time says so.
    tolerance: least cosine of an output, in place of that of the precision (FLOORS).
    """

    data: Data | None = None
    ranges: Ranges | str | os.PathLike[str] | None = None
    preprocess: Preprocess | None = None
    seed: int = 0
    seconds: float = 30.0
    tolerance: float | None = None

    def floor(self, precisions: Iterable[str]) -> float:
        """Return the least cosine for a network of these precisions, the coarsest of which counts."""
        return min(FLOORS[each.lower()] for each in precisions) if self.tolerance is None else self.tolerance


@dataclass(frozen=True)
class CheckedTensor:
    """A tensor beside ONNX Runtime's; `fault` says what is wrong, nothing if it is near enough.

    floor: least cosine, which the figures in words are told apart from.
    """

    name: str
    data_type: str
    shape: tuple[int, ...]
    figures: Figures
    fault: str
    floor: float

    @property
    def cosine(self) -> str:
        """The cosine in words."""
        return cosine_text(self.figures.cosine, self.floor)

    @property
    def text(self) -> str:
        """The figures in words."""
        found = self.figures
        if not found.size:
            return f"'{self.name}' has no elements"
        if found.is_integer:
            return f"'{self.name}' {found.size - found.unequal} of {found.size} integers equal"
        angle = f"cosine {self.cosine}, " if found.has_angle else ""
        return f"'{self.name}' {angle}largest error {found.error:.2g}, {found.not_finite} wrongly not finite"


@dataclass(frozen=True)
class Check:
    """The figures of a check.

    outputs: in the network's order. data: what the network was tried with. floor: least cosine that was let through.
    seconds: what the check took. unfinished: why there is no verdict, nothing if there is one. stopped: why the
    simulator could not run the network to its end. layers: after a fault, the tensors around the first that is wrong,
    in the order of the model, and `first` that one's name; empty where none is found. follows: of a model with parts
    for the host, outputs that these make otherwise than the model since they choose by a hair; each network has been
    checked on what it was given, so `outputs` has what the networks make.
    """

    outputs: tuple[CheckedTensor, ...]
    data: str
    floor: float
    seconds: float
    unfinished: str = ""
    stopped: str = ""
    layers: tuple[CheckedTensor, ...] = ()
    first: str = ""
    follows: tuple[str, ...] = ()

    @property
    def faults(self) -> list[CheckedTensor]:
        """The outputs that are wrong."""
        return [each for each in self.outputs if each.fault]

    @property
    def has_failed(self) -> bool:
        """Whether the bmodel is known to be wrong."""
        return bool(self.faults or self.stopped)

    @property
    def agrees(self) -> bool:
        """Whether the bmodel is known to agree with the model."""
        return not self.has_failed and not self.unfinished
