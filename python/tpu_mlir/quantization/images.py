"""Decodes images and makes network inputs of them."""

import os

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps, UnidentifiedImageError

from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization.preprocess import Layout, PixelFormat, Preprocess

Pixels = npt.NDArray[np.uint8]  # [height, width, channels]
# Formats of pixels, which Pillow's own code decodes: for EPS, say, it would start Ghostscript.
_FORMATS = frozenset(
    ("AVIF", "BMP", "DIB", "DDS", "GIF", "ICNS", "ICO", "JPEG", "JPEG2000", "MPO", "PCX", "PNG", "PPM", "QOI", "SGI")
    + ("SPIDER", "TGA", "TIFF", "WEBP", "XBM", "XPM")
)
_EIGHT_BITS = ("1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "LAB", "RGBX", "RGBa", "La")


def suffixes() -> frozenset[str]:
    """Return the suffixes, with dot, of files that seem to be images; documents such as .pdf are among them."""
    return frozenset(Image.registered_extensions())


def read_image(path: str | os.PathLike[str], preprocess: Preprocess, size: tuple[int, int]) -> npt.NDArray[np.float32]:
    """Return an image file as a network input without batch: [c, h, w] or [h, w, c], by the layout.

    `size` is the input's (height, width). Raises CalibrationError naming the file.
    """
    name = os.fspath(path)
    try:
        with Image.open(path, formats=_decoders()) as image:
            if image.mode not in _EIGHT_BITS:
                raise CalibrationError(f"{name}: expected 8 bits a channel, found an image of mode {image.mode}")
            upright = ImageOps.exif_transpose(image)
            plain = upright.convert("L" if preprocess.pixel_format is PixelFormat.GRAY else "RGB")
            pixels = np.asarray(_fit(plain, preprocess, size, name), np.uint8)
    except UnidentifiedImageError:
        raise CalibrationError(f"{name}: not an image that can be decoded") from None
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise CalibrationError(f"{name}: cannot be decoded: {str(error).splitlines()[0]}") from None
    return normalise(pixels.reshape(*size, -1), preprocess)


def _decoders() -> list[str]:
    """Return the formats that this Pillow decodes itself."""
    Image.init()
    return sorted(_FORMATS.intersection(Image.OPEN))


def normalise(pixels: Pixels, preprocess: Preprocess) -> npt.NDArray[np.float32]:
    """Return (pixel - mean) * scale in f32, in the channel order and the layout of the input."""
    ordered = pixels[..., ::-1] if preprocess.pixel_format is PixelFormat.BGR else pixels
    mean, scale = np.array(preprocess.mean, np.float32), np.array(preprocess.scale, np.float32)
    values = (ordered.astype(np.float32) - mean) * scale
    return np.ascontiguousarray(values.transpose(2, 0, 1) if preprocess.layout is Layout.NCHW else values)


def _fit(image: Image.Image, preprocess: Preprocess, size: tuple[int, int], name: str) -> Image.Image:
    """Return the image scaled, padded and cropped to the size."""
    if preprocess.resize is not None:
        height, width = size if isinstance(preprocess.resize, str) else preprocess.resize
        if preprocess.keep_aspect_ratio:
            image = _letterbox(image, height, width, preprocess.pad_value)
        elif image.size != (width, height):
            image = image.resize((width, height), Image.Resampling.BILINEAR)
    top, left = (image.height - size[0]) // 2, (image.width - size[1]) // 2
    if top < 0 or left < 0 or (preprocess.resize is None and (top or left)):
        raise CalibrationError(
            f"{name}: expected {size[1]}x{size[0]} pixels, found {image.width}x{image.height}; see --resize"
        )
    return image.crop((left, top, left + size[1], top + size[0]))


def _letterbox(image: Image.Image, height: int, width: int, value: int) -> Image.Image:
    factor = min(height / image.height, width / image.width)
    scaled = (max(1, round(image.width * factor)), max(1, round(image.height * factor)))
    canvas = Image.new(image.mode, (width, height), value if image.mode == "L" else (value, value, value))
    inner = image.resize(scaled, Image.Resampling.BILINEAR)
    canvas.paste(inner, ((width - scaled[0]) // 2, (height - scaled[1]) // 2))
    return canvas
