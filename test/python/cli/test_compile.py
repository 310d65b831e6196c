"""`tpuc compile`: from the command line to a call of tpu_mlir.compiler, which has tests of its own."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
import tpu_mlir
from tpu_mlir import quantization
from tpu_mlir.cli import main
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.quantization import Layout, PixelFormat, Preprocess, Range, Ranges
from tpu_mlir.quantization.ranges import fingerprint
from tpu_mlir.runtime import BModel

TWICE = Path(__file__).parents[2] / "BModel" / "Inputs" / "twice.bmodel"


@pytest.fixture
def calls(twice: Path, tmp_path: Path, monkeypatch) -> list[tuple[object, dict[str, object]]]:
    """Stand in for the compiler: note what it is asked for."""
    monkeypatch.chdir(tmp_path)
    noted: list[tuple[object, dict[str, object]]] = []

    def compile(model: object, **options: object) -> BModel:
        noted.append((model, options))
        if model == Path("bad.onnx"):
            raise TpuMlirError("node 'n': cannot be compiled")
        return BModel.load(twice)

    compiler = ModuleType("tpu_mlir.compiler")
    compiler.compile = compile
    monkeypatch.setitem(sys.modules, "tpu_mlir.compiler", compiler)
    monkeypatch.setattr(tpu_mlir, "compiler", compiler, raising=False)
    return noted


DEFAULTS = {
    "precision": "f32",
    "chip": "bm1684x",
    "input_shapes": None,
    "precision_overrides": {},
    "ranges": None,
    "asymmetric": False,
    "quantize_outputs": False,
    "fallback": "f16",
    "fuse_preprocess": None,
    "host": False,
    "effort": "normal",
    "cycles": "static",
    "keep_tensors": False,
    "name": None,
    "observers": [],
}


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ([], {}),
        (["--precision", "f16"], {"precision": "f16"}),
        (["--precision=bf16", "--chip=bm1684x"], {"precision": "bf16"}),
        (["--input-shape", "x:1x3x224x224"], {"input_shapes": {"x": (1, 3, 224, 224)}}),
        (["--input-shape", "a:0:7", "--input-shape", "b:2x1"], {"input_shapes": {"a:0": (7,), "b": (2, 1)}}),
        (
            ["--fuse-preprocess", "--mean", "1,2,3", "--scale", "0.5", "--pixel-format", "bgr", "--layout", "nhwc"],
            {"fuse_preprocess": Preprocess((1.0, 2.0, 3.0), (0.5,), PixelFormat.BGR, layout=Layout.NHWC)},
        ),
        (["--precision-override", "s/p:0:f32"], {"precision_overrides": {"s/p:0": "f32"}}),
        (["--keep-tensors"], {"keep_tensors": True}),
        (["--no-group"], {"keep_tensors": True}),
    ],
)
def test_options(words: list[str], options: dict[str, object], calls, capsys) -> None:
    assert main(["compile", "m.onnx", "-o", "m.bmodel", "--no-check", *words]) == 0
    assert calls == [(Path("m.onnx"), DEFAULTS | options)]
    assert Path("m.bmodel").read_bytes() == TWICE.read_bytes()
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "m.bmodel: 13.1 KiB\n")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A file whose bytes are all that matters."""
    path = tmp_path / "m.onnx"
    path.write_bytes(b"model")
    return path


def test_ranges(model: Path, calls) -> None:
    table = model.with_name("m.ranges")
    ranges = Ranges({"x": Range(1, 0, 1)}, {"model": fingerprint(model)})
    ranges.save(table)
    words = ["compile", str(model), "-o", "m.bmodel", "--no-check", "--precision", "int8", "--ranges", str(table)]
    integers = {"precision": "int8", "ranges": ranges}
    assert main(words) == 0
    assert main([*words, "--asymmetric", "--fallback", "bf16"]) == 0
    assert calls == [
        (model, DEFAULTS | integers),
        (model, DEFAULTS | integers | {"asymmetric": True, "fallback": "bf16"}),
    ]


def test_ranges_of_another_model(model: Path, calls, capsys) -> None:
    table = model.with_name("m.ranges")
    Ranges({"x": Range(1, 0, 1)}, {"model": "other sha256 00"}).save(table)
    assert main(["compile", str(model), "-o", "m.bmodel", "--precision", "int8", "--ranges", str(table)]) == 1
    assert "m.ranges: the ranges belong to another model: expected m sha256 " in capsys.readouterr().err
    assert not calls


