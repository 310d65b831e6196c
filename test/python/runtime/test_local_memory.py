"""What lies in local memory when: known streams, and that no two tensors share a byte at a time."""

from itertools import combinations

from streams import TENSOR_BYTES, Streams, X, Y, model, stage
from tpu_mlir._native import bmodel
from tpu_mlir.compiler import compile
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.local_memory import Buffer, local_memory
from tpu_mlir.runtime.profile import profile

from bench.networks.graph import Graph

ROW = TENSOR_BYTES // 64  # bytes of a lane


def buffers(streams: Streams, *layers: tuple[int, str, int, str]) -> list[Buffer]:
    found = BModel(bmodel.write(model(stage([streams], layers=layers))))
    return local_memory(found, profile(found))


def test_a_tensor_that_passes() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Y, waits_for=pooled)
    x, y = buffers(streams, (0, "tiu", 1, "y"), (0, "gdma", 1, "y"))
    assert (x.name, x.kind, x.begin, x.end, x.lanes.bit_count(), x.bytes) == ("x", "loaded", 0, ROW, 64, TENSOR_BYTES)
    assert (y.name, y.kind, y.begin, y.end, y.stored) == ("y", "computed", 4096, 4096 + ROW, TENSOR_BYTES)
    assert (x.moved, x.ahead, x.stored, x.readers) == (TENSOR_BYTES, 0, 0, {"y"})
    assert x.start == 0 < x.loaded == x.first_use == y.start < x.stop < y.stop


def test_another_tensor_ends_what_lay_there_and_its_own_does_not() -> None:
    streams = Streams()
    loaded = streams.load(X, 0)
    streams.pool(0, 4096, waits_for=loaded)
    streams.pool(4096, 0)
    streams.pool(0, 4096 + ROW)
    found = buffers(streams, (0, "tiu", 1, "a"), (0, "tiu", 2, "b"), (0, "tiu", 3, "a"))
    assert [(each.name, each.begin, each.end) for each in found] == [
        ("x", 0, ROW),
        ("a", 4096, 4096 + 2 * ROW),  # its second part lies behind the first
        ("b", 0, ROW),
    ]
    assert found[0].stop == found[2].start


def test_a_load_before_its_time() -> None:
    streams = Streams()
    streams.load(X, 0)
    last = streams.load(X, 4096)
    streams.pool(0, 8192, waits_for=last)
    early, late = (each for each in buffers(streams) if each.kind == "loaded")
    assert early.ahead == late.loaded - early.loaded > 0 and late.ahead == 0 and not late.readers


def test_no_two_tensors_share_a_byte_at_a_time() -> None:
    """Two convolutions and a sum, too large to stay whole."""
    g = Graph("network")
    x = g.input(1, 64, 160, 160)
    compiled = compile(g.model(g.node("Add", g.conv(g.conv(x, 64), 64, act=""), x)), precision="f16")
    found = local_memory(compiled, profile(compiled))
    assert {each.kind for each in found} == {"weights", "loaded", "computed"}
    for a, b in combinations(found, 2):
        apart = a.stop <= b.start or b.stop <= a.start
        assert apart or not a.meets(b), f"{a}\n{b}"
    weights = sum(each.moved for each in found if each.kind == "weights")
    assert weights >= 2 * 2 * 64 * 64 * 9  # two matrices in f16, once at least
