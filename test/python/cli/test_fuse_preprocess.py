"""`tpuc compile --fuse-preprocess` and what the other commands make of such a bmodel."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tpu_mlir.cli import main
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime

DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"
FORM = ["--pixel-format", "gray", "--scale", "0.0625"]
PIXELS = np.random.default_rng(0).integers(0, 17, (2, 8, 8, 1), np.uint8)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Calibration images and labels, which ONNX Runtime's answers are."""
    photos = tmp_path / "photos"
    photos.mkdir()
    pixels = np.random.default_rng(1).integers(0, 17, (8, 8, 8), np.uint8)
    (scores,) = OnnxRuntime(DIGITS).run({"images": pixels[:, None].astype(np.float32) / 16}).values()
    for index, image in enumerate(pixels):
        Image.fromarray(image).save(photos / f"{index}.png")
    lines = [f"photos/{index}.png,{number}" for index, number in enumerate(scores.argmax(1))]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    return tmp_path


def compile(folder: Path, *words: str) -> Path:
    path = folder / "m.bmodel"
    shape = ["--input-shape", "images:2x1x8x8"]
    assert main(["compile", str(DIGITS), "-o", str(path), *shape, *FORM, "--fuse-preprocess", *words]) == 0
    return path


def test_run(folder: Path, capsys) -> None:
    np.savez(folder / "in.npz", images=PIXELS)
    path = compile(folder)
    assert main(["run", str(path), "--input", str(folder / "in.npz"), "--output", str(folder / "out.npz")]) == 0
    with np.load(folder / "out.npz") as found:
        numbers = PIXELS.transpose(0, 3, 1, 2).astype(np.float32) / 16
        (expected,) = OnnxRuntime(DIGITS).run({"images": numbers}).values()
        np.testing.assert_allclose(found["scores"], expected, rtol=0, atol=1e-5 * np.abs(expected).max())
    capsys.readouterr()
    assert main(["info", str(path)]) == 0
    assert "2x8x8x1" in capsys.readouterr().out


def test_floats_are_refused(folder: Path, capsys) -> None:
    np.savez(folder / "in.npz", images=PIXELS.astype(np.float32))
    path = compile(folder)
    assert main(["run", str(path), "--input", str(folder / "in.npz"), "--output", str(folder / "out.npz")]) == 1
    assert "images" in capsys.readouterr().err and not (folder / "out.npz").exists()


def test_an_image_is_run_as_its_pixels(folder: Path) -> None:
    path, image = folder / "one.bmodel", folder / "photos" / "0.png"
    words = ["compile", str(DIGITS), "-o", str(path), "--input-shape", "images:1x1x8x8", *FORM, "--fuse-preprocess"]
    assert main(words) == 0
    with Image.open(image) as photo:
        np.savez(folder / "in.npz", images=np.asarray(photo)[None, :, :, None])
    found: list[np.ndarray] = []
    for source in (image, folder / "in.npz"):
        assert main(["run", str(path), "--input", str(source), "--output", str(folder / "out.npz")]) == 0
        with np.load(folder / "out.npz") as outputs:
            found.append(outputs["scores"])
    np.testing.assert_array_equal(*found)


def test_int8_with_accuracy(folder: Path, capsys) -> None:
    data = ["--calibration-data", str(folder / "photos"), "--evaluate", str(folder / "labels.csv")]
    compile(folder, "--precision", "int8", "--correct", "none", *data)
    row = capsys.readouterr().out.splitlines()[-1].split()
    assert row[0] == "100.00%" and float(row[1].rstrip("%")) >= 87.5  # one answer in eight may change in 8 bits


@pytest.mark.parametrize("by_labels", [False, True], ids=["cosine", "top-1"])
def test_search(by_labels: bool, folder: Path, capsys) -> None:
    target = ["--max-drop", "50%", "--evaluate", str(folder / "labels.csv")] if by_labels else ["--min-cosine", "0.9"]
    path = compile(folder, "--precision", "auto", "--calibration-data", str(folder / "photos"), *target)
    capsys.readouterr()
    assert main(["info", str(path)]) == 0
    assert "2x8x8x1" in capsys.readouterr().out


@pytest.mark.parametrize("given", [None, PIXELS, PIXELS.transpose(0, 3, 1, 2).astype(np.float32) / 16])
def test_compare(given: np.ndarray | None, folder: Path, capsys) -> None:
    words = ["compare", str(DIGITS), str(compile(folder)), *FORM, "--json"]
    if given is not None:
        np.savez(folder / "in.npz", images=given)
        words += ["--inputs", str(folder / "in.npz")]
    capsys.readouterr()
    assert main(words) == 0
    found = {entry["name"]: entry["relative"] for entry in json.loads(capsys.readouterr().out)}
    assert found["scores"] < 1e-5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (PIXELS.astype(np.float32).transpose(0, 3, 1, 2) / 15, "input 'images' takes pixels, so expected numbers made"),
        (PIXELS[0], "pixels in gray are [n, h, w, 1], found 8x8x1"),
        (np.repeat(PIXELS, 3, 3), "pixels in gray are [n, h, w, 1], found 2x8x8x3"),
        (np.ones((2, 64), np.float32), "images Got: 2 Expected: 4"),
    ],
)
def test_compare_with_wrong_inputs(given: np.ndarray, message: str, folder: Path, capsys) -> None:
    np.savez(folder / "in.npz", images=given)
    words = ["compare", str(DIGITS), str(compile(folder)), *FORM, "--inputs", str(folder / "in.npz")]
    capsys.readouterr()
    assert main(words) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ") and message in error


def test_help(capsys) -> None:
    assert main(["compile", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "take pixels, u8 in NHWC" in text and "resizing is not compiled in" in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--pixel-format", "rgb"], "'images': expected floats [n, 3, h, w] to make of pixels, but found"),
        (["--layout", "nhwc"], "'images': expected floats [n, h, w, 1] to make of pixels, but found"),
        (["--scale", "0"], "expected a scale that is finite in f32 and not zero, but found 0"),
        (["--mean", "1,2"], "pixel format gray takes 1 value of mean, found 2"),
        (["--scale", "inf"], "scale is expected to be finite, found inf"),
    ],
)
def test_errors(words: list[str], message: str, tmp_path: Path, capsys) -> None:
    path = tmp_path / "m.bmodel"
    shape = ["--input-shape", "images:2x1x8x8"]
    assert main(["compile", str(DIGITS), "-o", str(path), *shape, *FORM, "--fuse-preprocess", *words]) == 1
    assert message in " ".join(capsys.readouterr().err.split()) and not path.exists()
