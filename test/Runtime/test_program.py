"""Whole bmodels: stages, inputs and outputs, captured tensors, profiles, and errors for wrong feeds."""

import json
from pathlib import Path

import numpy as np
import pytest
from streams import GLOBAL, TENSOR_BYTES, Streams, X, Y, model, stage, tensor
from tpu_mlir._native import bmodel
from tpu_mlir._native.runtime import Feed, Program
from tpu_mlir.errors import FeedError, RunError

DATA = np.random.default_rng(5).standard_normal((1, 64, 1, 16)).astype(np.float32)
Z = Y + 0x2000  # a tensor between


def chain(target: int = Y) -> Streams:
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Z, waits_for=pooled)
    again = streams.pool(4096, 8192)
    streams.store(8192, target, waits_for=again)
    return streams


def value(result: object) -> np.ndarray:
    return np.array(result.data).view(np.float32).reshape(result.tensor.shape)


def test_outputs_and_coefficients() -> None:
    outputs = [tensor("y", Y), tensor("weights", GLOBAL, (16,))]
    program = Program(model(stage([chain()], outputs=outputs)))
    run = program.run("net", [Feed("x", "f32", DATA)], check_races=True, track_uninitialised=True)
    assert [each.tensor.name for each in run.outputs] == ["y", "weights"]
    assert np.array_equal(value(run.outputs[0]), DATA)
    assert bytes(run.outputs[1].data) == bytes(range(64))


def test_runs_do_not_see_each_other() -> None:
    """The second run's output is not written: it must be zero, not what the first run left."""
    streams = Streams()
    streams.load(X, 0)
    program = Program(model(stage([chain()]), stage([streams], inputs=[tensor("x", X, (2, 64, 1, 8))])))
    assert np.array_equal(value(program.run("net", [Feed("x", "f32", DATA)]).outputs[0]), DATA)
    assert not value(program.run("net", [Feed("x", "f32", DATA.reshape(2, 64, 1, 8))]).outputs[0]).any()


def test_arrays_need_not_be_contiguous() -> None:
    program = Program(model(stage([chain()])))
    wide = np.repeat(DATA, 2, axis=3)
    assert np.array_equal(value(program.run("net", [Feed("x", "f32", wide[..., ::2])]).outputs[0]), DATA)


def test_the_shapes_choose_the_stage() -> None:
    other = stage([chain(Z + 0x1000)], inputs=[tensor("x", X, (16, 64))], outputs=[tensor("y", Z + 0x1000, (16, 64))])
    program = Program(model(stage([chain()]), other))
    run = program.run("net", [Feed("x", "f32", DATA.reshape(16, 64))])
    assert run.outputs[0].tensor.shape == [16, 64]
    assert np.array_equal(value(run.outputs[0]), DATA.reshape(16, 64))
    message = (
        r"no stage of network 'net' takes the shapes given; it was compiled for:\n"
        r"  'x' \[1, 64, 1, 16\]\n  'x' \[16, 64\]"
    )
    with pytest.raises(FeedError, match=message):
        program.run("net", [Feed("x", "f32", DATA.reshape(1024))])


@pytest.mark.parametrize(
    ("feeds", "message"),
    [
        ([], "input 'x' of network 'net' is missing; its inputs are 'x', those given are none"),
        ([Feed("x", "f32", DATA), Feed("z", "f32", DATA)], "network 'net' has no input 'z'; its inputs are 'x'"),
        ([Feed("x", "f32", DATA), Feed("x", "f32", DATA)], "input 'x' is given 2 times"),
        ([Feed("x", "f16", DATA.astype(np.float16))], "input 'x': expected element type f32, but found f16"),
        ([Feed("x", "f32", DATA[:, :3])], r"input 'x': expected shape \[1, 64, 1, 16\], but found \[1, 3, 1, 16\]"),
    ],
)
def test_wrong_feeds(feeds: list[Feed], message: str) -> None:
    with pytest.raises(FeedError, match=message):
        Program(model(stage([chain()]))).run("net", feeds)


