"""Calibration as a whole: what is observed is what ONNX Runtime computes, whoever computes it."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from PIL import Image
from tpu_mlir.errors import CalibrationError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.quantization import METHODS, PixelFormat, Preprocess, Ranges, calibrate

DIGITS = Path(__file__).parents[3] / "examples" / "digits" / "digits.onnx"
SHAPES = {"images": (1, 1, 8, 8)}

TEXT = """
<ir_version: 8, opset_import: ["": 17]>
small (float[1, 2, 4, 4] x) => (float[1, 3, 4, 4] z) <float[3, 2, 1, 1] w = {1, -2, 3, 4, -5, 6}>
{
  y = Conv(x, w)
  r = Relu(y)
  s = Sigmoid(r)
  z = Mul(s, r)
}
"""


def small() -> onnx.ModelProto:
    return onnx.parser.parse_model(TEXT)


def feeds(count: int, seed: int = 0) -> list[dict[str, np.ndarray]]:
    random = np.random.default_rng(seed)
    return [{"x": random.normal(0, 1 + i, (1, 2, 4, 4)).astype(np.float32)} for i in range(count)]


def digits(folder: Path, count: int = 12) -> Path:
    random = np.random.default_rng(0)
    for index in range(count):
        Image.fromarray(random.integers(0, 256, (8, 8), np.uint8)).save(folder / f"{index:02}.png")
    return folder


def test_minmax_is_what_onnx_runtime_computes() -> None:
    model = small()
    for name in ("r", "s"):
        model.graph.output.append(onnx.ValueInfoProto(name=name))
    session = OnnxRuntime(model)
    runs = [session.run(item) | item for item in feeds(5)]
    ranges = calibrate(small(), feeds(5), method="minmax")
    assert set(ranges) <= {"x", "r", "s", "z"} and {"x", "r", "z"} <= set(ranges)
    for name, found in ranges.items():
        low, high = min(run[name].min() for run in runs), max(run[name].max() for run in runs)
        # The convolution's sums may be rounded in another order.
        assert (found.minimum, found.maximum) == pytest.approx((low, high), rel=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_workers_do_not_matter(tmp_path: Path, method: str) -> None:
    preprocess = Preprocess(scale=(1 / 255,), pixel_format=PixelFormat.GRAY)
    options = {"method": method, "preprocess": preprocess, "input_shapes": SHAPES}
    digits(tmp_path)
    alone = calibrate(DIGITS, tmp_path, **options)
    assert alone.facts["method"] == method and alone.facts["samples"] == "12, seed 0"
    assert alone.facts["model"].startswith("digits sha256 ")
    if method == "entropy":  # starting processes takes a second each
        assert calibrate(DIGITS, tmp_path, workers=2, **options).text() == alone.text()
    assert calibrate(DIGITS, sorted_feeds(tmp_path), **options).entries == alone.entries


def sorted_feeds(folder: Path) -> list[dict[str, np.ndarray]]:
    images = [np.asarray(Image.open(path), np.float32) for path in sorted(folder.iterdir())]
    return [{"images": image.reshape(1, 1, 8, 8) * np.float32(1 / 255)} for image in images]


def test_dask() -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None, protocol="tcp://"
    ) as cluster:
        found = calibrate(small(), feeds(9), scheduler=cluster.scheduler_address)
    assert found.text() == calibrate(small(), feeds(9)).text()


def test_no_scheduler() -> None:
    pytest.importorskip("distributed")
    with pytest.raises(CalibrationError, match="no Dask scheduler answers at 'nowhere'"):
        calibrate(small(), feeds(1), scheduler="nowhere")


def test_dask_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "distributed", None)
    with pytest.raises(CalibrationError, match=r"pip install 'tpu-mlir\[dask\]'"):
        calibrate(small(), feeds(1), scheduler="tcp://127.0.0.1:1")


def test_progress() -> None:
    seen: list[tuple[int, int]] = []
    calibrate(small(), feeds(10), progress=lambda done, total: seen.append((done, total)))
    assert seen == [(4, 10), (8, 10), (10, 10)]


def test_bad_samples_are_all_named(tmp_path: Path) -> None:
    digits(tmp_path, 9)
    for name in ("02.png", "07.png"):
        (tmp_path / name).write_bytes(b"rubbish")
    options = {"preprocess": Preprocess(pixel_format=PixelFormat.GRAY), "input_shapes": SHAPES}
    with pytest.raises(CalibrationError) as error:
        calibrate(DIGITS, tmp_path, **options)
    message = str(error.value)
    assert message.startswith("2 samples cannot be used; --skip-bad goes on without:")
    assert "02.png: not an image" in message and "07.png: not an image" in message
    with pytest.warns(TpuMlirWarning, match="2 left out:\n.*02.png"):
        assert calibrate(DIGITS, tmp_path, skip_bad=True, **options).facts["samples"] == "7, seed 0"
    for path in tmp_path.iterdir():
        path.write_bytes(b"rubbish")
    with pytest.raises(CalibrationError, match="no sample can be used:\n.*00.png"):
        calibrate(DIGITS, tmp_path, skip_bad=True, **options)


def test_inputs_that_are_no_numbers() -> None:
    samples = feeds(3)
    samples[1]["x"][0, 0, 0, :2] = np.nan
    with pytest.raises(CalibrationError, match=r"'x' \(network input\): .* found 2 of 32 .* on sample 1"):
        calibrate(small(), samples)


def test_activations_that_are_no_numbers() -> None:
    """The logarithm of 0 is infinite, of -1 none."""
    model = onnx.parser.parse_model("""
        <ir_version: 8, opset_import: ["": 17]>
        bad (float[1, 4] x) => (float[1, 4] z) { y = Neg(x)  l = Log(y)  z = Exp(l) }
    """)
    with pytest.raises(CalibrationError) as error:
        calibrate(model, [{"x": np.float32([[1, 0, -2, 3]])}])
    assert str(error.value).startswith("'l' (Log): expected numbers, found 2 of 4 that are NaN, on sample 0")


def test_always_zero() -> None:
    zeros = [{"x": np.zeros((1, 2, 4, 4), np.float32)}]
    with pytest.warns(TpuMlirWarning, match="always zero in calibration: 'x', "):
        ranges = calibrate(small(), zeros)
    assert (ranges["x"].threshold, ranges["x"].minimum, ranges["x"].maximum) == (1, 0, 1)


def test_unknown_method() -> None:
    with pytest.raises(CalibrationError, match="unknown calibration method 'guess': expected one of minmax, "):
        calibrate(small(), feeds(1), method="guess")


def test_workers_must_be_positive() -> None:
    with pytest.raises(CalibrationError, match="the number of workers is expected to be positive, found 0"):
        calibrate(small(), feeds(1), workers=0)


def test_half_precision_model() -> None:
    """A network whose inputs and outputs are f16: the f32 values inside carry their names."""
    model = onnx.parser.parse_model("""
        <ir_version: 8, opset_import: ["": 17]>
        half (float16[1, 4] x) => (float16[1, 4] z) { y = Relu(x)  z = Add(y, y) }
    """)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ranges = calibrate(model, [{"x": np.float16([[1, -1, -2, 3]])}], method="minmax")
    assert {name: found.maximum for name, found in ranges.items()} == {"x": 3, "y": 3, "z": 6}


def test_saved_table_is_read_back(tmp_path: Path) -> None:
    ranges = calibrate(small(), feeds(3), method="mse")
    ranges.save(tmp_path / "m.ranges")
    assert Ranges.load(tmp_path / "m.ranges").text() == ranges.text()
