"""`tpuc compile --precision auto`: what it prints and writes, and what it refuses."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.cli.app import app
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.profile import profile
from typer.testing import CliRunner

DIGITS = str(Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx")
SHAPE = ["--input-shape", "images:1x1x8x8"]


@pytest.fixture
def data(tmp_path: Path) -> str:
    path = tmp_path / "samples.npz"
    np.savez(path, images=np.random.default_rng(0).uniform(0, 16, (6, 1, 1, 8, 8)).astype(np.float32))
    return str(path)


def run(*words: str):
    return CliRunner().invoke(app, ["compile", DIGITS, *SHAPE, *words])


def test_search(data: str, tmp_path: Path) -> None:
    bmodel, page = tmp_path / "m.bmodel", tmp_path / "r.html"
    words = ["--precision", "auto", "--min-cosine", "0.9", "--calibration-data", data, "--report", str(page)]
    done = run("-o", str(bmodel), *words)
    assert done.exit_code == 0, done.output
    assert "choices tried" in done.output
    assert BModel.load(bmodel).data
    text = page.read_text("utf-8")
    assert text.startswith("<!doctype html>")
    assert "mixed precision" in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_report_of_int8(data: str, tmp_path: Path) -> None:
    bmodel, page = tmp_path / "m.bmodel", tmp_path / "r.html"
    words = ["--precision", "int8", "--calibration-data", data, "--report", str(page)]
    done = run("-o", str(bmodel), *words, "--strict-int8", "--precision-override", "scores:f32")
    assert done.exit_code == 0, done.output
    assert "ranges by mse, 6 samples" in done.output
    assert "in floats: 2 of" in done.output  # the product and the reshape before it
    text = page.read_text("utf-8")
    assert "--precision-override scores:f32" in text
    assert "least cosine of &#x27;scores&#x27;" in text
    assert "http" not in text.replace("http://www.w3.org", "")


def test_int8_names_what_stays_a_float(tmp_path: Path) -> None:
    samples, model, bmodel = tmp_path / "samples.npz", tmp_path / "m.onnx", tmp_path / "m.bmodel"
    words = drowning_words(samples, model, bmodel, channels=128)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "1 of 2 operations stays in f16: y (" in done.output
    assert "--strict-int8 makes them integers" in done.output
    kept = distance_of(bmodel, model, samples)
    done = CliRunner().invoke(app, [*words, "--strict-int8"])
    assert "stays in f16" not in done.output
    assert kept < 0.02
    assert distance_of(bmodel, model, samples) > 0.3


def test_int8_that_is_slower_is_not_taken(tmp_path: Path) -> None:
    """Of a few products, conversion to integers and back costs more than they gain."""
    samples, model, bmodel = tmp_path / "samples.npz", tmp_path / "m.onnx", tmp_path / "m.bmodel"
    words = drowning_words(samples, model, bmodel, channels=4)
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    assert "2 of 2 operations stay in f16: middle, y (100.0% of the MACs, -" in done.output
    assert "--precision f16 is the same and needs no calibration" in done.output
    kept = profile(BModel.load(bmodel)).cycles
    assert distance_of(bmodel, model, samples) < 0.002
    assert CliRunner().invoke(app, [*words, "--strict-int8"]).exit_code == 0
    assert kept < profile(BModel.load(bmodel)).cycles


def drowning_words(samples: Path, model: Path, bmodel: Path, *, channels: int) -> list[str]:
    """Write a network and samples of it; return the words that compile it."""
    inputs = np.random.default_rng(0).uniform(-1, 1, (16, 1, channels, 16, 16))
    np.savez(samples, x=inputs.astype(np.float32))
    onnx.save(drowning(channels), model)
    words = ["compile", str(model), "--precision", "int8", "--calibration-data", str(samples), "-o", str(bmodel)]
    return [*words, "--correct", "none", "--calibration-method", "minmax", "--no-check"]


def drowning(channels: int) -> onnx.ModelProto:
    """Return two convolutions: between them is a channel a thousand times the others, which the second leaves out."""
    random = np.random.default_rng(3)
    first, second = random.uniform(-1, 1, (channels, channels, 3, 3)), random.uniform(-1, 1, (3, channels, 1, 1))
    first[0] *= 1000
    second[:, 0] = 0
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "first"], ["middle"], pads=[1, 1, 1, 1]),
            helper.make_node("Conv", ["middle", "second"], ["y"]),
        ],
        "drowning",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (1, channels, 16, 16))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, (1, 3, 16, 16))],
        [
            numpy_helper.from_array(array.astype(np.float32), name)
            for name, array in (("first", first), ("second", second))
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def distance_of(bmodel: Path, model: Path, samples: Path) -> float:
    """Return the error of a bmodel on the first sample, relative to ONNX Runtime's result."""
    feeds = {"x": np.load(samples)["x"][0]}
    expected, found = Reference(str(model)).run(feeds)["y"], Session(BModel.load(bmodel)).run(feeds)["y"]
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


