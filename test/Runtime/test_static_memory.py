"""Static memory at the start of a run: what the vendor's firmware leaves there."""

import hashlib
import math

import numpy as np
from streams import Streams, X, Y, model, stage, tensor
from tpu_mlir._native import isa
from tpu_mlir._native.runtime import Feed, Program, firmware_tables

# Of the 16,384 bytes of static memory in the chip model of tpu_mlir 1.30.2 under its runtime: a bmodel of the vendor's
# compiler whose commands were edited (tpuc asm) to copy them out.
RECORDED = "90e68e3ebf032331f7e7f2452aafdc82a155a406a0830568c08145b9a8e73a43"


def test_same_bytes_as_the_chip_model() -> None:
    assert hashlib.sha256(firmware_tables()).hexdigest() == RECORDED


def test_tables_are_what_they_are_called() -> None:
    words = np.frombuffer(firmware_tables(), np.float32)
    exponential = [np.float32(math.exp(k)) for k in range(-103, 89)]
    np.testing.assert_array_equal(words[:192], exponential)
    x = 0.125
    assert math.isclose(np.polyval(words[0x400 // 4 :][:32][::-1].astype(float), x), math.exp(x), rel_tol=1e-6)
    assert math.isclose(np.polyval(words[0x480 // 4 :][:64][::-1].astype(float), x), math.log1p(x), rel_tol=1e-6)
    for place, function in ((0x6C0, math.sin), (0x8C0, lambda v: math.tan(v / 2))):
        odd = words[place // 4 :][:32][::-1].astype(float)
        assert math.isclose(x * np.polyval(odd, x * x), function(2 * math.pi * x), rel_tol=1e-6)
    np.testing.assert_array_equal(np.frombuffer(firmware_tables(), np.uint32)[0x5C0 // 4 :][:64], np.arange(64))


def test_commands_see_it() -> None:
    """The serial numbers, distributed to the lanes and stored."""
    streams = Streams()
    streams.load(X, 0)
    text = "tsbc.s_distribute opd0 = u32[1, 1, 1, 64] compact at static + 0x5c0 -> "
    text += "res0 = u32[1, 64, 1, 1] compact at lane 0 + 0x1000"
    streams.tiu.append(isa.assemble(f"tiu 1 after gdma 1: {text}")[2])
    streams.store(0x1000, Y, waits_for=1)
    program = Program(model(stage([streams], outputs=[tensor("y", Y)])))
    run = program.run("net", [Feed("x", "f32", np.zeros((1, 64, 1, 16), np.float32))])
    stored = np.array(run.outputs[0].data).view(np.uint32).reshape(64, 16)
    np.testing.assert_array_equal(stored[:, 0], np.arange(64))
