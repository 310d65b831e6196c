"""What users get wrong, through the real command line: one message each, exit code 1, nothing left behind."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tpu_mlir.cli import main
from tpu_mlir.testing import Fixed, case, uniform

Make = Callable[[Path], None]  # writes a file


def conv(weights: np.ndarray | None = None) -> onnx.ModelProto:
    """Return a small convolution, its weights in the initializer `in1`."""
    return case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3) if weights is None else weights)).model()


def saved(model: onnx.ModelProto) -> Make:
    return lambda path: onnx.save(model, path)


def content(data: bytes) -> Make:
    return lambda path: path.write_bytes(data) and None


def with_opset(version: int) -> onnx.ModelProto:
    model = conv()
    model.opset_import[0].version = version
    return model


def without_external_data() -> onnx.ModelProto:
    model = conv()
    weight = TensorProto(name="in1", data_type=TensorProto.FLOAT, dims=[4, 3, 3, 3])
    weight.data_location = TensorProto.EXTERNAL
    weight.external_data.add(key="location", value="gone.bin")
    model.graph.initializer[0].CopyFrom(weight)
    return model


def with_unknown_operators() -> onnx.ModelProto:
    model = conv()
    model.graph.node.extend(
        [
            helper.make_node("Frobnicate", ["out0"], ["a"], name="first"),
            helper.make_node("Gather3D", ["a"], ["b"], name="second", domain="com.example"),
        ]
    )
    model.opset_import.append(helper.make_opsetid("com.example", 1))
    model.graph.output[0].name = "b"
    return model


def with_input(*shape: int | str) -> onnx.ModelProto:
    """Return y = relu(in0) over a shape that may be open."""
    model = case("Relu", uniform(2)).model()
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("in0", TensorProto.FLOAT, shape))
    return model


OPEN = "input 'in0' leaves dimension 0 ('N') open; give the shape with --input-shape in0:<N>x3"
BAD: dict[str, tuple[Make | None, list[str], str]] = {
    "no file": (None, [], "m.onnx: no such file"),
    "directory": (Path.mkdir, [], "m.onnx: expected an ONNX file, found a directory"),
    "empty": (content(b""), [], "m.onnx: not an ONNX file: it is empty"),
    "not ONNX": (content(b"\x89PNG\r\n\x1a\n0000"), [], "m.onnx: not an ONNX file"),
    "truncated": (content(conv().SerializeToString()[:100]), [], "m.onnx: truncated ONNX file: expected at least "),
    "external data": (saved(without_external_data()), [], "tensor 'in1' has its data in '{folder}/gone.bin', which"),
    "operators": (saved(with_unknown_operators()), [], "2 nodes cannot be compiled"),
    "first of the operators": (saved(with_unknown_operators()), [], "'first': Frobnicate"),
    "second of the operators": (saved(with_unknown_operators()), [], "'second': com.example.Gather3D"),
    "opset that is none": (saved(with_opset(-6)), [], "expected an opset of at least 1, found -6"),
    "open dimension": (saved(with_input("N", 3)), [], OPEN),
    "no such input": (saved(conv()), ["--input-shape", "x:1x3x8x8"], "a shape was given for 'x', but the inputs of"),
    "other rank": (saved(conv()), ["--input-shape", "in0:3x8x8"], "input 'in0' has rank 4, but the shape 3x8x8 given"),
    "other size": (saved(conv()), ["--input-shape", "in0:1x4x8x8"], "dimension 1 of input 'in0' is fixed to 3 in the"),
    "shape of a filter": (saved(with_input("N", 3)), ["--input-shape", "in0:2x5"], "dimension 1 of input 'in0' is"),
    "too wide": (
        saved(case("MaxPool", uniform(1, 1, 300, 300), kernel_shape=[300, 299]).model()),
        ["--no-host"],
        "'out0': does not fit into local memory",
    ),
    "too large": (saved(with_input(1 << 34)), [], "input 'in0' is expected to have at most 2147483647 elements"),
    "integers": (
        saved(case("ReduceLogSum", np.arange(4, dtype=np.int32)).model()),
        ["--no-host"],
        "'out0': 'top.reduce' cannot be lowered: its kind is a number that integers do not hold",
    ),
    "unknown override": (
        saved(conv()),
        ["--precision-override", "other:f32"],
        "'case': no op computes a tensor named 'other'",
    ),
}


@pytest.mark.parametrize(("make", "words", "message"), BAD.values(), ids=BAD)
def test_compile(make: Make | None, words: list[str], message: str, tmp_path: Path, capsys) -> None:
    model, target = tmp_path / "m.onnx", tmp_path / "m.bmodel"
    if make is not None:
        make(model)
    before = sorted(tmp_path.iterdir())
    assert main(["compile", str(model), "-o", str(target), *words]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and "Traceback" not in captured.err
    assert message.format(folder=tmp_path) in captured.err
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(
    ("place", "message"), [(".", "is a directory"), ("none/m.bmodel", "none/m.bmodel: no such file or directory")]
)
def test_output_that_cannot_be_written(place: str, message: str, tmp_path: Path, capsys) -> None:
    onnx.save(conv(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / place)]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and message in captured.err
    assert list(tmp_path.iterdir()) == [tmp_path / "m.onnx"]


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--precision", "int4", "'int4' is not one of 'f32', 'f16', 'bf16', 'int8'"),
        ("--chip", "bm1690", "'bm1690' is not"),
    ],
)
def test_unknown_choices(option: str, value: str, message: str, tmp_path: Path, capsys) -> None:
    onnx.save(conv(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), option, value]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and message in captured.err and "Traceback" not in captured.err
    assert list(tmp_path.iterdir()) == [tmp_path / "m.onnx"]


def test_weights_that_are_no_numbers_are_a_warning(tmp_path: Path, capsys) -> None:
    weights = uniform(4, 3, 3, 3)
    weights[0, 0, 0, :2], weights[1, 0, 0, 0] = np.nan, -np.inf
    onnx.save(conv(weights), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel")]) == 0
    warning, _, check = capsys.readouterr().err.splitlines()
    assert warning == "warning: weight 'in1' holds 2 NaN and 1 infinite values out of 108"
    assert check.startswith("check: agrees with ONNX Runtime")
    assert (tmp_path / "m.bmodel").is_file()


def test_weights_beyond_f16_are_a_warning(tmp_path: Path, capsys) -> None:
    weights = uniform(4, 3, 3, 3)
    weights[0, 0, 0, 0] = 1e6
    onnx.save(conv(weights), tmp_path / "m.onnx")
    words = ["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel"), "--no-check", "--precision"]
    assert main([*words, "f16"]) == 0
    warning, _ = capsys.readouterr().err.splitlines()
    assert warning == (
        "warning: 'out0': constant 'in1' holds 1e+06, which becomes infinite in 'f16': this op is computed in f32"
    )
    assert main([*words, "bf16"]) == 0
    assert "warning" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bmodel of our own compiler; `in.npz` beside it holds its input."""
    folder = tmp_path_factory.mktemp("compiled")
    onnx.save(conv(), folder / "m.onnx")
    assert main(["compile", str(folder / "m.onnx"), "-o", str(folder / "m.bmodel")]) == 0
    np.savez(folder / "in.npz", in0=uniform(1, 3, 8, 8))
    return folder / "m.bmodel"


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9])
def test_truncated_bmodel(share: float, compiled: Path, tmp_path: Path, capsys) -> None:
    data = compiled.read_bytes()
    path = tmp_path / "m.bmodel"
    path.write_bytes(data[: int(len(data) * share)])
    for words in (
        ["info"],
        ["disasm"],
        ["run", "--input", str(compiled.parent / "in.npz"), "-o", str(tmp_path / "out.npz")],
    ):
        assert main([words[0], str(path), *words[1:]]) == 1
        captured = capsys.readouterr()
        assert captured.out == "" and captured.err.startswith(f"error: {path}: ")
        assert "internal" not in captured.err
    assert list(tmp_path.iterdir()) == [path]


