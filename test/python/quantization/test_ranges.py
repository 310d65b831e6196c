"""The table of ranges: what is read, what is written, what is refused."""

from pathlib import Path

import numpy as np
import pytest
from tpu_mlir.errors import CalibrationError, InputFileError
from tpu_mlir.quantization import Range, Ranges
from tpu_mlir.quantization.ranges import fingerprint


def written(folder: Path, text: str) -> Path:
    path = folder / "m.ranges"
    path.write_text(text)
    return path


def test_upstream_table(tmp_path: Path) -> None:
    text = """# genetated time: 2023-06-11 10:00:00.000000
# histogram number: 2048
# sample number: 100
###
# op_name    threshold    min    max
images 1.0000080 0.0000000 1.0000080
122_Conv 5.3687658 -56.8364716 55.1374741
"""
    ranges = Ranges.load(written(tmp_path, text))
    assert dict(ranges) == {
        "images": Range(1.000008, 0.0, 1.000008),
        "122_Conv": Range(5.3687658, -56.8364716, 55.1374741),
    }
    assert ranges.facts == {}


def test_round_trip_keeps_every_f32(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    numbers = np.float32(10.0 ** random.uniform(-30, 30, 50))
    entries = {f"layer {i}/out:0": Range(float(t), -float(t) / 3, float(t)) for i, t in enumerate(numbers)}
    facts = {"model": "m sha256 00", "method": "mse", "samples": "8, seed 0"}
    Ranges(entries, facts).save(tmp_path / "m.ranges")
    loaded = Ranges.load(tmp_path / "m.ranges")
    assert loaded.facts == facts and list(loaded) == list(entries)
    for name, entry in entries.items():
        for field in ("threshold", "minimum", "maximum"):
            assert np.float32(getattr(loaded[name], field)) == np.float32(getattr(entry, field))


def test_text() -> None:
    text = Ranges({"conv 1": Range(3.1415927, -0.5, 1e-9)}, {"method": "minmax"}).text()
    assert text == "# method: minmax\n# op_name    threshold    min    max\nconv 1 3.1415927 -0.5000000 0.000000001\n"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("a 1.0 2.0", "m.ranges:2: expected a name, a threshold, a minimum and a maximum, found 'a 1.0 2.0'"),
        ("a 1.0 b 2.0", "expected a name, a threshold"),
        ("a 0.0 0.0 0.0", "m.ranges:2: tensor 'a': a threshold is expected to be positive, found 0"),
        ("a -1 0.0 1.0", "tensor 'a': a threshold is expected to be positive, found -1"),
        ("a 1 2 1", "tensor 'a': a minimum is expected not to exceed its maximum, found 2 and 1"),
        ("a nan 0 1", "tensor 'a': a range is expected to be finite"),
        ("x 1 0 1", "m.ranges:2: tensor 'x' has a range already"),
    ],
)
def test_bad_line(tmp_path: Path, line: str, message: str) -> None:
    with pytest.raises(CalibrationError) as error:
        Ranges.load(written(tmp_path, f"x 1 0 1\n{line}\n"))
    assert message in str(error.value)


def test_no_table(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none\.ranges: no such file"):
        Ranges.load(tmp_path / "none.ranges")
    with pytest.raises(CalibrationError, match="expected to have a line for each tensor"):
        Ranges.load(written(tmp_path, "# op_name    threshold    min    max\n"))
    binary = tmp_path / "m.bin"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(CalibrationError, match="expected a table of ranges, found no text"):
        Ranges.load(binary)


def test_other_model(tmp_path: Path) -> None:
    one, other = tmp_path / "one.onnx", tmp_path / "other.onnx"
    one.write_bytes(b"1")
    other.write_bytes(b"2")
    ranges = Ranges({"x": Range(1, 0, 1)}, {"model": fingerprint(one)})
    ranges.check_model(fingerprint(one), "m.ranges")
    with pytest.raises(CalibrationError, match=r"m\.ranges: the ranges belong to another model: expected other sha256"):
        ranges.check_model(fingerprint(other), "m.ranges")
    Ranges({"x": Range(1, 0, 1)}).check_model(fingerprint(other), "m.ranges")  # a table that does not say
    renamed = tmp_path / "renamed.onnx"
    renamed.write_bytes(b"1")
    ranges.check_model(fingerprint(renamed), "m.ranges")
