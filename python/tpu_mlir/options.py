"""What a compilation can be told."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tpu_mlir.errors import ModelError

PRECISIONS = ("f32", "f16", "bf16")
CHIPS = ("bm1684x",)


@dataclass(frozen=True)
class CompileOptions:
    """Options of `tpu_mlir.compile`.

    precision: element type of weights and activations, one of PRECISIONS.
    chip: target, one of CHIPS.
    input_shapes: sizes for the open dimensions of the inputs, by name.
    precision_overrides: another precision for the tensors of these ONNX names; a mapping, or a file of `name precision`
        lines.
    name: of the network in the bmodel.
    """

    precision: str = "f32"
    chip: str = "bm1684x"
    input_shapes: Mapping[str, Sequence[int]] = field(default_factory=dict[str, Sequence[int]])
    precision_overrides: Mapping[str, str] | str | os.PathLike[str] | None = None
    name: str = "network"

    def __post_init__(self) -> None:
        if self.precision.lower() not in PRECISIONS:
            raise ModelError(f"unknown precision '{self.precision}': expected one of {', '.join(PRECISIONS)}")
        if self.chip.lower() not in CHIPS:
            raise ModelError(f"unknown chip '{self.chip}': expected one of {', '.join(CHIPS)}")

    def write_overrides(self, folder: Path) -> Path | None:
        """Return the file of overrides, made in `folder` from a mapping; nothing if there are none."""
        if not self.precision_overrides:
            return None
        if not isinstance(self.precision_overrides, Mapping):
            return Path(self.precision_overrides)
        path = folder / "overrides"
        lines = (f"{name} {precision.upper()}\n" for name, precision in self.precision_overrides.items())
        path.write_text("".join(lines), encoding="utf-8")
        return path
