"""`tpuc run` on a bmodel that other code wrote: y = x + x."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.runtime import BModel, Limits
from tpu_mlir.runtime.profile import profile

SHAPE = (1, 70, 5, 9)
Variant = Callable[..., Path]


@pytest.fixture
def feeds(tmp_path: Path) -> Path:
    path = tmp_path / "in.npz"
    np.savez(path, x=np.random.default_rng(0).standard_normal(SHAPE).astype(np.float32))
    return path


def error_of(capsys, *words: str | Path) -> str:
    """Run a command line (bmodel, inputs, the rest) that must fail; return its message."""
    bmodel, inputs, *rest = map(str, words)
    assert main(["run", bmodel, "--input", inputs, *rest]) == 1
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("error: ") and "Traceback" not in captured.err
    return captured.err


def test_outputs(twice: Path, feeds: Path, tmp_path: Path) -> None:
    assert main(["run", str(twice), "--input", str(feeds), "-o", str(tmp_path / "out.npz")]) == 0
    with np.load(feeds) as inputs, np.load(tmp_path / "out.npz") as outputs:
        assert outputs.files == ["y"]
        np.testing.assert_array_equal(outputs["y"], inputs["x"] + inputs["x"])


@pytest.mark.parametrize("dtype", [np.float64, np.float16, np.int64])
def test_other_types_are_converted_and_a_line_says_so(twice: Path, dtype: type, tmp_path: Path, capsys) -> None:
    x = (100 * np.random.default_rng(0).standard_normal(SHAPE)).astype(dtype)
    np.savez(tmp_path / "in.npz", x=x)
    assert main(["run", str(twice), "-i", str(tmp_path / "in.npz"), "-o", str(tmp_path / "out.npz")]) == 0
    assert capsys.readouterr().err.startswith(f"input 'x': converted from {np.dtype(dtype)} to float32\n")
    with np.load(tmp_path / "out.npz") as outputs:
        np.testing.assert_array_equal(outputs["y"], 2 * x.astype(np.float32))


@pytest.mark.parametrize(("number", "dtype"), [(1e300, "float64"), (2**24 + 1, "int64")])
def test_numbers_that_the_input_cannot_hold(twice: Path, number: float, dtype: str, tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "in.npz", x=np.full(SHAPE, number, dtype))
    message = f"in.npz: input 'x' takes float32, which cannot hold all of the {dtype} found"
    assert message in error_of(capsys, twice, tmp_path / "in.npz")


def test_an_array_of_its_own_for_the_only_input(twice: Path, tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal(SHAPE).astype(np.float32)
    np.save(tmp_path / "in.npy", x)
    assert main(["run", str(twice), "-i", str(tmp_path / "in.npy"), "-o", str(tmp_path / "out.npz")]) == 0
    with np.load(tmp_path / "out.npz") as outputs:
        np.testing.assert_array_equal(outputs["y"], x + x)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
def test_an_image(variant: Variant, layout: str, tmp_path: Path) -> None:
    """(pixel - mean) * scale, in blue, green, red. 3150 elements are 3 x 30 x 35."""
    pixels = np.random.default_rng(0).integers(0, 256, (30, 35, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "in.png")
    path = variant(shapes=((1, 3, 30, 35) if layout == "nchw" else (1, 30, 35, 3),))
    options = ["--mean", "1,2,3", "--scale", "0.5", "--pixel-format", "bgr", "--layout", layout]
    words = ["run", str(path), "-i", str(tmp_path / "in.png"), "-o", str(tmp_path / "out.npz"), *options]
    assert main(words) == 0
    expected = pixels[..., ::-1] - np.float32([1, 2, 3])  # twice the half
    with np.load(tmp_path / "out.npz") as outputs:
        found = outputs["y"].reshape(-1)
    np.testing.assert_array_equal(found, (expected.transpose(2, 0, 1) if layout == "nchw" else expected).reshape(-1))


def test_options_of_images_without_one(twice: Path, feeds: Path, capsys) -> None:
    assert main(["run", str(twice), "-i", str(feeds), "--mean", "1"]) == 2
    assert "they are about images" in capsys.readouterr().err


def test_a_wrong_name_tells_both_sides(twice: Path, tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "in.npz", a=np.zeros(SHAPE), b=np.zeros(2))
    message = f"{tmp_path / 'in.npz'}: expected an array for 'x', found 'a', 'b'"
    assert message in error_of(capsys, twice, tmp_path / "in.npz")


@pytest.mark.parametrize("seed", [0, 3])
def test_without_files_random_inputs_and_ranges(twice: Path, seed: int, capsys) -> None:
    assert main(["run", str(twice), "--seed", str(seed)]) == 0
    captured = capsys.readouterr()
    assert captured.err.startswith(f"inputs: random, seed {seed}\n")
    y = 2 * np.random.default_rng(seed).standard_normal(SHAPE).astype(np.float32).astype(np.float64)
    assert captured.out == f"y float32 1x70x5x9: {y.min():.6g} to {y.max():.6g}, mean {y.mean():.6g}\n"


def test_ranges_are_those_of_finite_numbers(twice: Path, tmp_path: Path, capsys) -> None:
    x = np.full(SHAPE, 1.5, np.float32)
    x[0, 0, 0, :2] = np.inf, np.nan
    np.savez(tmp_path / "in.npz", x=x)
    assert main(["run", str(twice), "-i", str(tmp_path / "in.npz")]) == 0
    assert capsys.readouterr().out == "y float32 1x70x5x9: 3 to 3, mean 3, 2 not finite\n"
    np.savez(tmp_path / "in.npz", x=np.full(SHAPE, np.inf, np.float32))
    assert main(["run", str(twice), "-i", str(tmp_path / "in.npz")]) == 0
    assert capsys.readouterr().out == "y float32 1x70x5x9: nothing finite\n"


def test_inner_tensors(variant: Variant, feeds: Path, tmp_path: Path) -> None:
    tensor = bmodel.Tensor(name="sum", data_type="f32", shape=[3150], address=0x1_0000_5000, size=12600)
    path = variant(records=(bmodel.TensorRecord(tensor=tensor, complete=2),))
    assert main(["run", str(path), "--input", str(feeds), "-o", str(tmp_path / "out.npz"), "--tensors"]) == 0
    with np.load(tmp_path / "out.npz") as outputs:
        assert sorted(outputs.files) == ["sum", "y"]
        np.testing.assert_array_equal(outputs["sum"], outputs["y"].reshape(-1))


def test_profile(twice: Path, feeds: Path, tmp_path: Path, capsys) -> None:
    trace, out = tmp_path / "trace.json", tmp_path / "out.npz"
    assert main(["run", str(twice), "--input", str(feeds), "-o", str(out), "--profile", str(trace)]) == 0
    assert json.loads(trace.read_text())["traceEvents"] and out.exists()
    assert "cycles at 1 GHz" in capsys.readouterr().err


def test_a_board_takes_longer(twice: Path, feeds: Path, tmp_path: Path, capsys) -> None:
    """Than the vendor's static model: 90,000 cycles a run and 300 a command (docs/targets/bm1684x.md)."""
    words = ["run", str(twice), "--input", str(feeds), "-o", str(tmp_path / "out.npz"), "--profile"]
    cycles: list[int] = []
    for model in ("static", "silicon"):
        assert main([*words, str(tmp_path / model), "--cycles", model]) == 0
        cycles.append(int(capsys.readouterr().err.split(": ")[1].split()[0]))
    starts = cycles[1] - cycles[0] - 90_000
    assert starts > 0 and starts % 300 == 0


