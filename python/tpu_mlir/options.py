"""What a compilation can be told."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tpu_mlir._native import target
from tpu_mlir.errors import ModelError
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.runtime.files import read_text

FLOATS = ("f32", "f16", "bf16")
PRECISIONS = (*FLOATS, "int8")
RANGED = ("int8", "f16")  # precisions that ranges tell something
EFFORTS = ("fast", "normal", "best")
CYCLES = ("static", "silicon")
CHIPS = tuple(chip.name for chip in target.chips())
OVERRIDES, RANGES = "overrides", "ranges"  # files that passes read


@dataclass(frozen=True)
class CompileOptions:
    """Options of `tpu_mlir.compile`.

    precision: element type of weights and activations, one of PRECISIONS; int8 needs `ranges`, unless the
        model has quantized itself.
    chip: target, one of CHIPS.
    input_shapes: sizes for the open dimensions of the inputs, by name.
    precision_overrides: another precision for the tensors of these ONNX names; a mapping, or a file of `name precision`
        lines.
    ranges: of int8, the range of each tensor: what calibration returned, or the file that it wrote; of f16, what tells
        which tensors exceed it.
    fallback: of int8, what is computed in that has no integer form, one of FLOATS; of f16 with `ranges`, what computes
        and reads tensors that exceed it (bf16 unless f32).
    asymmetric: of int8, give activations zero points.
    quantize_outputs: of int8, compute in integers also what only floats or the network's caller read.
    fuse_preprocess: let the bmodel take pixels, u8 [n, h, w, c] in RGB or gray, of the size of the input, and compute
        (pixel - mean) * scale, the order of channels and the layout itself. What resizes images is no part of it.
    keep_tensors: let every layer's tensor pass global memory, so that `tpuc compare` and the debugger show it. Slower,
        with the same results.
    effort: how long to look for a faster schedule, one of EFFORTS; each finds one that is at least as fast.
    cycles: the preset of the cycle model by which one is faster, one of CYCLES: the vendor's static model, or what
        boards take.
    name: of the network in the bmodel.
    """

    precision: str = "f32"
    chip: str = "bm1684x"
    input_shapes: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])
    precision_overrides: Mapping[str, str] | str | os.PathLike[str] | None = None
    ranges: Ranges | str | os.PathLike[str] | None = None
    fallback: str = "f16"
    asymmetric: bool = False
    quantize_outputs: bool = False
    fuse_preprocess: Preprocess | None = None
    keep_tensors: bool = False
    effort: str = "normal"
    cycles: str = "static"
    name: str = "network"

    def __post_init__(self) -> None:
        if self.precision.lower() not in PRECISIONS:
            raise ModelError(f"unknown precision '{self.precision}': expected one of {', '.join(PRECISIONS)}")
        if self.fallback.lower() not in FLOATS:
            raise ModelError(f"unknown fallback '{self.fallback}': expected one of {', '.join(FLOATS)}")
        if self.precision.lower() not in RANGED and self.ranges is not None:
            raise ModelError(f"expected precision 'int8' or 'f16' beside `ranges`, found '{self.precision}'")
        if self.chip.lower() not in CHIPS:
            raise ModelError(f"unknown chip '{self.chip}': expected one of {', '.join(CHIPS)}")

        if self.effort.lower() not in EFFORTS:
            raise ModelError(f"unknown effort '{self.effort}': expected one of {', '.join(EFFORTS)}")
        if self.cycles.lower() not in CYCLES:
            raise ModelError(f"unknown cycles '{self.cycles}': expected one of {', '.join(CYCLES)}")

    def write_overrides(self, folder: Path) -> bool:
        """Write the overrides, if there are any, to OVERRIDES in a folder. Raises InputFileError for a file of them."""
        given = self.precision_overrides
        if not given:
            return False
        if isinstance(given, Mapping):
            text = "".join(f"{name} {precision.upper()}\n" for name, precision in given.items())
        else:
            text = read_text(given)
        (folder / OVERRIDES).write_text(text, encoding="utf-8", newline="")
        return True

    @property
    def precisions(self) -> frozenset[str]:
        """The precision and those of the overrides. Raises InputFileError for a file of them."""
        return frozenset((self.precision, *(each.lower() for each in self.overrides.values())))

    @property
    def overrides(self) -> Mapping[str, str]:
        """The overrides by name. Raises InputFileError for a file of them."""
        given = self.precision_overrides or {}
        if isinstance(given, Mapping):
            return given
        words = (line.rsplit(maxsplit=1) for line in read_text(given).splitlines())
        return {line[0].strip(): line[1] for line in words if len(line) > 1}

    def write_ranges(self, folder: Path) -> bool:
        """Write the table of ranges, if there is one, to RANGES in a folder. Raises as `Ranges.load` does."""
        if self.ranges is None:
            return False
        (self.ranges if isinstance(self.ranges, Ranges) else Ranges.load(self.ranges)).save(folder / RANGES)
        return True