def test_a_report_that_cannot_be_written_stops_at_once(data: str, tmp_path: Path) -> None:
    bmodel = tmp_path / "m.bmodel"
    words = ["--precision", "int8", "--calibration-data", data, "--report", str(tmp_path / "none" / "r.html")]
    done = run("-o", str(bmodel), *words)
    assert done.exit_code == 1
    assert "r.html: no such file or directory" in str(done.exception)
    assert not bmodel.exists()
    done = run("-o", str(tmp_path / "none" / "m.bmodel"), *words[:4])
    assert "m.bmodel: no such file or directory" in str(done.exception)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--precision", "auto"], "auto needs --calibration-data"),
        (["--precision", "auto", "--max-drop", "1%"], "has no effect without --evaluate"),
        (
            ["--precision", "auto", "--max-drop", "much", "--evaluate", "l.csv"],
            "expected a share such as 0.5% or 0.005, found 'much'",
        ),
        (["--precision", "int8", "--max-drop", "1%"], "has no effect without --precision auto"),
        (["--precision", "f16", "--report", "r.html"], "has no effect without --precision int8 or auto"),
        (["--precision", "int8", "--report", "r.html"], "has no effect without --calibration-data"),
    ],
)
def test_usage(words: list[str], reason: str, tmp_path: Path) -> None:
    done = run("-o", str(tmp_path / "m.bmodel"), *words)
    assert done.exit_code == 2
    assert reason in " ".join(done.output.replace("│", " ").split())
    assert not (tmp_path / "m.bmodel").exists()


def test_a_drop_needs_labels(data: str, tmp_path: Path) -> None:
    words = ["--precision", "auto", "--max-drop", "1%", "--calibration-data", data]
    done = run("-o", str(tmp_path / "m.bmodel"), *words)
    assert done.exit_code == 2
    assert "has no effect without --evaluate" in " ".join(done.output.replace("│", " ").split())


def test_overrides_are_not_searched(data: str, tmp_path: Path) -> None:
    page = tmp_path / "r.html"
    words = ["--precision", "auto", "--min-cosine", "0.9", "--calibration-data", data, "--report", str(page)]
    done = run("-o", str(tmp_path / "m.bmodel"), *words, "--precision-override", "scores:f32")
    assert done.exit_code == 0, done.output
    assert "--precision-override scores:f32" in page.read_text("utf-8")


def test_a_table_of_another_model_is_refused(data: str, tmp_path: Path) -> None:
    table = tmp_path / "t.ranges"
    table.write_text("# model: other sha256 0000\nimages 16 0 16\n")
    words = ["--precision", "auto", "--calibration-data", data, "--ranges", str(table)]
    done = run("-o", str(tmp_path / "m.bmodel"), *words)
    assert done.exit_code == 1
    assert "belong to another model" in str(done.exception)


def test_bad_samples_can_be_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "samples"
    folder.mkdir()
    for index in range(6):
        images = np.random.default_rng(index).uniform(0, 16, (1, 1, 8, 8)).astype(np.float32)
        np.savez(folder / f"{index}.npz", images=images)
    (folder / "0.npz").write_bytes(b"no archive")
    for precision in ("auto", "int8"):
        words = ["--precision", precision, "--calibration-data", str(folder)]
        words += ["--min-cosine", "0.9"] if precision == "auto" else []
        words += ["--report", str(tmp_path / "r.html")]
        assert "0.npz" in str(run("-o", str(tmp_path / "m.bmodel"), *words).exception)
        done = run("-o", str(tmp_path / "m.bmodel"), *words, "--skip-bad")
        assert done.exit_code == 0, done.output