def test_cycles_without_a_profile(twice: Path, feeds: Path, tmp_path: Path, capsys) -> None:
    words = ["run", str(twice), "--input", str(feeds), "-o", str(tmp_path / "out.npz"), "--cycles", "silicon"]
    assert main(words) == 2
    assert "--profile" in capsys.readouterr().err


def test_json(variant: Variant, tmp_path: Path, capsys) -> None:
    tensor = bmodel.Tensor(name="sum", data_type="f32", shape=[3150], address=0x1_0000_5000, size=12600)
    path = variant(records=(bmodel.TensorRecord(tensor=tensor, complete=2),))
    x = np.full(SHAPE, 1.5, np.float32)
    x[0, 0, 0, :3] = np.inf, np.nan, -4
    np.savez(tmp_path / "in.npz", x=x)
    assert main(["run", str(path), "--input", str(tmp_path / "in.npz"), "--json", "--tensors"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["network"], found["cycles"]) == ("twice", profile(BModel.load(path)).cycles)
    (y,), (inner,) = found["outputs"], found["tensors"]
    assert (y["name"], y["type"], y["shape"]) == ("y", "float32", list(SHAPE))
    assert (y["minimum"], y["maximum"], y["not_finite"]) == (-8, 3, 2)
    assert y["mean"] == pytest.approx((3 * (x.size - 3) - 8) / (x.size - 2))
    assert (inner["name"], inner["shape"], inner["mean"]) == ("sum", [3150], y["mean"])
    assert found["seconds"]["runs"] == 1


def test_json_of_nothing_finite(twice: Path, tmp_path: Path, capsys) -> None:
    np.savez(tmp_path / "in.npz", x=np.full(SHAPE, np.nan, np.float32))
    assert main(["run", str(twice), "--input", str(tmp_path / "in.npz"), "--json"]) == 0
    (y,) = json.loads(capsys.readouterr().out)["outputs"]
    assert (y["minimum"], y["maximum"], y["mean"], y["not_finite"]) == (None, None, None, 3150)


def test_repeats(twice: Path, capsys) -> None:
    assert main(["run", str(twice), "--repeat", "5", "--json"]) == 0
    captured = capsys.readouterr()
    found = json.loads(captured.out)["seconds"]
    assert found["runs"] == 5 and 0 < found["minimum"] <= found["median"] <= found["percentile_90"]
    for part in (" cycles at 1 GHz, simulated 5 times: minimum ", " s, median ", " s, 90th percentile "):
        assert part in captured.err


def test_check_of_a_correct_bmodel(twice: Path, feeds: Path, tmp_path: Path) -> None:
    assert main(["run", str(twice), "--input", str(feeds), "-o", str(tmp_path / "out.npz"), "--check"]) == 0


def test_check_of_a_race(variant: Variant, feeds: Path, tmp_path: Path, capsys) -> None:
    def store_too_early(commands: bytearray) -> None:
        commands[96 + 8 : 96 + 11] = bytes(3)

    path, out = variant(gdma=store_too_early), tmp_path / "out.npz"
    assert "GDMA command 2" in error_of(capsys, path, feeds, "-o", out, "--check")
    assert not out.exists()


def test_failure_leaves_nothing(twice: Path, tmp_path: Path, capsys) -> None:
    wrong = tmp_path / "wrong.npz"
    np.savez(wrong, x=np.zeros((1, 70, 5, 8), np.float32))
    message = error_of(capsys, twice, wrong, "-o", tmp_path / "out.npz", "--profile", tmp_path / "trace.json")
    assert "'x'" in message and "1, 70, 5, 9" in message
    assert list(tmp_path.iterdir()) == [wrong]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["none.bmodel", "IN", "-o", "out"], "none.bmodel: no such file or directory"),
        (["BMODEL", "none.npz", "-o", "out"], "none.npz: no such file or directory"),
        (["BMODEL", "BMODEL", "-o", "out"], "twice.bmodel: not a readable .npz file: File is not a zip file"),
        (["IN", "IN", "-o", "out"], "in.npz: not a bmodel: begins with 0x04034b50, expected 0xff55aaee"),
        (["BMODEL", "IN", "-o", "none/out"], "none/out: no such file or directory"),
        (["BMODEL", "IN", "-o", "out", "--network", "a"], "there is no network 'a'; its networks are 'twice'"),
        (["BMODEL", "IN", "-o", "out", "--stage", "1"], "network 'twice' has no stage 1; its stages count from 0 to 0"),
    ],
)
def test_errors(words: list[str], message: str, twice: Path, feeds: Path, capsys) -> None:
    places = {"BMODEL": str(twice), "IN": str(feeds)}
    assert message in error_of(capsys, *(places.get(word, word) for word in words))


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--memory-limit", "0.00001", "bytes of global memory, more than the limit of 10737 bytes"),
        ("--command-limit", "4", "GDMA command 3 is one more than the limit of commands allows"),
        ("--work-limit", "0", "steps, more than the limit of 0; TIU command 1 (arith.add) takes"),
    ],
)
def test_limits(option: str, value: str, message: str, twice: Path, feeds: Path, tmp_path: Path, capsys) -> None:
    out = tmp_path / "out.npz"
    assert message in error_of(capsys, twice, feeds, "-o", str(out), option, value)
    assert not out.exists()


def test_defaults_of_limits_are_what_the_help_says(capsys) -> None:
    limits = Limits()
    assert (limits.memory, limits.commands, limits.work) == (4 << 30, 4194304, 100 * 10**9)
    assert main(["run", "--help"]) == 0
    text = " ".join(capsys.readouterr().out.replace("│", " ").split())
    for part in ("4 if not given", "4194304 if not given", "100 billion if not given"):
        assert part in text
