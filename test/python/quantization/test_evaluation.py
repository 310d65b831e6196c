"""Accuracy before and after: the labels that are read and refused, and both measures of the digits network."""

from pathlib import Path

import numpy as np
import pytest
import tpu_mlir
from PIL import Image
from sklearn.datasets import load_digits
from tpu_mlir.cli import main
from tpu_mlir.errors import CalibrationError, InputFileError
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.quantization import PixelFormat, Preprocess, evaluate
from tpu_mlir.quantization.labels import read_labels

DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"
GRAY = Preprocess(scale=(1 / 255,), pixel_format=PixelFormat.GRAY)
COUNT, BATCH = 22, 4


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Digits as images with their labels, some of which are wrong on purpose."""
    pixels, numbers = load_digits(return_X_y=True)
    lines = ["file,label"]
    for index in range(COUNT):
        image = (pixels[index].reshape(8, 8) * (255 / 16)).round().astype(np.uint8)
        Image.fromarray(image).save(tmp_path / f"{index}, a digit.png")
        lines.append(f"{index}, a digit.png, {numbers[index] if index % 5 else (numbers[index] + 1) % 10}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines) + "\n\n")
    return path


@pytest.fixture(scope="module")
def bmodel() -> tpu_mlir.BModel:
    return tpu_mlir.compile(DIGITS, precision="f16", input_shapes={"images": (BATCH, 1, 8, 8)})


def test_labels(table: Path) -> None:
    labels = read_labels(table)
    assert len(labels) == COUNT
    assert labels[3].file == table.parent / "3, a digit.png" and labels[3].number == 3
    assert labels[3].where == f"{table}:5"


def test_top1(table: Path, bmodel: tpu_mlir.BModel) -> None:
    labels = read_labels(table)
    images = np.stack([np.asarray(Image.open(label.file), np.float32)[None] / 255 for label in labels])
    (scores,) = OnnxRuntime(DIGITS).run({"images": images}).values()
    expected = float(np.mean(scores.argmax(1) == [label.number for label in labels]))
    assert expected < 0.9
    seen: list[tuple[int, int]] = []
    found = evaluate(DIGITS, bmodel, table, preprocess=GRAY, progress=lambda done, total: seen.append((done, total)))
    assert found.model == pytest.approx(expected)
    assert found.bmodel == pytest.approx(expected)  # f16 does not change the ranking of these scores
    assert seen[-1] == (12, 12) and len(seen) == 12  # six runs of four images each


def test_function(bmodel: tpu_mlir.BModel) -> None:
    images = np.random.default_rng(0).random((BATCH, 1, 8, 8), np.float32)
    found = evaluate(DIGITS, bmodel, lambda run: float(run({"images": images})["scores"].sum()))
    (scores,) = OnnxRuntime(DIGITS).run({"images": images}).values()
    assert found.model == pytest.approx(float(scores.sum()), rel=1e-5)
    assert found.bmodel != found.model and found.bmodel == pytest.approx(found.model, rel=0.01)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("h,h\n0, a digit.png;1", "labels.csv:2: expected 'file,class' with the class as a number, found '0, a digit"),
        ("h,h\n0, a digit.png,cat\n", "labels.csv:2: expected 'file,class'"),
        ("h,h\nnone.png,1\n", "labels.csv:2: there is no file '"),
        ("h,h\n", "labels.csv: holds no labels"),
        ("0, a digit.png,cat\n", "labels.csv:1: expected 'file,class' with the class as a number"),
    ],
)
def test_labels_that_do_not_match(table: Path, text: str, message: str) -> None:
    table.write_text(text)
    with pytest.raises(CalibrationError) as error:
        read_labels(table)
    assert message in str(error.value)


def test_every_bad_line_is_named(table: Path) -> None:
    table.write_text("a.png,1\n0, a digit.png,0\nb.png,2\n")
    with pytest.raises(CalibrationError, match=r"(?s)2 labels do not match:.*csv:1: .*a\.png.*csv:3: .*b\.png"):
        read_labels(table)
    with pytest.raises(InputFileError, match=r"none\.csv: no such file"):
        read_labels(table.parent / "none.csv")


def test_images_or_arrays(table: Path, bmodel: tpu_mlir.BModel) -> None:
    np.save(table.parent / "a.npy", np.zeros((1, 1, 8, 8), np.float32))
    table.write_text("0, a digit.png,0\na.npy,1\n")
    with pytest.raises(CalibrationError, match=r"csv:2: expected arrays only or images only, found both"):
        evaluate(DIGITS, bmodel, table, preprocess=GRAY)


def test_classes_that_the_network_lacks(table: Path, bmodel: tpu_mlir.BModel) -> None:
    table.write_text("0, a digit.png,3\n1, a digit.png,10\n")
    with pytest.raises(CalibrationError, match=r"1 labels do not match: .* 10 classes apart.*\n.*csv:2: class 10"):
        evaluate(DIGITS, bmodel, table, preprocess=GRAY)


def test_command_line(table: Path, tmp_path: Path, capsys) -> None:
    words = ["compile", str(DIGITS), "-o", str(tmp_path / "m.bmodel"), "--input-shape", "images:1x1x8x8"]
    words += ["--evaluate", str(table), "--pixel-format", "gray", "--scale", "0.00392156862745"]
    assert main(words) == 0
    heading, row = capsys.readouterr().out.splitlines()[:2]
    assert heading.split() == ["top-1", "of", "22", "ONNX", "Runtime", "bmodel", "(f32)", "points"]
    before, after, points = row.split()
    assert before == after and points == "+0.00"


def test_command_line_checks_labels_first(table: Path, tmp_path: Path, capsys) -> None:
    table.write_text("none.png,1\n")
    words = ["compile", str(DIGITS), "-o", str(tmp_path / "m.bmodel"), "--input-shape", "images:1x1x8x8"]
    assert main([*words, "--evaluate", str(table)]) == 1
    assert "labels do not match" in capsys.readouterr().err and not (tmp_path / "m.bmodel").exists()
