"""`tpuc calibrate`: the words of the command line, and that a table comes of them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tpu_mlir.cli import main
from tpu_mlir.cli.calibration import Calibration, Method
from tpu_mlir.quantization import METHODS, Layout, PixelFormat, Preprocess, Ranges

DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"
GRAY = ("--pixel-format", "gray", "--scale", "0.0039215686", "--input-shape", "images:1x1x8x8")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(0)
    for index in range(6):
        Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)).save(folder / f"{index}.png")
    return folder


def calibrate(*words: str | Path) -> int:
    return main(["calibrate", str(DIGITS), *map(str, words)])


def test_table(photos: Path, tmp_path: Path, capsys) -> None:
    table = tmp_path / "digits.ranges"
    words = ("--calibration-data", photos, "-o", table, "--samples", "5", "--seed", "3", "--calibration-method", "mse")
    assert calibrate(*words, *GRAY) == 0
    captured = capsys.readouterr()
    ranges = Ranges.load(table)
    assert captured.out == "" and captured.err == f"{table}: ranges of {len(ranges)} tensors\n"
    assert ranges.facts["method"] == "mse" and ranges.facts["samples"] == "5, seed 3"
    assert 0.9 < ranges["images"].maximum <= 1


def test_bad_data_leaves_no_table(photos: Path, tmp_path: Path, capsys) -> None:
    (photos / "3.png").write_text("rubbish")
    table = tmp_path / "digits.ranges"
    assert calibrate("--calibration-data", photos, "-o", table, *GRAY) == 1
    error = capsys.readouterr().err
    assert error.startswith("error: 1 sample cannot be used; --skip-bad goes on without:") and "3.png" in error
    assert not table.exists()
    assert calibrate("--calibration-data", photos, "-o", table, "--skip-bad", *GRAY) == 0
    assert "warning: 1 left out:" in capsys.readouterr().err and table.exists()


def test_workers_of_the_installed_program(photos: Path, tmp_path: Path) -> None:
    """They import the program's file again, which must not start it anew."""
    tpuc = Path(sys.executable).with_name("tpuc")
    words = ("--calibration-data", photos, "-o", tmp_path / "t", "--workers", "2", *GRAY)
    done = subprocess.run([tpuc, "calibrate", DIGITS, *words], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert calibrate("--calibration-data", photos, "-o", tmp_path / "alone", *GRAY) == 0
    assert (tmp_path / "t").read_text() == (tmp_path / "alone").read_text()


def test_what_is_no_image_is_named_and_skipped(photos: Path, tmp_path: Path, capsys) -> None:
    (photos / "._0.png").write_bytes(b"\0\5\x16\7\0\2\0\0Mac OS X        ")
    (photos / "manual.pdf").write_bytes(b"%PDF-1.4\n")
    (photos / ".DS_Store").write_bytes(b"\0\0\0\1Bud1")
    (photos / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0")
    table = tmp_path / "t"
    assert calibrate("--calibration-data", photos, "-o", table, *GRAY) == 1
    error = capsys.readouterr().err
    assert "neither images nor arrays, left out: '.DS_Store', 'Thumbs.db'" in error
    assert "2 samples cannot be used" in error and "._0.png" in error and "manual.pdf" in error
    assert calibrate("--calibration-data", photos, "-o", table, "--skip-bad", *GRAY) == 0
    warning = capsys.readouterr().err
    assert "2 left out:" in warning and "._0.png" in warning and Ranges.load(table).facts["samples"] == "6, seed 0"


def test_channels(photos: Path, tmp_path: Path, capsys) -> None:
    words = ("--calibration-data", photos, "-o", tmp_path / "t", "--input-shape", "images:1x1x8x8")
    assert calibrate(*words) == 1
    assert "input 'images' takes 1 channel(s) in layout nchw, but pixel format rgb gives 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["-o", "t"], "missing option '--calibration-data'"),
        (["--calibration-data", "d"], "missing option '--output'"),
        (
            ["--calibration-data", "d", "-o", "t", "--mean", "x"],
            "--mean: expected numbers such as 0.5 or 1,2,3",
        ),
        (["--calibration-data", "d", "-o", "t", "--resize", "3"], "--resize: expected WxH, input or none, found '3'"),
        (["--calibration-data", "d", "-o", "t", "--samples", "0"], "invalid value for '--samples'"),
    ],
)
def test_usage(words: list[str], message: str, capsys) -> None:
    assert calibrate(*words) == 2
    assert message in capsys.readouterr().err


def test_preprocess() -> None:
    options = Calibration(
        mean="1,2,3",
        scale="0.5",
        pixel_format=PixelFormat.BGR,
        resize="20x10",
        keep_aspect_ratio=True,
        pad_value=114,
        layout=Layout.NHWC,
    )
    assert options.preprocess() == Preprocess((1, 2, 3), (0.5,), PixelFormat.BGR, (10, 20), True, 114, Layout.NHWC)
    assert Calibration().preprocess() == Preprocess()
    assert Calibration(resize="none").preprocess().resize is None


def test_every_method_can_be_chosen() -> None:
    assert [method.value for method in Method] == [*METHODS, "auto"]
