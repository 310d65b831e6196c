"""A command line of `tpuc compile`, understood: what the steps of compilation have in common."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tpu_mlir.cli.calibration import Calibration
from tpu_mlir.cli.compilation.options import Checking, Integers, Precision, Quality, Request
from tpu_mlir.quantization.preprocess import Preprocess

if TYPE_CHECKING:
    from pathlib import Path

    from onnx import ModelProto

    from tpu_mlir.quantization.correction import Corrected
    from tpu_mlir.quantization.labels import Label
    from tpu_mlir.quantization.ranges import Ranges
    from tpu_mlir.runtime import BModel


@dataclass(frozen=True)
class Job:
    """The options as given, and what those that are text mean.

    stages: the shapes of each stage, of which `shapes` are one. corrections: names, `auto`, `quick` or nothing. drop:
    share of top-1 that may be lost. corrected: the network after the corrections, once they are done. cut: the model
    with the outputs of --output-names, if there are any.
    """

    request: Request
    integers: Integers
    quality: Quality
    checking: Checking
    calibration: Calibration
    shapes: Mapping[str, Sequence[int]] | None
    overrides: Mapping[str, str]
    preprocess: Preprocess
    labels: "Sequence[Label]"
    drop: float | None
    corrections: str | list[str] | None
    cut: "ModelProto | None" = None
    stages: Sequence[Mapping[str, Sequence[int]]] = ({},)
    corrected: "Corrected | None" = None

    @property
    def network(self) -> "Path | ModelProto":
        """What is compiled: the file, or what --output-names has left of it."""
        return self.request.model if self.cut is None else self.cut

    @property
    def is_quantized(self) -> bool:
        """Whether integers are made of floats."""
        return self.request.precision in (Precision.INT8, Precision.AUTO)

    @property
    def quantize_outputs(self) -> bool:
        """Whether what only floats read gets 8 bits, too."""
        return self.integers.quantize_outputs or self.integers.strict_int8

    @property
    def element_type(self) -> str:
        """The precision that is compiled for: of `auto`, int8."""
        precision = self.request.precision
        return (Precision.INT8 if precision is Precision.AUTO else precision).value

    @property
    def final_overrides(self) -> Mapping[str, str]:
        """The overrides by the names that the corrections have left."""
        return self.corrected.rename(self.overrides) if self.corrected else self.overrides


@dataclass(frozen=True)
class Built:
    """What a job made: the bmodel, the ranges of its integers, if any, and what has another precision.

    protected: what of that was left in floats because integers cost it most.
    """

    bmodel: "BModel"
    ranges: "Ranges | None"
    overrides: Mapping[str, str]
    protected: Sequence[str] = ()