def test_a_stage_by_its_number() -> None:
    """Two stages for the same shapes: the first unless the caller says otherwise."""
    other = stage([chain(Z + 0x1000)], outputs=[tensor("y", Z + 0x1000)])
    program = Program(model(stage([chain()]), other))
    feeds = [Feed("x", "f32", DATA)]
    assert program.choose_stage("net", feeds) == 0 and program.choose_stage("net", feeds, 1) == 1
    assert program.run("net", feeds, stage=1).outputs[0].tensor.address == Z + 0x1000
    assert program.global_bytes("net", 1) >= program.global_bytes("net", 0) >= Y + TENSOR_BYTES - GLOBAL
    with pytest.raises(FeedError, match="network 'net' has no stage 2; its stages count from 0 to 1"):
        program.run("net", feeds, stage=2)
    with pytest.raises(FeedError, match=r"input 'x': expected shape \[1, 64, 1, 16\], but found \[64, 16\]"):
        program.run("net", [Feed("x", "f32", DATA.reshape(64, 16))], stage=1)


def test_wrong_network() -> None:
    with pytest.raises(RunError, match="the bmodel has no network 'other'; it has 'net'"):
        Program(model(stage([chain()]))).run("other", [])


def test_other_chips_are_refused() -> None:
    with pytest.raises(RunError, match="the bmodel is for chip 'BM1688'; only bm1684x can be simulated"):
        Program(model(stage([chain()]), chip="BM1688"))


def test_addresses_outside_the_memory_are_refused() -> None:
    with pytest.raises(RunError, match="stage 0: tensor 'y' lies outside the global memory: address 0x1000"):
        Program(model(stage([chain()], outputs=[tensor("y", 0x1000)])))


def test_damaged_commands_are_refused() -> None:
    group = chain().group()
    broken = bmodel.CommandGroup(tiu_count=2, gdma_count=2, tiu=bytes(group.tiu), gdma=b"\xff" * 128)
    damaged = bmodel.Stage(
        inputs=[], outputs=[], ctx_address=X, ctx_size=64, coeff_address=GLOBAL, coeff=b"", groups=[broken]
    )
    with pytest.raises(RunError, match="network 'net', stage 0: command group 0: GDMA command 1, at byte 0: "):
        Program(model(damaged))


def test_captured_tensors_are_taken_when_they_are_complete() -> None:
    """The tensor's memory is overwritten later in the group."""
    streams = chain()
    loaded = streams.load(GLOBAL, 0, waits_for=2, src_cstride=0)
    streams.store(0, Z)
    records = [
        bmodel.TensorRecord(tensor=tensor("middle", Z), complete=2, overwritten=loaded + 1),
        bmodel.TensorRecord(tensor=tensor("y", Y), complete=3),
    ]
    program = Program(model(stage([streams], records=records)))
    run = program.run("net", [Feed("x", "f32", DATA)], captured=["middle"])
    assert [each.tensor.name for each in run.captured] == ["middle"]
    assert np.array_equal(value(run.captured[0]), DATA)


def test_a_timed_run_has_a_timeline() -> None:
    records = [
        bmodel.TensorRecord(tensor=tensor("middle", Z), complete=2),
        bmodel.TensorRecord(tensor=tensor('a "y"', Y), complete=3),
    ]
    program = Program(model(stage([chain(), chain()], records=records)))
    assert program.run("net", [Feed("x", "f32", DATA)]).cycles == 0
    run = program.run("net", [Feed("x", "f32", DATA)], timed=True)
    events = json.loads(run.trace())["traceEvents"]
    tracks = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert sorted(tracks.values()) == ["GDMA", "TIU"]
    slices = [event for event in events if event["ph"] == "X"]
    assert len(slices) == 2 * (3 + 4)  # both groups, with their end commands
    for track in tracks:
        own = [event for event in slices if event["tid"] == track]
        for before, after in zip(own, own[1:], strict=False):
            assert after["ts"] >= before["ts"] + before["dur"] - 1e-9
    first = {(tracks[event["tid"]], event["args"]["cmd_id"]): event for event in slices if event["args"]["group"] == 0}
    names = {key: event["name"] for key, event in first.items()}
    assert names["GDMA", 1] == names["TIU", 1] == names["GDMA", 2] == "middle"
    assert names["TIU", 2] == names["GDMA", 3] == 'a "y"'
    load, pool, store = first["GDMA", 1], first["TIU", 1], first["GDMA", 2]
    assert pool["ts"] == pytest.approx(load["ts"] + load["dur"])
    assert store["ts"] == pytest.approx(pool["ts"] + pool["dur"])
    assert run.cycles == round(1000 * max(event["ts"] + event["dur"] for event in slices))


