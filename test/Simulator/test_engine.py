"""The two engines: order, waiting, deadlocks, races, and errors that name the command."""

import re

import numpy as np
import pytest
from streams import LANE_BYTES, TENSOR_BYTES, Streams, X, Y, model, stage, tensor
from tpu_mlir._native import bmodel
from tpu_mlir._native.runtime import Feed, Program
from tpu_mlir.errors import RunError

DATA = np.arange(TENSOR_BYTES // 4, dtype=np.float32).reshape(1, 64, 1, 16)


def run(*streams: Streams, **options: object) -> np.ndarray:
    """Return the output of a network whose stage has these command groups."""
    program = Program(model(stage(streams)))
    result = program.run("net", [Feed("x", "f32", DATA)], **options).outputs[0]
    return np.array(result.data).view(np.float32).reshape(result.tensor.shape)


def chain() -> Streams:
    """Load, compute, store: each waits for the one before."""
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Y, waits_for=pooled)
    return streams


def test_chain_copies_the_input() -> None:
    assert np.array_equal(run(chain(), check_races=True, track_uninitialised=True), DATA)


@pytest.mark.parametrize("timed", [False, True])
def test_groups_run_one_after_the_other(timed: bool) -> None:
    first, second = Streams(), Streams()
    first.load(X, 0)
    pooled = second.pool(0, 4096)
    second.store(4096, Y, waits_for=pooled)
    assert np.array_equal(run(first, second, check_races=True, timed=timed), DATA)


def test_a_missing_wait_for_the_load_is_a_race() -> None:
    streams = Streams()
    streams.load(X, 0)
    pooled = streams.pool(0, 4096)
    streams.store(4096, Y, waits_for=pooled)
    with pytest.raises(RunError) as caught:
        run(streams, check_races=True)
    text = str(caught.value)
    assert re.search(r"TIU command 1 \(pord\.maxpooling\) reads and GDMA command 1 \(dma\.tensor\) writes", text)
    assert "local memory, lane 0, bytes [0x0, 0x40), but neither waits for the other" in text


def test_a_missing_wait_for_the_result_is_a_race() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Y)
    with pytest.raises(RunError, match=r"^1 race\n.*GDMA command 2 .* reads"):
        run(streams, check_races=True)


def test_overwriting_what_is_still_read_is_a_race() -> None:
    """A load into the buffer of an earlier command must wait for its reader."""
    for waits in (True, False):
        streams = Streams()
        loaded = streams.load(X, 0)
        pooled = streams.pool(0, 4096, waits_for=loaded)
        streams.load(X, 0, waits_for=pooled if waits else 0)
        streams.store(4096, Y, waits_for=pooled)
        if waits:
            assert np.array_equal(run(streams, check_races=True), DATA)
        else:
            with pytest.raises(RunError, match="race"):
                run(streams, check_races=True)


def test_waiting_is_inherited_along_the_engine() -> None:
    """The second store waits for nothing itself, but its engine has waited for a later command already."""
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)
    second = streams.pool(0, 8192)
    streams.store(8192, Y, waits_for=second)
    streams.store(4096, Y)
    assert np.array_equal(run(streams, check_races=True), DATA)


def test_reads_of_the_same_bytes_do_not_race() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)
    streams.store(0, Y)
    assert np.array_equal(run(streams, check_races=True), DATA)


def test_neighbouring_bytes_do_not_race() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)
    streams.load(X, 64)
    streams.load(X, 4096 - 64)
    streams.load(X, 4096 + 64)
    streams.store(0, Y)
    assert np.array_equal(run(streams, check_races=True), DATA)


@pytest.mark.parametrize("loaded_lanes", [32, 33])
def test_other_lanes_do_not_race(loaded_lanes: int) -> None:
    """The engines touch the same bytes of the lanes: the TIU of lanes 32 to 63, the GDMA of the first ones."""
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(32 * LANE_BYTES, 32 * LANE_BYTES + 4096, waits_for=loaded, channels=32)
    streams.load(X, 4096, src_csize=loaded_lanes, dst_csize=loaded_lanes)
    streams.store(4096, Y, waits_for=pooled)
    if loaded_lanes == 32:
        assert np.array_equal(run(streams, check_races=True), DATA)
    else:
        with pytest.raises(RunError, match=r"local memory, lane 32, bytes \[0x1000, 0x1040\)"):
            run(streams, check_races=True)


def test_deadlock_names_both_commands() -> None:
    streams = Streams()
    streams.load(X, 0, waits_for=1)
    streams.pool(0, 4096, waits_for=1)
    message = (
        r"the engines wait for each other: TIU command 1 \(pord\.maxpooling\) waits for GDMA command 1; "
        r"GDMA command 1 \(dma\.tensor\) waits for TIU command 1$"
    )
    with pytest.raises(RunError, match=message):
        run(streams)


def test_waiting_for_a_command_that_does_not_exist() -> None:
    streams = chain()
    streams.store(4096, Y, waits_for=9)
    with pytest.raises(
        RunError, match=r"GDMA command 3 .* waits for TIU command 9, but that stream ends with command 2"
    ):
        run(streams)


def test_ids_must_count_from_one() -> None:
    streams = Streams()
    streams.load(X, 0, cmd_id=2)
    with pytest.raises(RunError, match="GDMA command 1, at byte 0, has cmd_id 2; ids must count from 1"):
        run(streams)


def test_uninitialised_reads_name_the_command() -> None:
    streams = Streams()
    streams.store(512, Y)
    with pytest.raises(RunError, match=r"GDMA command 1 .*lane 0, bytes \[0x200, 0x240\).*uninitialised"):
        run(streams, track_uninitialised=True)
    assert not run(streams).any()


def test_out_of_range_names_the_command_and_its_tensor() -> None:
    streams = chain()
    streams.load(X, LANE_BYTES - 32)
    record = bmodel.TensorRecord(tensor=tensor("conv1_out", Y), complete=3)
    program = Program(model(stage([streams], records=[record])))
    with pytest.raises(RunError, match=r"GDMA command 3 \(dma\.tensor\) of 'conv1_out': target: out of range"):
        program.run("net", [Feed("x", "f32", DATA)])


def test_misaligned_addresses_name_the_command() -> None:
    streams = Streams()
    streams.load(X + 2, 0)
    with pytest.raises(RunError, match=r"GDMA command 1 \(dma\.tensor\): source: address 0x100001002 is misaligned"):
        run(streams)


def test_many_races_are_counted() -> None:
    streams = Streams()
    for _ in range(20):
        streams.load(X, 0)
    streams.pool(0, 4096)
    with pytest.raises(RunError) as caught:
        run(streams, check_races=True)
    assert re.search(r"^\d+ races?\n", str(caught.value))
