"""A run command by command: its order, breakpoints, and what memories hold in between."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from streams import GLOBAL, Streams, X, Y, model, stage, tensor
from tpu_mlir._native import bmodel
from tpu_mlir.cli import main
from tpu_mlir.errors import FeedError, RunError
from tpu_mlir.runtime import BModel, Debugger, Session
from tpu_mlir.runtime.memory import MemoryTensor, Place
from tpu_mlir.testing import Fixed, case, uniform

DATA = np.random.default_rng(8).standard_normal((1, 64, 1, 16)).astype(np.float32)
Z = Y + 0x2000


def chain() -> BModel:
    """x -> pool -> middle (stored at Z) -> pool -> y, with names; both pools copy."""
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Z, waits_for=pooled)
    again = streams.pool(4096, 8192)
    streams.store(8192, Y, waits_for=again)
    layers = [(0, "tiu", 1, "middle"), (0, "tiu", 2, "y"), (0, "gdma", 1, "middle"), (0, "gdma", 3, "y")]
    records = [bmodel.TensorRecord(tensor=tensor("middle", Z), complete=2)]
    return BModel(bmodel.write(model(stage([streams], records=records, layers=layers, aliases={"conv": "middle"}))))


@pytest.fixture
def debugger() -> Debugger:
    return Debugger(chain(), {"x": DATA}, threads=1)


def place(debugger: Debugger) -> str:
    step = debugger.next
    return f"{step.command.engine} {step.command.id}" if step else "end"


def test_commands_follow_what_they_wait_for(debugger: Debugger) -> None:
    order = []
    while (step := debugger.next) is not None:
        order.append((step.command.engine, step.command.id))
        debugger.step()
    assert [number for engine, number in order if engine == "tiu"] == [1, 2, 3]
    assert [number for engine, number in order if engine == "gdma"] == [1, 2, 3, 4]
    assert order.index(("gdma", 1)) < order.index(("tiu", 1)) < order.index(("gdma", 2))
    assert order.index(("tiu", 2)) < order.index(("gdma", 3))
    np.testing.assert_array_equal(debugger.tensor("y"), DATA)
    assert debugger.step() is None


def test_same_bytes_as_a_session(debugger: Debugger) -> None:
    assert debugger.resume() is None
    np.testing.assert_array_equal(debugger.tensor("y"), Session(chain()).run({"x": DATA})["y"])


def test_a_layer_stops_once_before_its_first_command(debugger: Debugger) -> None:
    added = debugger.break_at_layer("y")
    assert debugger.resume() is added and place(debugger) == "tiu 2"
    assert debugger.resume() is None
    debugger.restart()
    assert debugger.last is None and debugger.resume() is added and place(debugger) == "tiu 2"


def test_breakpoints_of_commands_and_operations(debugger: Debugger) -> None:
    command, operation = debugger.break_at_command("gdma", 2), debugger.break_at_operation("pord.*")
    stops = []
    while (stop := debugger.resume()) is not None:
        stops.append((stop.number, place(debugger)))
    assert stops == [(operation.number, "tiu 1"), (operation.number, "tiu 2"), (command.number, "gdma 2")]
    debugger.delete(operation.number)
    debugger.restart()
    assert debugger.resume() is command


def test_watched_memory(debugger: Debugger) -> None:
    added = debugger.break_at_write(Place.of_address(Z), 16)
    assert debugger.resume() is added and place(debugger) == "gdma 2" and debugger.resume() is None
    debugger.restart()
    debugger.delete(added.number)
    debugger.break_at_write(Place("local", 4096, 5), 4)
    assert debugger.resume() is not None and place(debugger) == "tiu 1" and debugger.resume() is None


def test_until_a_tensor_is_complete(debugger: Debugger) -> None:
    assert debugger.state_of("middle") == "not complete yet" and debugger.state_of("x") == "complete"
    assert debugger.run_until("middle") and debugger.state_of("middle") == "complete"
    assert (debugger.last.command.engine, debugger.last.command.id) == ("gdma", 2)
    assert not debugger.run_until("middle")
    np.testing.assert_array_equal(debugger.tensor("middle"), DATA)


def test_until_a_layer_has_run(debugger: Debugger) -> None:
    assert debugger.run_until("y") and debugger.has_run(0, "tiu", 2) and debugger.has_run(0, "gdma", 3)


def test_step_of_one_engine(debugger: Debugger) -> None:
    last = debugger.step(engine="tiu")
    assert last is not None and (last.command.engine, last.command.id) == ("tiu", 1)
    assert debugger.has_run(0, "gdma", 1) and not debugger.has_run(0, "gdma", 2)
    last = debugger.step(2, engine="gdma")
    assert last is not None and (last.command.id, debugger.has_run(0, "tiu", 2)) == (3, True)


def test_operands_and_memory(debugger: Debugger) -> None:
    debugger.step(engine="tiu")
    np.testing.assert_array_equal(debugger.operand("opd0", debugger.last), DATA)
    np.testing.assert_array_equal(debugger.operand("res0", debugger.last), DATA)
    text = "f32[1, 64, 1, 16] aligned at lane 0 + 0x1000"
    np.testing.assert_array_equal(debugger.read(text), DATA)
    np.testing.assert_array_equal(debugger.read("f32[16] at lane 7 + 4096").ravel(), DATA[0, 7, 0])
    np.testing.assert_array_equal(
        debugger.read("f32[1, 2, 1, 3] strided[0, 16, 1, 2] at 0x100001000"), DATA[:, :2, :, :5:2]
    )
    np.testing.assert_array_equal(debugger.read(f"u8[64] at global + {0:#x}").ravel(), np.arange(64))  # coefficients
    nibbles = debugger.read("u4[1, 1, 1, 6] at global + 0x10").ravel()
    np.testing.assert_array_equal(nibbles, [0, 1, 1, 1, 2, 1])  # of the bytes 0x10, 0x11, 0x12
    np.testing.assert_array_equal(debugger.read("u32[4] at static + 0x5c0").ravel(), range(4))


def test_comparison(debugger: Debugger) -> None:
    wrong = DATA.copy()
    wrong[0, 0, 0, 0] += 1
    references = {"middle": wrong, "y": DATA}
    debugger.run_until("middle")
    (found,) = debugger.compare(references)
    assert found.name == "middle" and found.largest == pytest.approx(1, rel=1e-6)
    with pytest.raises(RunError, match="'y' cannot be compared: not complete yet"):
        debugger.compare(references, ["y"])
    with pytest.raises(RunError, match="'x' cannot be compared: not in the reference"):
        debugger.compare(references, ["x"])
    debugger.resume()
    assert [each.name for each in debugger.compare(references)] == ["middle", "y"]


def test_overwritten_tensors_are_not_compared() -> None:
    streams = Streams()
    streams.load(X, 0)
    streams.store(0, Y)
    streams.store(0, Y)
    records = [bmodel.TensorRecord(tensor=tensor("first", Y), complete=2, overwritten=3)]
    debugger = Debugger(BModel(bmodel.write(model(stage([streams], records=records)))), {"x": DATA})
    debugger.run_until("first")
    assert debugger.state_of("first") == "complete"
    debugger.step()
    assert debugger.state_of("first") == "overwritten"


def test_engines_that_wait_for_each_other() -> None:
    streams = Streams()
    streams.load(X, 0, waits_for=1)
    streams.pool(0, 4096, waits_for=1)
    debugger = Debugger(BModel(bmodel.write(model(stage([streams])))), {"x": DATA})
    with pytest.raises(RunError, match="the engines wait for each other: tiu 1 after gdma 1: .*; gdma 1 after tiu 1: "):
        debugger.resume()


def test_compiled_model(tmp_path: Path) -> None:
    """Local memory holds what ONNX says, and the last layer's bytes are the session's."""
    x, weights = uniform(1, 3, 8, 8), uniform(4, 3, 3, 3)
    onnx.save(case("Conv", x, Fixed(weights), pads=[1, 1, 1, 1]).model(), tmp_path / "m.onnx")
    assert main(["compile", str(tmp_path / "m.onnx"), "-o", str(tmp_path / "m.bmodel")]) == 0
    debugger = Debugger(tmp_path / "m.bmodel", {"in0": x})
    debugger.break_at_operation("conv.normal")
    assert debugger.resume() is not None
    np.testing.assert_array_equal(debugger.operand("opd0"), x)
    debugger.breakpoints.clear()
    assert debugger.resume() is None
    np.testing.assert_array_equal(debugger.tensor("out0"), Session(tmp_path / "m.bmodel").run({"in0": x})["out0"])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("f32[1, 2", "expected a tensor "),
        ("f64[4] at global + 0x0", "there is no element type 'f64'"),
        ("f32[1, 2, 3, 4, 5] at global + 0x0", "expected at most four sizes, found 5"),
        ("f32[,] at global + 0x0", "expected numbers, found"),
        ("f32[4] curly at global + 0x0", "expected the layout aligned, compact, dense or strided"),
        ("f32[4] strided at global + 0x0", "expected four strides behind 'strided'"),
        ("f32[4] at somewhere", "expected a place "),
        ("f32[4] at lane 64 + 0x0", "lane 64 does not exist, there are 64"),
        ("f32[4] at 0x100", "address 0x100 is in no memory"),
        ("f32[70000] at lane 0 + 0x0", "reaches beyond the memory, which has 0x40000 bytes"),
    ],
)
def test_places_that_do_not_exist(text: str, message: str, debugger: Debugger) -> None:
    with pytest.raises(RunError, match=message):
        debugger.read(text)


def test_wrong_uses(debugger: Debugger) -> None:
    for wrong, message in (
        (lambda: debugger.break_at_layer("z"), "there is no layer 'z'; the layers are 'middle', 'y'"),
        (lambda: debugger.break_at_command("tiu", 9), "there is no tiu command 9 in group 0"),
        (lambda: debugger.break_at_command("tiu", 1, 5), "there is no tiu command 1 in group 5"),
        (lambda: debugger.delete(3), "there is no breakpoint 3"),
        (lambda: debugger.tensor("z"), "no tensor 'z' lies in global memory; those that do are 'x', 'middle', 'y'"),
        (lambda: debugger.run_until("z"), "there is no layer or tensor 'z'"),
        (lambda: debugger.operand("opd7"), "dma.tensor has no operand 'opd7' in memory; it has src, dst"),
    ):
        with pytest.raises(RunError, match=message):
            wrong()
    with pytest.raises(FeedError, match="input 'x' of network 'net' is missing"):
        Debugger(chain(), {})


def test_place_of_an_address() -> None:
    assert Place.of_address(GLOBAL + 5) == Place("global", 5)
    assert str(Place.of_address(0x0800_0000 + 3 * (256 << 10) + 64)) == "lane 3 + 0x40"
    assert MemoryTensor.parse("f16[1, 65, 2, 3] aligned at lane 1 + 0x0").strides == (64, 32, 3, 1)


def test_a_fused_layer_is_found_by_its_name(debugger: Debugger) -> None:
    """`conv` became part of `middle`."""
    assert debugger.break_at_layer("conv").text == "layer 'middle', of which 'conv' became part"
    assert debugger.run_until("conv") and debugger.state_of("middle") == "complete"
    with pytest.raises(RunError, match="'conv' became part of 'middle': no tensor of its own is computed"):
        debugger.tensor("conv")
