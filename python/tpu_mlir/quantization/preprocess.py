"""How an image becomes a network's input, in calibration and in the deployed model."""

import math
from dataclasses import dataclass
from enum import StrEnum

from tpu_mlir.errors import CalibrationError


class PixelFormat(StrEnum):
    """The channels of a pixel, in order; gray is 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601)."""

    RGB = "rgb"
    BGR = "bgr"
    GRAY = "gray"

    @property
    def channels(self) -> int:
        """The number of channels."""
        return 1 if self is PixelFormat.GRAY else 3


class Layout(StrEnum):
    """The order of a network input's dimensions."""

    NCHW = "nchw"
    NHWC = "nhwc"


@dataclass(frozen=True)
class Preprocess:
    """From an image to a network input: input = (pixel - mean) * scale, for each channel, pixels from 0 to 255.

    mean, scale: a number for each channel in the order of `pixel_format`, or one for all.
    resize: the (height, width) to which an image is scaled, bilinearly with all pixels weighed in; "input" for that of
        the network's input, None to leave images as they are, which then must fit. Before cropping, if another size
        than the input's is given: what exceeds the input is cut off evenly on both sides.
    keep_aspect_ratio: scale both axes by the same factor, so that the image fits inside, and fill the rest, evenly on
        both sides, with pixels of `pad_value`.
    layout: the order of the network input's dimensions.
    """

    mean: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)
    pixel_format: PixelFormat = PixelFormat.RGB
    resize: tuple[int, int] | str | None = "input"
    keep_aspect_ratio: bool = False
    pad_value: int = 0
    layout: Layout = Layout.NCHW

    def __post_init__(self) -> None:
        """Raise CalibrationError for options that contradict each other."""
        channels = self.pixel_format.channels
        for name, values in (("mean", self.mean), ("scale", self.scale)):
            if len(values) not in (1, channels):
                format, expected = self.pixel_format.value, "1 value" if channels == 1 else f"1 or {channels} values"
                raise CalibrationError(f"pixel format {format} takes {expected} of {name}, found {len(values)}")
            if not all(map(math.isfinite, values)):
                raise CalibrationError(f"{name} is expected to be finite, found {', '.join(map(str, values))}")
        if not 0 <= self.pad_value <= 255:
            raise CalibrationError(f"the value of padding is expected from 0 to 255, found {self.pad_value}")

    def image_size(self, shape: tuple[int, ...], name: str) -> tuple[int, int]:
        """Return the (height, width) of an input of this shape; raises CalibrationError if no image fits it."""
        if len(shape) != 4:
            found = "x".join(map(str, shape)) or "scalar"
            raise CalibrationError(
                f"images need an input of 4 dimensions, but '{name}' has the shape {found}; give an .npz file"
            )
        channel, *size = (shape[1], *shape[2:]) if self.layout is Layout.NCHW else (shape[3], *shape[1:3])
        expected = self.pixel_format.channels
        if channel != expected:
            raise CalibrationError(
                f"input '{name}' takes {channel} channel(s) in layout {self.layout.value}, but pixel format "
                f"{self.pixel_format.value} gives {expected}; see --pixel-format and --layout"
            )
        return size[0], size[1]
