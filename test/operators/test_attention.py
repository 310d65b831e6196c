"""Encoders through every stage, against ONNX Runtime: heads, masks of each form, shifted windows.

Errors are relative to the largest magnitude expected. In f16 and bf16 each tensor between operations is rounded, to
2^-11 and 2^-8, and a block of attention and perceptron has some twenty of them one after the other.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
import pytest
import tpu_mlir
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import Session
from tpu_mlir.testing import compare

from bench.networks.graph import Graph
from bench.networks.sequences import attention, layer_norm, mlp, roll

TOLERANCES = {"f32": 5e-6, "f16": 5e-3, "bf16": 4e-2}
Feeds = Mapping[str, Array]


def block(g: Graph, x: str, batch: int, tokens: int, wide: int, heads: int, *masks: str) -> str:
    """Add a layer of an encoder, norms before its halves."""
    x = g.node("Add", x, attention(g, layer_norm(g, x, wide), batch, tokens, wide, heads, *masks))
    return g.node("Add", x, mlp(g, layer_norm(g, x, wide), wide))


def sentences() -> tuple[onnx.ModelProto, Feeds]:
    """Return an encoder of two sentences, the second of which is padded."""
    g = Graph("sentences")
    x, mask = g.input(2, 70, 96), g.input(2, 1, 1, 70, name="mask")
    values = np.zeros((2, 1, 1, 70), np.float32)
    values[1, ..., 30:] = -30000
    return g.model(block(g, x, 2, 70, 96, 3, mask)), {"mask": values}


def patches() -> tuple[onnx.ModelProto, Feeds]:
    """Return an encoder of a picture's patches, whose number fills no lanes evenly."""
    g = Graph("patches")
    return g.model(block(g, g.input(1, 197, 64), 1, 197, 64, 2)), {}


def windows() -> tuple[onnx.ModelProto, Feeds]:
    """Return attention in four shifted windows, with a bias for each head and a mask for each window."""
    g = Graph("windows")
    side, wide, heads, window, shift = 14, 32, 2, 7, 3
    count, tokens = side // window, window * window
    x = g.input(1, side * side, wide)
    picture = roll(g, g.reshape(layer_norm(g, x, wide), 1, side, side, wide), shift, side)
    cut = g.node("Transpose", g.reshape(picture, 1, count, window, count, window, wide), perm=[0, 1, 3, 2, 4, 5])
    rows = g.reshape(cut, count * count, tokens, wide)
    areas = np.random.default_rng(5).integers(0, 2, (count * count, tokens))
    apart = np.where(areas[:, None, :] == areas[:, :, None], 0, -100).astype(np.float32)[:, None]
    masks = [g.weight(1, heads, tokens, tokens, scale=1.0), g.constant(apart)]
    found = attention(g, rows, count * count, tokens, wide, heads, *masks)
    back = g.node("Transpose", g.reshape(found, 1, count, count, window, window, wide), perm=[0, 1, 3, 2, 4, 5])
    joined = roll(g, g.reshape(back, 1, side, side, wide), -shift, side)
    return g.model(g.node("Add", x, g.reshape(joined, 1, side * side, wide))), {}


def feeds_of(model: onnx.ModelProto, given: Feeds) -> dict[str, Array]:
    """Return seeded values for the inputs that are not given."""
    rng = np.random.default_rng(7)
    shapes = {each.name: [dim.dim_value for dim in each.type.tensor_type.shape.dim] for each in model.graph.input}
    return {name: given.get(name, rng.standard_normal(shape).astype(np.float32)) for name, shape in shapes.items()}


@pytest.mark.parametrize("precision", TOLERANCES)
@pytest.mark.parametrize("network", [sentences, patches, windows])
def test_agrees_with_onnx_runtime(network: Callable[[], tuple[onnx.ModelProto, Feeds]], precision: str) -> None:
    model, given = network()
    feeds = feeds_of(model, given)
    session = Session(tpu_mlir.compile(model, precision=precision), check_races=True, check_uninitialised=True)
    ((name, expected),) = OnnxRuntime(model).run(feeds).items()
    compare(name, session.run(feeds)[name], expected, TOLERANCES[precision])


def test_int8_multiplies_integers() -> None:
    """Products of weights and scores stay 8-bit ones; errors are those of a step of each tensor's range."""
    model, given = sentences()
    feeds = feeds_of(model, given)
    compiled = tpu_mlir.compile(model, precision="int8", ranges=calibrate(model, [feeds]))
    ((name, expected),) = OnnxRuntime(model).run(feeds).items()
    compare(name, Session(compiled).run(feeds)[name], expected, 5e-2)
