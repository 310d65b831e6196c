"""What cannot be compiled is told before a sample is read, all of it."""

import warnings
from pathlib import Path

import numpy as np
import onnx
import onnx.parser
import pytest
from tpu_mlir.cli import main
from tpu_mlir.dry_run import check_compilable
from tpu_mlir.errors import CompileError, TpuMlirWarning
from tpu_mlir.options import CompileOptions
from tpu_mlir.quantization.calibration import clean_module

REFUSED = """
<ir_version: 8, opset_import: ["": 17]>
refused (float[1, 4, 8, 8] x, int32[1, 8] ids) => (float[1, 4, 8, 8] y, int32[1, 8] more)
<float[4, 4, 1, 1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}>
{
  c = Conv(x, w)
  y = Acosh(c)
  more = ReduceLogSum<axes = [0]>(ids)
}
"""
FINE = """
<ir_version: 8, opset_import: ["": 17]>
fine (float[1, 4, 8, 8] x) => (float[1, 4, 8, 8] y)
<float[4, 4, 1, 1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, float[1] k = {100000}>
{
  c = Conv(x, w)
  s = Mul(c, k)
  y = Softmax<axis = 3>(s)
}
"""


def read(text: str) -> onnx.ModelProto:
    return onnx.parser.parse_model(text)


def test_everything_is_named() -> None:
    with pytest.raises(CompileError) as refused:
        check_compilable(clean_module(read(REFUSED)), CompileOptions(precision_overrides={"nowhere": "f16"}))
    assert "no op computes a tensor named 'nowhere'" in str(refused.value)
    with pytest.raises(CompileError) as refused:
        check_compilable(clean_module(read(REFUSED)), CompileOptions())
    message = str(refused.value)
    assert "'more': 'top.reduce' cannot be lowered: its kind is a number that integers do not hold" in message


def test_what_compiles_passes_in_silence() -> None:
    """Also what warns: ranges are not those of the data, and the module stays."""
    module = clean_module(read(FINE))
    before = str(module)
    with warnings.catch_warnings():
        warnings.simplefilter("error", TpuMlirWarning)
        for fallback in ("f16", "bf16", "f32"):
            check_compilable(module, CompileOptions(fallback=fallback, precision_overrides={"s": "f32"}))
    assert str(module) == before


@pytest.mark.parametrize("more", [["--precision", "int8"], ["--precision", "auto"], ["--correct", "none"]], ids=str)
def test_no_sample_is_read(more: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of 64 samples, none of which is one, not a word is said."""
    onnx.save(read(REFUSED), tmp_path / "m.onnx")
    np.savez(tmp_path / "samples.npz", x=np.full((64, 4, 8, 8), np.nan, np.float32), ids=np.zeros((64, 1, 8), np.int32))
    options = ["--no-host", "--precision", "int8", *more, "--calibration-data", str(tmp_path / "samples.npz")]
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), *options]) == 1
    told = capsys.readouterr().err
    assert "'more'" in told and "nan" not in told.lower()
    assert not (tmp_path / "m.bmodel").exists()
