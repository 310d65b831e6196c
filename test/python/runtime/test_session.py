"""Sessions on a bmodel that other code wrote: y = x + x."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError, FeedError, InputFileError, RunError
from tpu_mlir.runtime import BModel, NodeArg, Session

SHAPE = (1, 70, 5, 9)
Variant = Callable[..., Path]


def numbers(seed: int = 0, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_feeds_in_outputs_out(twice: Path) -> None:
    x = numbers()
    outputs = Session(twice).run({"x": x})
    assert list(outputs) == ["y"] and outputs["y"].dtype == np.float32
    np.testing.assert_array_equal(outputs["y"], x + x)


def test_as_onnx_runtime_does(twice: Path) -> None:
    x = numbers()
    session = Session(str(twice))
    assert session.get_inputs() == [NodeArg("x", "tensor(float)", SHAPE)]
    assert session.get_outputs() == [NodeArg("y", "tensor(float)", SHAPE)]
    for names in (None, ["y"], ["y", "y"]):
        for value in session.run(names, {"x": x}):
            np.testing.assert_array_equal(value, x + x)
    assert len(session.run(["y", "y"], {"x": x})) == 2 and session.run([], {"x": x}) == []


def test_a_loaded_bmodel_does_as_well(twice: Path) -> None:
    x = numbers()
    np.testing.assert_array_equal(Session(BModel.load(twice)).run({"x": x})["y"], x + x)


def test_arrays_of_any_memory_layout(twice: Path) -> None:
    x = np.asfortranarray(numbers())
    np.testing.assert_array_equal(Session(twice).run({"x": x})["y"], x + x)


def test_results_outlive_the_session(twice: Path) -> None:
    x = numbers()
    y = Session(twice).run({"x": x})["y"]
    y += 1  # it is the caller's
    np.testing.assert_array_equal(y, x + x + 1)


def test_runs_in_several_threads_share_nothing(twice: Path) -> None:
    session = Session(twice, threads=1)
    with ThreadPoolExecutor(4) as pool:
        for x, outputs in pool.map(lambda seed: (numbers(seed), session.run({"x": numbers(seed)})), range(16)):
            np.testing.assert_array_equal(outputs["y"], x + x)


def test_stage_follows_the_shape(variant: Variant) -> None:
    session = Session(variant(shapes=(SHAPE, (70, 45))))
    assert session.stage_count == 2
    for shape in (SHAPE, (70, 45)):
        x = numbers(1, shape)
        np.testing.assert_array_equal(session.run({"x": x})["y"], x + x)


def test_network_by_name(variant: Variant) -> None:
    path = variant(nets=("a", "b"))
    assert Session(path, net="b").name == "b"
    with pytest.raises(BModelError, match=r"m.bmodel: name one of its networks: 'a', 'b'$"):
        Session(path)
    with pytest.raises(BModelError, match=r"m.bmodel: there is no network 'c'; its networks are 'a', 'b'$"):
        Session(path, net="c")


def test_network_without_stages(variant: Variant) -> None:
    with pytest.raises(BModelError, match=r"m.bmodel: network 'twice' holds no commands$"):
        Session(variant(shapes=()))


@pytest.mark.parametrize(
    ("feeds", "words"),
    [
        ({}, ["'x'"]),
        ({"x": numbers(), "z": numbers()}, ["'z'", "'x'"]),
        ({"x": numbers(0, (70, 45))}, ["'x'", "1, 70, 5, 9", "70, 45"]),
        ({"x": numbers().astype(np.float16)}, ["'x'", "f32", "f16"]),
        ({"x": numbers().astype(np.float64)}, ["'x'", "float64"]),
        ({"x": "text"}, ["'x'", "<U4"]),
    ],
)
def test_wrong_feeds(twice: Path, feeds: dict[str, np.ndarray], words: list[str]) -> None:
    with pytest.raises(FeedError) as error:
        Session(twice).run(feeds)
    for word in words:
        assert word in str(error.value)


def test_wrong_output_names_and_calls(twice: Path) -> None:
    session = Session(twice)
    with pytest.raises(FeedError, match="there is no output 'z'; the outputs are 'y'"):
        session.run(["z"], {"x": numbers()})
    with pytest.raises(FeedError, match="takes the feeds as"):
        session.run(["y"])
    with pytest.raises(FeedError, match="takes a list of names first"):
        session.run({"x": numbers()}, {"x": numbers()})


def test_other_chip(variant: Variant) -> None:
    with pytest.raises(RunError, match="m.bmodel: .*BM1688"):
        Session(variant(chip="BM1688"))


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="none: no such file or directory"):
        Session(tmp_path / "none")


def records() -> tuple[bmodel.TensorRecord, ...]:
    """The output under two names: as it is when the store is done, and the memory before that."""
    late = bmodel.Tensor(name="late", data_type="f32", shape=[70, 45], address=0x1_0000_5000, size=12600)
    early = bmodel.Tensor(name="early", data_type="f32", shape=[70, 45], address=0x1_0000_5000, size=12600)
    return bmodel.TensorRecord(tensor=late, complete=2), bmodel.TensorRecord(tensor=early, complete=1, overwritten=2)


def test_inner_tensors(variant: Variant) -> None:
    x = numbers()
    session = Session(variant(records=records()))
    assert session.recorded_tensors() == [NodeArg(n, "tensor(float)", (70, 45)) for n in ("late", "early")]
    result = session.run_all({"x": x})
    np.testing.assert_array_equal(result.tensors["late"], (x + x).reshape(70, 45))
    np.testing.assert_array_equal(result.tensors["early"], np.zeros((70, 45)))
    assert (result.cycles, result.trace) == (0, "")
    assert session.run_all({"x": x}, capture=["late"]).tensors.keys() == {"late"}
    with pytest.raises(RunError, match="m.bmodel: tensor 'other' is not on record"):
        session.run_all({"x": x}, capture=["other"])


def test_timeline(variant: Variant) -> None:
    """Each command starts when the one that it waits for has ended."""
    result = Session(variant(records=records())).run_all({"x": numbers()}, timed=True)
    events = [event for event in json.loads(result.trace)["traceEvents"] if event["ph"] == "X"]
    (add,) = (event for event in events if "arith.add" in json.dumps(event))
    load, store = (event for event in events if "dma.tensor" in json.dumps(event))
    assert load["tid"] == store["tid"] != add["tid"]
    assert load["dur"] > 0 and add["dur"] > 0 and store["dur"] > 0
    assert load["ts"] + load["dur"] <= add["ts"] and add["ts"] + add["dur"] <= store["ts"]
    assert round((store["ts"] + store["dur"]) * 1000) <= result.cycles


def drop_dependency(at: int) -> Callable[[bytearray], None]:
    """Let a GDMA command wait for nothing: its cmd_id_dep is bits 64 to 83."""

    def change(commands: bytearray) -> None:
        commands[at + 8 : at + 11] = bytes(3)

    return change


def test_races_are_found_on_request(variant: Variant) -> None:
    path = variant(gdma=drop_dependency(96))
    Session(path).run({"x": numbers()})
    with pytest.raises(RunError, match="dma.tensor"):
        Session(path, check_races=True).run({"x": numbers()})


def test_uninitialised_reads_are_found_on_request(variant: Variant) -> None:
    def other_operand(commands: bytearray) -> None:
        """Read the second operand of the addition from 128 KiB on, where nothing was written."""
        address = int.from_bytes(commands[:64], "little")
        changed = address | 0x20000 << OPD1_ADDR
        commands[:64] = changed.to_bytes(64, "little")

    path = variant(tiu=other_operand)
    x = numbers()
    np.testing.assert_array_equal(Session(path).run({"x": x})["y"], x)
    with pytest.raises(RunError, match="arith.add"):
        Session(path, check_uninitialised=True).run({"x": x})


OPD1_ADDR = 224  # lsb of opd1_addr in the short form of AR


def test_feeds_of_the_source_model_are_converted(variant: Variant) -> None:
    session = Session(variant(data_type="i32"))
    wide = np.arange(3150).reshape(SHAPE)
    assert session.convert({"x": wide})["x"].dtype == np.int32
    with pytest.raises(FeedError, match="input 'x' holds numbers that int32 cannot represent"):
        session.convert({"x": wide + 2**40})


@pytest.mark.parametrize("threads", [1, 2])
def test_a_run_can_be_stopped(twice: Path, threads: int) -> None:
    session, feeds = Session(twice, threads=threads), {"x": np.ones((1, 70, 5, 9), np.float32)}
    with pytest.raises(RunError, match="it was stopped before its end"):
        session.run_all(feeds, stop=lambda: True)
    np.testing.assert_array_equal(session.run_all(feeds, stop=lambda: False).outputs["y"], 2 * feeds["x"])


def test_what_a_stop_raises_reaches_the_caller(twice: Path) -> None:
    def stop() -> bool:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Session(twice).run_all({"x": np.ones((1, 70, 5, 9), np.float32)}, stop=stop)
