"""Constants of many short channels lie in global memory lane after lane; their bytes are checked where they are read.

A bias of 150 channels is 64 lanes of 3 channels each, 4 bytes a channel without gaps; a table of scales has 64 bytes
a channel, as the units read it. Channels c, c + 64 and c + 128 are neighbours. Loading them row by row would cost
150 rows of 256 bytes, four times over (lib/Target/BM1684X/GdmaCycles.cpp).
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.runtime import BModel, Session

CHANNELS = 150
WINDOW = (
    "kernel = array<i64: 1, 1>, strides = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>"
)


def convolution(bias: np.ndarray) -> str:
    return f"""func.func @main(%x: tensor<1x1x4x4xf32>) -> tensor<1x{CHANNELS}x4x4xf32> {{
      %f = top.weight dense<2.0> : tensor<1x{CHANNELS}x1x1xf32>
      %b = top.weight dense<{bias.tolist()}> : tensor<1x{CHANNELS}x1x1xf32>
      %r = tpu.conv %x, %f, %b {{{WINDOW}}} : (tensor<1x1x4x4xf32>, tensor<1x{CHANNELS}x1x1xf32>,
        tensor<1x{CHANNELS}x1x1xf32>) -> tensor<1x{CHANNELS}x4x4xf32>
      return %r : tensor<1x{CHANNELS}x4x4xf32>
    }}"""


def product(scale: np.ndarray) -> str:
    return f"""func.func @main(%x: tensor<1x{CHANNELS}x4x4xf32>) -> tensor<1x{CHANNELS}x4x4xf32> {{
      %s = top.weight dense<{scale.tolist()}> : tensor<1x{CHANNELS}x1x1xf32>
      %r = tpu.binary mul %x, %s : (tensor<1x{CHANNELS}x4x4xf32>, tensor<1x{CHANNELS}x1x1xf32>)
        -> tensor<1x{CHANNELS}x4x4xf32>
      return %r : tensor<1x{CHANNELS}x4x4xf32>
    }}"""


def lane_image(values: np.ndarray, gap: int) -> bytes:
    """Return the values of 64 lanes, each padded to `gap` elements."""
    padded = np.zeros((3 * 64, gap), np.float32)
    padded[:CHANNELS, 0] = values.ravel()
    return padded.reshape(3, 64, gap).transpose(1, 0, 2).tobytes()


def row(array: np.ndarray) -> np.ndarray:
    return array.reshape(1, CHANNELS, 1, 1).astype(np.float32)


@pytest.mark.parametrize(("network", "gap"), [(convolution, 1), (product, 16)], ids=["compact", "aligned"])
def test_bytes_and_result(network: Callable[[np.ndarray], str], gap: int, tmp_path: Path) -> None:
    values = row(np.arange(CHANNELS) / 4 + 1)
    path = tmp_path / "m.bmodel"
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(network(values))
        run_passes(module, f"builtin.module(tpu-schedule,tpu-codegen{{output={path}}})")
    model = BModel.load(path)
    assert lane_image(values, gap) in model.data
    session = Session(model, check_races=True, check_uninitialised=True)
    channels = 1 if network is convolution else CHANNELS
    x = np.random.default_rng(0).integers(-8, 8, (1, channels, 4, 4)).astype(np.float32)
    (found,) = session.run({session.get_inputs()[0].name: x}).values()
    np.testing.assert_array_equal(found, x * 2 + values if network is convolution else x * values)
