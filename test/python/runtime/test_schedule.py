"""The groups of a compiled network, from its commands."""

from streams import TENSOR_BYTES, Streams, X, Y, model, stage
from tpu_mlir._native import bmodel
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.local_memory import local_memory
from tpu_mlir.runtime.profile import profile
from tpu_mlir.runtime.schedule import Group, groups_of

WHOLE = [1, 1, 1, 1]
T = X + 0x4000  # of a tensor between two groups


def groups(
    streams: Streams, layers: list[tuple[int, str, int, str]], records: list[bmodel.TensorRecord]
) -> list[Group]:
    schedule = [(["a", "b"], [1, 1, 4, 2]), (["c"], WHOLE), (["y"], WHOLE)]
    found = BModel(bmodel.write(model(stage([streams], records=records, layers=layers, schedule=schedule))))
    times = profile(found)
    return groups_of(found, times, local_memory(found, times))


def test_what_becomes_of_results() -> None:
    """b stays for c; c is stored, and loaded again for y."""
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)  # a
    streams.pool(4096, 8192)  # b
    c = streams.pool(8192, 12288)
    streams.store(12288, T, waits_for=c)
    again = streams.load(T, 16384)
    y = streams.pool(16384, 20480, waits_for=again)
    streams.store(20480, Y, waits_for=y)
    layers = [(0, "tiu", number, name) for number, name in enumerate("abcy", 1)]
    layers += [(0, "gdma", 1, "a"), (0, "gdma", 2, "c"), (0, "gdma", 3, "y")]
    tensor = bmodel.Tensor(name="c", data_type="f32", shape=[1, 64, 1, 16], address=T, size=TENSOR_BYTES)
    b, c_group, y_group = groups(streams, layers, [bmodel.TensorRecord(tensor=tensor, complete=2)])
    assert (b.tensors, b.slices, b.loads, b.held, b.keeps_for, b.stored) == (("a", "b"), (1, 1, 4, 2), 1, (), ("c",), 0)
    assert (c_group.held, c_group.loads, c_group.stored, c_group.loaded_by) == (("b",), 0, TENSOR_BYTES, ("y",))
    assert (y_group.held, y_group.loads, y_group.loaded_by, y_group.stored) == ((), 1, (), TENSOR_BYTES)
    assert (b.cut, c_group.cut) == ("", "longer takes more cycles, or does not fit")
    assert y_group.cut == "its result leaves, or is moved as it is"


def test_a_result_that_two_need() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)  # b
    streams.pool(4096, 8192)  # c
    streams.pool(4096, 12288)  # y
    found, *_ = groups(streams, [(0, "tiu", number, name) for number, name in enumerate("bcy", 1)], [])
    assert found.keeps_for == ("c", "y") and found.cut == ""  # both find it


def test_a_result_that_two_load() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    b = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, T, waits_for=b)
    streams.load(T, 8192)
    again = streams.load(T, 12288)
    streams.pool(8192, 16384, waits_for=again)  # c
    streams.pool(12288, 20480)  # y
    layers = [(0, "tiu", number, name) for number, name in enumerate("bcy", 1)] + [(0, "gdma", 1, "b")]
    tensor = bmodel.Tensor(name="b", data_type="f32", shape=[1, 64, 1, 16], address=T, size=TENSOR_BYTES)
    found, *_ = groups(streams, layers, [bmodel.TensorRecord(tensor=tensor, complete=2)])
    assert found.loaded_by == ("c", "y") and found.cut == "2 tensors need its result"


def test_files_of_others_have_none() -> None:
    streams = Streams()
    streams.load(X, 0)
    found = BModel(bmodel.write(model(stage([streams]))))
    assert groups_of(found, profile(found), []) == []
