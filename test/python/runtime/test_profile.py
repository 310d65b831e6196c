"""Times, work and waits of a profile, against formulas and against a timed run."""

from pathlib import Path

import onnx
import pytest
from streams import TENSOR_BYTES, Streams, X, Y, model, stage
from tpu_mlir._native import bmodel
from tpu_mlir.errors import BModelError
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.profile import profile
from tpu_mlir.testing import Fixed, case, uniform


def chain(**names: str) -> BModel:
    """Load, pool, store in one group: every command but the first waits for the other engine."""
    streams = Streams()
    loaded = streams.load(X, 0)
    pooled = streams.pool(0, 4096, waits_for=loaded)
    streams.store(4096, Y, waits_for=pooled)
    layers = [(0, engine, 1, name) for engine, name in names.items()]
    return BModel(bmodel.write(model(stage([streams], layers=layers))))


def test_waits_and_bytes() -> None:
    found = profile(chain(tiu="pool", gdma="move"))
    load, pool, store = (c for c in found.commands if c.cycles and c.mnemonic not in ("sys.end", "dma.sys"))
    assert (load.mnemonic, pool.mnemonic, store.mnemonic) == ("dma.tensor", "pord.maxpooling", "dma.tensor")
    assert (load.bytes_read, load.bytes_written, store.bytes_read, store.bytes_written) == (
        TENSOR_BYTES,
        0,
        0,
        TENSOR_BYTES,
    )
    assert (pool.start, pool.waited, pool.waits_for) == (load.end, load.cycles, 1)
    layers = {layer.name: layer for layer in found.layers}
    assert layers["pool"].waits == {("load", "move"): load.cycles} and layers["pool"].computing == pool.cycles
    assert (layers["move"].moving, layers["move"].bytes) == (load.cycles + store.cycles, 2 * TENSOR_BYTES)
    end = next(c for c in found.commands if c.mnemonic == "sys.end")  # beside the store
    assert (end.start, layers["pool"].share) == (store.start, pool.cycles)
    assert layers["move"].share == load.cycles + store.cycles - end.cycles
    assert layers["pool"].bound == "compute" and layers["move"].bound == "memory"


def test_commands_without_a_layer_are_listed_by_operation() -> None:
    assert [layer.name for layer in profile(chain()).layers] == ["[dma.tensor]", "[pord.maxpooling]"]


@pytest.fixture(scope="module")
def conv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tpu_mlir.cli import main

    folder = tmp_path_factory.mktemp("conv")
    weights = Fixed(uniform(64, 32, 3, 3))
    onnx.save(case("Conv", uniform(1, 32, 56, 56), weights, pads=[1, 1, 1, 1]).model(), folder / "m.onnx")
    assert main(["compile", str(folder / "m.onnx"), "-o", str(folder / "m.bmodel"), "--precision", "f16"]) == 0
    return folder / "m.bmodel"


def test_floor_of_a_convolution(conv: Path) -> None:
    """The array's cycles are those of docs/targets/notes/cycles.md; f32 at the border, f16 weights."""
    found = profile(BModel.load(conv))
    whole = 3 * 3 * (56 * 56 // 4)  # 32 input channels and 4 results of 64 output channels at once
    assert whole <= found.floor.array <= 1.05 * whole  # slices may add a little
    inputs_and_outputs, weights = 4 * (32 + 64) * 56 * 56, 2 * 64 * 9 * 32
    assert 0 <= found.floor.bytes - inputs_and_outputs - weights < 4096  # coefficients may end at a page
    assert found.floor.cycles == max(found.floor.array, -(-found.floor.bytes // 58)) <= found.cycles


def test_work_of_a_convolution(conv: Path) -> None:
    found = profile(BModel.load(conv))
    macs = 64 * 56 * 56 * 32 * 3 * 3
    assert found.macs == macs
    assert found.ideal == pytest.approx(macs / 8192)  # in f16: docs/targets/bm1684x.md
    weights = 64 * 32 * 3 * 3 * 2
    assert found.bytes_read >= 32 * 56 * 56 * 4 + weights and found.bytes_written >= 64 * 56 * 56 * 4
    assert 0 < found.ideal <= found.busy("tiu") <= found.cycles


def test_same_times_as_a_run(conv: Path) -> None:
    found = profile(BModel.load(conv))
    run = Session(conv).run_all({"in0": uniform(1, 32, 56, 56)}, timed=True)
    assert found.cycles == run.cycles and found.trace == run.trace


def test_shares_add_up(conv: Path) -> None:
    found = profile(BModel.load(conv))
    ends = sum(c.cycles for c in found.commands if c.mnemonic in ("sys.end", "dma.sys"))
    assert found.cycles - ends <= sum(layer.share for layer in found.layers) <= found.cycles
    assert any(layer.name == "out0" and layer.macs for layer in found.layers)


def test_no_such_stage(conv: Path) -> None:
    with pytest.raises(BModelError, match="has no stage 3; its stages count from 0 to 0"):
        profile(BModel.load(conv), stage=3)