def test_bit_flips_end_in_a_result_or_a_message(compiled: Path, tmp_path: Path, capsys) -> None:
    """A few here; test/fuzz tries a thousand under AddressSanitizer."""
    random, path = np.random.default_rng(11), tmp_path / "m.bmodel"
    codes: set[int] = set()
    for _ in range(60):
        data = bytearray(compiled.read_bytes())
        data[random.integers(len(data))] ^= 1 << random.integers(8)
        path.write_bytes(data)
        out = tmp_path / "out.npz"
        codes.add(code := main(["run", str(path), "--input", str(compiled.parent / "in.npz"), "-o", str(out)]))
        captured = capsys.readouterr().err
        assert out.exists() == (code == 0) and "internal" not in captured and "Traceback" not in captured
        out.unlink(missing_ok=True)
    assert codes == {0, 1}


FEEDS: dict[str, tuple[dict[str, np.ndarray], str]] = {
    "name": ({"image": uniform(1, 3, 8, 8)}, "'in0'"),
    "shape": ({"in0": uniform(1, 3, 8, 7)}, "[1, 3, 8, 8]"),
    "beyond the type": ({"in0": np.full((1, 3, 8, 8), 1e39)}, "'in0'"),
    "no bmodel's type": ({"in0": uniform(1, 3, 8, 8).astype(np.complex64)}, "'in0' has the element type complex64"),
    "too many": ({"in0": uniform(1, 3, 8, 8), "more": uniform(1)}, "'more'"),
    "none": ({}, "'in0'"),
}


@pytest.mark.parametrize(("feeds", "message"), FEEDS.values(), ids=FEEDS)
def test_wrong_inputs_at_run_time(
    feeds: dict[str, np.ndarray], message: str, compiled: Path, tmp_path: Path, capsys
) -> None:
    np.savez(tmp_path / "in.npz", **feeds)
    assert main(["run", str(compiled), "--input", str(tmp_path / "in.npz"), "-o", str(tmp_path / "out.npz")]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and message in captured.err
    assert list(tmp_path.iterdir()) == [tmp_path / "in.npz"]
