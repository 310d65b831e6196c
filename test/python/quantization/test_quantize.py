"""From ranges to types and to bmodels: the scales are the table's, and tables that do not fit are refused."""

import re
from pathlib import Path

import numpy as np
import onnx.parser
import pytest
import tpu_mlir
from tpu_mlir.errors import CompileError, InputFileError, ModelError
from tpu_mlir.quantization import Range, Ranges, calibrate, quantize
from tpu_mlir.runtime import Session

TEXT = """
<ir_version: 8, opset_import: ["": 17]>
small (float[1, 2, 4, 4] x) => (float[1, 3, 4, 4] z)
<float[3, 2, 1, 1] w = {1, -2, 3, 4, -5, 6}, float[3, 3, 1, 1] v = {1, 2, 3, 4, 5, 6, 7, 8, 9}>
{
  y = Conv(x, w)
  r = Relu(y)
  z = Conv(r, v)
}
"""
RANGES = Ranges({"x": Range(2.54, -2.54, 2.0), "r": Range(5.1, 0, 5.1), "z": Range(12.7, -12.7, 12.7)})


def small() -> onnx.ModelProto:
    return onnx.parser.parse_model(TEXT)


def test_scales_are_those_of_the_ranges() -> None:
    text = str(quantize(small(), RANGES))
    scales = {float(found) for found in re.findall(r"!quant\.uniform<[iu]8:f32, ([\d.eE+-]+)", text)}
    assert any(abs(scale - 2.54 / 127) < 1e-6 for scale in scales)
    assert any(abs(scale - 5.1 / 255) < 1e-6 for scale in scales)


def test_table_and_object_are_the_same(tmp_path: Path) -> None:
    table = tmp_path / "a table.ranges"
    RANGES.save(table)
    assert str(quantize(small(), table)) == str(quantize(small(), RANGES))
    data = [tpu_mlir.compile(small(), precision="int8", ranges=ranges).data for ranges in (table, RANGES)]
    assert data[0] == data[1]


def test_missing_tensors_are_named() -> None:
    with pytest.raises(CompileError, match="'r'"):
        quantize(small(), Ranges({"x": RANGES["x"], "z": RANGES["z"]}))
    with pytest.raises(InputFileError, match=r"none\.ranges: no such file"):
        quantize(small(), "none.ranges")
    with pytest.raises(ModelError, match="unknown fallback 'f8'"):
        quantize(small(), RANGES, fallback="f8")


def test_int8_is_near_the_float_model() -> None:
    """Two layers, each of whose inputs is rounded by at most half a step."""
    random = np.random.default_rng(0)
    feeds = [{"x": random.uniform(-1, 1, (1, 2, 4, 4)).astype(np.float32)} for _ in range(8)]
    ranges = calibrate(small(), feeds, method="minmax")
    session = Session(tpu_mlir.compile(small(), precision="int8", ranges=ranges))
    w, v = np.array([[1, -2], [3, 4], [-5, 6]]), np.arange(1.0, 10).reshape(3, 3)
    for feed in feeds:
        r = np.maximum(np.einsum("oi,bihw->bohw", w, feed["x"].astype(np.float64)), 0)
        expected = np.einsum("oi,bihw->bohw", v, r)
        # Steps of x, r and, in case it is rounded too, z; filters are off by up to half a 127th of their largest.
        steps = ranges["x"].threshold / 127, ranges["r"].threshold / 255, ranges["z"].threshold / 255
        r_error = steps[0] / 2 * np.abs(w).sum(1) + steps[1] / 2 + np.abs(w).max(1) / 254 * 2
        bound = np.abs(v) @ r_error + v.max(1) / 254 * r.max() * 3 + steps[2]
        error = np.abs(session.run(feed)["z"] - expected).max(axis=(0, 2, 3))
        assert (error <= bound).all()