def test_calibration_data(calls, tmp_path: Path, monkeypatch) -> None:
    """The options of calibration reach it, and its ranges reach the compiler."""
    asked: dict[str, object] = {}
    used: list[Ranges] = []

    def calibrate(model: object, data: object, **options: object) -> Ranges:
        asked.update(options, model=model, data=data)
        return Ranges({"x": Range(2, -2, 1)})

    def compile(model: object, *, ranges: Ranges, **options: object) -> BModel:
        used.append(ranges)
        return BModel.load(TWICE)

    monkeypatch.setattr("tpu_mlir.cli.compile.check_network", lambda job: None)
    monkeypatch.setitem(vars(quantization), "calibrate", calibrate)
    monkeypatch.setattr(sys.modules["tpu_mlir.compiler"], "compile", compile)
    words = ["--calibration-data", "photos", "--calibration-method", "mse", "--samples", "7", "--layout", "nhwc"]
    words += ["--precision", "int8", "--correct", "none", "--strict-int8", "--no-check"]
    assert main(["compile", "m.onnx", "-o", "m.bmodel", *words]) == 0
    assert asked["model"] == Path("m.onnx") and asked["data"] == Path("photos")
    assert (asked["method"], asked["samples"]) == ("mse", 7)
    assert asked["preprocess"] == Preprocess(layout=Layout.NHWC)
    assert used == [Ranges({"x": Range(2, -2, 1)})]


def test_calibration_of_f16(calls, monkeypatch) -> None:
    """What exceeds f16 is found by the extremes: other methods cut off what is rare."""
    asked: list[object] = []

    def calibrate(*_: object, method: str, **__: object) -> Ranges:
        asked.append(method)
        return Ranges({"x": Range(2, -2, 1)})

    monkeypatch.setitem(vars(quantization), "calibrate", calibrate)
    words = ["--precision", "f16", "--calibration-data", "photos", "--fallback", "f32", "--no-check"]
    assert main(["compile", "m.onnx", "-o", "m.bmodel", *words]) == 0
    assert asked == ["minmax"]
    (call,) = calls
    assert call[1]["ranges"] == Ranges({"x": Range(2, -2, 1)}) and call[1]["fallback"] == "f32"


def test_failure(calls, capsys) -> None:
    assert main(["compile", "bad.onnx", "-o", "m.bmodel"]) == 1
    assert capsys.readouterr().err == "error: node 'n': cannot be compiled\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["m.onnx"], "missing option '--output' / '-o'"),
        (["-o", "m.bmodel"], "missing argument 'model'"),
        (["m", "-o", "b", "--precision", "f8"], "'--precision': 'f8' is not one of 'f32', 'f16', 'bf16', 'int8'"),
        (["m", "-o", "b", "--chip", "tpu"], "'--chip': 'tpu' is not"),
        (["m", "-o", "b", "--input-shape", "x"], "--input-shape: expected NAME:1x3x224x224, found 'x'"),
        (["m", "-o", "b", "--input-shape", "x:1x"], "--input-shape: expected NAME:1x3x224x224, found 'x:1x'"),
        (["m", "-o", "b", "--input-shape", ":1"], "--input-shape: expected NAME:1x3x224x224, found ':1'"),
        (["m", "-o", "b", "--input-shape", "x:1", "--input-shape", "x:2"], "--input-shape: input 'x' is given twice"),
        (["m", "-o", "b", "--precision-override", "x:f8"], "expected NAME:f32|f16|bf16|int8, found 'x:f8'"),
        (["m", "-o", "b", "--precision", "int8", "--ranges", "r", "--calibration-data", "d"], "int8 takes either"),
        (["m", "-o", "b", "--ranges", "r"], "--ranges: has no effect without --precision int8 or auto or f16"),
        (
            ["m", "-o", "b", "--calibration-data", "d"],
            "--calibration-data: has no effect without --precision int8 or auto or f16",
        ),
    ],
)
def test_usage(words: list[str], message: str, calls, capsys) -> None:
    assert main(["compile", *words]) == 2
    captured = capsys.readouterr().err
    assert message in captured and captured.endswith("try 'tpuc compile --help'\n")
    assert not calls
