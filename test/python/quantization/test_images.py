"""Images as network inputs, against the documented formula computed here, and every way in which one can be bad."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization import Layout, PixelFormat, Preprocess
from tpu_mlir.quantization.images import read_image

PLAIN = Preprocess(resize=None)


def saved(folder: Path, pixels: np.ndarray, name: str = "image.png") -> Path:
    path = folder / name
    Image.fromarray(pixels).save(path)
    return path


def pixels(height: int, width: int, *channels: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (height, width, *channels), np.uint8)


@pytest.mark.parametrize("pixel_format", PixelFormat)
@pytest.mark.parametrize("layout", Layout)
def test_formula(tmp_path: Path, pixel_format: PixelFormat, layout: Layout) -> None:
    image = pixels(5, 7, 3)
    channels = {
        PixelFormat.RGB: image.astype(np.float64),
        PixelFormat.BGR: image[..., ::-1].astype(np.float64),
        # Pillow rounds BT.601's luma to a byte.
        PixelFormat.GRAY: np.asarray(Image.fromarray(image).convert("L"), np.float64)[..., None],
    }[pixel_format]
    mean, scale = ((12.5,), (0.25,)) if pixel_format is PixelFormat.GRAY else ((1.0, 2.0, 4.0), (0.5, 0.25, 2.0))
    expected = (channels - mean) * scale
    found = read_image(saved(tmp_path, image), Preprocess(mean, scale, pixel_format, None, layout=layout), (5, 7))
    assert found.dtype == np.float32 and found.flags.c_contiguous
    np.testing.assert_array_equal(found, expected.transpose(2, 0, 1) if layout is Layout.NCHW else expected)


def test_luma() -> None:
    rgb = pixels(4, 4, 3).astype(np.float64)
    found = np.asarray(Image.fromarray(rgb.astype(np.uint8)).convert("L"), np.float64)
    np.testing.assert_allclose(found, rgb @ [0.299, 0.587, 0.114], atol=0.51)  # rounding to a byte


def test_resize_to_the_input(tmp_path: Path) -> None:
    """Scaling down by two weighs a pixel's neighbours with a triangle of 4 x 4 pixels, cut off at the edges."""
    image = pixels(8, 8).astype(np.float64)
    found = read_image(saved(tmp_path, image.astype(np.uint8)), Preprocess(pixel_format=PixelFormat.GRAY), (4, 4))
    distances = np.abs(np.arange(8) + 0.5 - (2 * np.arange(4)[:, None] + 1)) / 2
    weights = np.maximum(1 - distances, 0)
    weights /= weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(found[0], weights @ image @ weights.T, atol=1.01)  # bytes after each of two passes


def test_crop_after_resize(tmp_path: Path) -> None:
    image = pixels(8, 10)
    preprocess = Preprocess(pixel_format=PixelFormat.GRAY, resize=(8, 10))
    np.testing.assert_array_equal(read_image(saved(tmp_path, image), preprocess, (4, 6))[0], image[2:6, 2:8])


def test_keep_aspect_ratio(tmp_path: Path) -> None:
    path = saved(tmp_path, np.full((10, 40), 200, np.uint8))
    preprocess = Preprocess(pixel_format=PixelFormat.GRAY, keep_aspect_ratio=True, pad_value=114)
    found = read_image(path, preprocess, (20, 20))[0]
    expected = np.full((20, 20), 114)
    expected[7:12] = 200  # 40 x 10 becomes 20 x 5, with (20 - 5) // 2 rows above
    np.testing.assert_array_equal(found, expected)


def test_orientation_is_applied(tmp_path: Path) -> None:
    image = Image.fromarray(pixels(4, 6))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise to view
    path = tmp_path / "turned.png"
    image.save(path, exif=exif)
    found = read_image(path, Preprocess(pixel_format=PixelFormat.GRAY, resize=None), (6, 4))[0]
    np.testing.assert_array_equal(found, np.rot90(np.asarray(image), -1))


def test_wrong_size(tmp_path: Path) -> None:
    path = saved(tmp_path, pixels(5, 7, 3))
    with pytest.raises(CalibrationError, match=r"image\.png: expected 9x8 pixels, found 7x5; see --resize"):
        read_image(path, PLAIN, (8, 9))
    with pytest.raises(CalibrationError, match="expected 9x8 pixels, found 6x6"):
        read_image(path, Preprocess(resize=(6, 6)), (8, 9))


def test_unreadable(tmp_path: Path) -> None:
    text = tmp_path / "text.png"
    text.write_text("no image")
    with pytest.raises(CalibrationError, match=r"text\.png: not an image that can be decoded"):
        read_image(text, PLAIN, (5, 7))
    cut = tmp_path / "cut.png"
    cut.write_bytes(saved(tmp_path, pixels(50, 70, 3)).read_bytes()[:2000])
    with pytest.raises(CalibrationError, match=r"cut\.png: cannot be decoded: "):
        read_image(cut, PLAIN, (50, 70))
    with pytest.raises(CalibrationError, match=r"none\.png: cannot be decoded: .*[Nn]o such file"):
        read_image(tmp_path / "none.png", PLAIN, (5, 7))
    deep = saved(tmp_path, np.zeros((5, 7), np.uint16), "deep.png")
    with pytest.raises(CalibrationError, match=r"deep\.png: expected 8 bits a channel, found an image of mode I;16"):
        read_image(deep, PLAIN, (5, 7))


def test_no_program_is_started(tmp_path: Path, monkeypatch) -> None:
    """Pillow would start Ghostscript for this file, whatever its name."""
    started = tmp_path / "started"
    (tmp_path / "gs").write_text(f"#!/bin/sh\ntouch '{started}'\n")
    (tmp_path / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    for name in ("page.eps", "photo.png"):
        path = tmp_path / name
        path.write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 7 5\n%%EndComments\nshowpage\n")
        with pytest.raises(CalibrationError, match=f"{name}: not an image that can be decoded"):
            read_image(path, PLAIN, (5, 7))
    assert not started.exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mean": (1.0, 2.0)}, "pixel format rgb takes 1 or 3 values of mean, found 2"),
        ({"scale": (1.0,) * 3, "pixel_format": PixelFormat.GRAY}, "format gray takes 1 value of scale, found 3"),
        ({"pad_value": 256}, "the value of padding is expected from 0 to 255, found 256"),
    ],
)
def test_options_that_contradict(options: dict[str, object], message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        Preprocess(**options)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (1, 1, 8, 8),
            r"input 'x' takes 1 channel\(s\) in layout nchw, but pixel format rgb gives 3; see --pixel-format",
        ),
        ((1, 8, 8, 3), r"takes 8 channel\(s\) in layout nchw"),
        ((1, 10), r"images need an input of 4 dimensions, but 'x' has the shape 1x10; give an \.npz file"),
    ],
)
def test_inputs_that_no_image_fits(shape: tuple[int, ...], message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        PLAIN.image_size(shape, "x")


def test_image_size() -> None:
    assert PLAIN.image_size((1, 3, 4, 5), "x") == (4, 5)
    assert Preprocess(layout=Layout.NHWC).image_size((1, 4, 5, 3), "x") == (4, 5)