def test_layers_name_the_commands() -> None:
    layers = [(0, "tiu", 1, "a"), (0, "tiu", 2, "b"), (0, "gdma", 2, "a"), (0, "gdma", 9, "none")]
    run = Program(model(stage([chain()], layers=layers))).run("net", [Feed("x", "f32", DATA)], timed=True)
    events = [event for event in json.loads(run.trace())["traceEvents"] if event["ph"] == "X"]
    named = {(event["tid"], event["args"]["cmd_id"]): event["name"] for event in events}
    tiu, gdma = 1, 2
    assert (named[tiu, 1], named[tiu, 2], named[tiu, 3]) == ("a", "b", "sys.end")
    assert (named[gdma, 1], named[gdma, 2], named[gdma, 3], named[gdma, 4]) == ("dma.tensor", "a", "a", "dma.sys")


def test_waits_are_arrows() -> None:
    run = Program(model(stage([chain()]))).run("net", [Feed("x", "f32", DATA)], timed=True)
    events = json.loads(run.trace())["traceEvents"]
    slices = {(e["tid"], e["args"]["cmd_id"]): e for e in events if e["ph"] == "X"}
    arrows = [(s, f) for s, f in zip(events, events[1:], strict=False) if s["ph"] == "s" and f["ph"] == "f"]
    load, pool = slices[2, 1], slices[1, 1]
    assert (pool["args"]["waits_for"], pool["args"]["idle_cycles_before"]) == (1, load["args"]["cycles"])
    start, end = arrows[0]
    assert start["tid"] == 2 and load["ts"] <= start["ts"] <= load["ts"] + load["dur"]
    assert end["tid"] == 1 and pool["ts"] <= end["ts"] <= pool["ts"] + pool["dur"]
    assert load["args"]["bytes_read"] == TENSOR_BYTES and "bytes_written" not in load["args"]


def test_threads_change_nothing() -> None:
    program = Program(model(stage([chain()])))
    assert np.array_equal(value(program.run("net", [Feed("x", "f32", DATA)], threads=2).outputs[0]), DATA)


def test_a_bmodel_that_the_vendor_runtime_ran() -> None:
    """y = x + x; test/BModel/Inputs/README.md says where the file comes from."""
    file = Path(__file__).parents[1] / "BModel" / "Inputs" / "twice.bmodel"
    program = Program(bmodel.read(file.read_bytes(), "twice.bmodel"))
    x = np.random.default_rng(6).standard_normal((1, 70, 5, 9)).astype(np.float32)
    run = program.run("twice", [Feed("x", "f32", x)], check_races=True, track_uninitialised=True)
    assert np.array_equal(value(run.outputs[0]), x + x)


def test_tensor_bytes_match_the_streams() -> None:
    assert DATA.nbytes == TENSOR_BYTES


def test_names_that_are_no_text() -> None:
    """A file may name its tensors in any bytes; a message must still be one."""
    file = bmodel.write(model(stage([chain()], outputs=[tensor("nameless", 0x1000)])))
    assert file.count(b"nameless") == 1
    damaged = bmodel.read(file.replace(b"nameless", b"\xa8ameless"))
    with pytest.raises(RunError, match="tensor '\ufffdameless' lies outside the global memory"):
        Program(damaged)
