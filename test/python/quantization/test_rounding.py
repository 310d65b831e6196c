"""Bias correction and AdaRound on single layers, against what NumPy says of their errors."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper
from python.quantization.networks import evidence, feeds, model, outputs
from tpu_mlir._mlir import ir
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import quantize
from tpu_mlir.quantization.calibration import calibrate, clean_module
from tpu_mlir.quantization.corrections import CORRECTIONS, Evidence, adaround, bias_correction
from tpu_mlir.quantization.corrections.adaround import Problem, round_weights
from tpu_mlir.quantization.corrections.layers import find_layers, layer_inputs
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.samples import find_samples
from tpu_mlir.reference import to_onnx

RANDOM = np.random.default_rng(11)
SHAPE = (1, 6, 9, 8)
DATA = feeds(SHAPE, 5, 0.0, 1.0)


def conv(weights: Array, bias: Array | None = None, **attributes: object) -> onnx.ModelProto:
    names = ["x", "w"] if bias is None else ["x", "w", "b"]
    node = helper.make_node("Conv", names, ["y"], **attributes)  # pyright: ignore[reportArgumentType]
    return model([node], {"w": weights} | ({} if bias is None else {"b": bias}), SHAPE)


def product(weights: Array, *, transposed: bool = False) -> onnx.ModelProto:
    if transposed:
        return model([helper.make_node("Gemm", ["x", "w"], ["y"], transB=1)], {"w": weights.T}, (7, 6))
    return model([helper.make_node("MatMul", ["x", "w"], ["y"])], {"w": weights}, (7, 6))


LAYERS = {
    "plain": conv(RANDOM.normal(size=(5, 6, 3, 3)), pads=[1, 0, 2, 1]),
    "groups": conv(RANDOM.normal(size=(4, 3, 2, 3)), group=2, strides=[2, 1], dilations=[1, 2], pads=[0, 1, 1, 3]),
    "depthwise": conv(RANDOM.normal(size=(6, 1, 3, 3)), RANDOM.normal(size=6), group=6, pads=[1, 1, 1, 1]),
    "product": product(RANDOM.normal(size=(6, 5))),
    "gemm": product(RANDOM.normal(size=(6, 5)), transposed=True),
}


def data_of(name: str):
    return DATA if name in ("plain", "groups", "depthwise") else feeds((7, 6), 5, 0.0, 1.0)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_matrix_products(name: str) -> None:
    """The mean row times the weights is the mean that ONNX Runtime finds, and so is that of all rows."""
    module, data = clean_module(LAYERS[name]), data_of(name)
    (layer,) = find_layers(module, evidence(module, data))
    (_, inputs), *_ = layer_inputs(module, [layer], evidence(module, data))
    result = outputs(module, data[:1])[0]
    axes = (0, 2, 3) if result.ndim == 4 else (0,)
    bias = np.zeros(result.shape[1]) if name != "depthwise" else result.mean(axis=axes)
    if name == "depthwise":
        zero = outputs(module, [{"x": np.zeros(SHAPE, np.float32)}])[0]
        bias = zero.mean(axis=axes)
    expected = result.mean(axis=axes, dtype=np.float64) - bias
    found = layer.weights @ layer.mean_row(inputs[layer.source])[:, :, None]
    np.testing.assert_allclose(found.reshape(-1), expected, 0, 1e-5)
    rows = layer.rows(inputs[layer.source], np.random.default_rng(0), 10**6)
    values = (rows @ layer.weights.transpose(0, 2, 1)).mean(axis=1).reshape(-1)
    np.testing.assert_allclose(values, expected, 0, 1e-5)
    assert layer.rows(inputs[layer.source], np.random.default_rng(0), 3).shape[1] == 3


@pytest.mark.parametrize("name", LAYERS)
def test_stored_weights_are_the_quantizers(name: str) -> None:
    module, data = clean_module(LAYERS[name]), data_of(name)
    (layer,) = find_layers(module, evidence(module, data))
    assert (np.abs(layer.weights - layer.stored * layer.steps) <= layer.steps * 0.5001).all()


def biased(groups: int) -> onnx.ModelProto:
    """Return a layer whose weights all lie 0.4 steps above the grid, on inputs that are not centred."""
    steps = RANDOM.integers(10, 100, (4 * groups, 6 // groups, 3, 3)) + 0.4
    steps[:, 0, 0, 0] = 127
    return conv(steps / 127, pads=[1, 1, 1, 1], group=groups)


@pytest.mark.parametrize("groups", [1, 2, 6])
def test_bias_correction_restores_means(groups: int) -> None:
    module = clean_module(biased(groups))
    expected = outputs(module, DATA).mean(axis=(0, 1, 3, 4))
    ranges = calibrate(copy(module), DATA, method="minmax")
    known = evidence(module, DATA, ranges)
    before = np.abs(outputs(known.quantize(module), DATA).mean(axis=(0, 1, 3, 4)) - expected)
    assert bias_correction(module, known) == 1
    after = np.abs(outputs(known.quantize(module), DATA).mean(axis=(0, 1, 3, 4)) - expected)
    assert after.max() < before.max() / 20


def correlated(shape: tuple[int, ...]) -> list[dict[str, Array]]:
    """Return inputs whose channels go together, so that errors of weights can make up for each other."""
    random = np.random.default_rng(5)
    common = [random.uniform(0, 1, (1, 1, *shape[2:])) for _ in range(6)]
    return [{"x": (item + random.uniform(0, 0.1, shape)).astype(np.float32)} for item in common]


@pytest.mark.parametrize("name", ["plain", "groups", "depthwise"])
def test_adaround_beats_the_nearest(name: str) -> None:
    module, data = clean_module(LAYERS[name]), correlated(SHAPE)
    known = evidence(module, data)
    (layer,) = find_layers(module, known)
    before = outputs(known.quantize(module), data)
    exact = outputs(module, data)
    assert adaround(module, known) == 1
    after = outputs(known.quantize(module), data)
    assert np.linalg.norm(after - exact) < 0.7 * np.linalg.norm(before - exact)
    (rounded,) = find_layers(module, known)
    # The quantizer has nothing left to round: steps are those of before, and weights on their grid.
    np.testing.assert_array_equal(rounded.steps, layer.steps)
    np.testing.assert_allclose(rounded.weights / rounded.steps, rounded.stored, 0, 1e-5)
    assert (np.abs(rounded.stored - layer.weights / layer.steps) < 1 + 1e-5).all()
    assert (rounded.stored != layer.stored).any()


def test_adaround_is_the_same_for_a_seed() -> None:
    texts = []
    for _ in range(2):
        module = clean_module(LAYERS["plain"])
        adaround(module, evidence(module, DATA))
        texts.append(str(module))
    assert texts[0] == texts[1]


def test_the_nearest_stays_where_it_is_best() -> None:
    """With inputs that do not correlate, the nearest is the optimum: any other choice errs more."""
    module = clean_module(LAYERS["plain"])
    (layer,) = find_layers(module, evidence(module, DATA))
    taps = layer.weights.shape[2]
    gram = np.eye(taps, dtype=np.float32)[None]
    problem = Problem(gram, (layer.weights / layer.steps).astype(np.float32))
    found = round_weights(layer, problem) / layer.steps
    np.testing.assert_allclose(found, layer.stored, 0, 1e-5)


def test_loss_is_the_squared_error() -> None:
    """Up to a constant for each output channel, so differences agree."""
    module = clean_module(LAYERS["product"])
    (layer,) = find_layers(module, evidence(module, feeds((7, 6), 5, 0.0, 1.0)))
    rows = RANDOM.uniform(0, 1, (1, 50, 6)).astype(np.float32)
    problem = Problem.of(layer, rows)
    exact = rows @ layer.weights.transpose(0, 2, 1)

    def squares(weights: Array) -> Array:
        made = layer.on_grid(rows) @ (weights * layer.steps).transpose(0, 2, 1)
        return np.square((made - exact) / layer.steps.transpose(0, 2, 1)).mean(axis=1)[:, :, None]

    one, other = (layer.stored + step for step in (0.0, RANDOM.integers(-1, 2, layer.stored.shape)))
    difference = problem.loss(one.astype(np.float32)) - problem.loss(other.astype(np.float32))
    np.testing.assert_allclose(difference, squares(one) - squares(other), 2e-3, 1e-3)


def test_what_stays_a_float_is_left_alone() -> None:
    module = clean_module(LAYERS["plain"])
    ranges = calibrate(copy(module), DATA)
    known = evidence(module, DATA, ranges)
    floats = quantize(copy(module), ranges, fallback="f32", precision_overrides={"y": "f32"})
    assert find_layers(module, type(known)(known.samples, lambda item: floats)) == []


def test_weights_that_are_as_good_as_zero() -> None:
    """A channel whose step f32 cannot hold stays what it is."""
    weights = RANDOM.normal(size=(5, 6, 3, 3))
    weights[2] *= 1e-42
    module = clean_module(conv(weights))
    known = evidence(module, DATA)
    assert adaround(module, known) == 1
    assert bias_correction(module, known) == 1
    (layer,) = find_layers(module, known)
    np.testing.assert_allclose(layer.weights[0, 2], 0, 0, 1e-30)
    assert np.isfinite(outputs(module, DATA)).all()


def test_networks_with_integers_of_their_own_stay(models: Path) -> None:
    module = clean_module(models / "shufflenet_v2_int8.onnx")
    text = str(module)
    data = [{"input": np.zeros((1, 3, 224, 224), np.float32)}]
    with pytest.warns(TpuMlirWarning, match="always zero"):
        known = evidence(module, data)
    for correction in CORRECTIONS.values():
        assert correction.apply(module, known) == 0
    assert str(module) == text


def test_values_without_names_stay() -> None:
    """A module written by hand may have none."""
    text = """
      func.func @main(%x: tensor<1x6x9x8xf32>) -> tensor<1x2x9x8xf32> {
        %w = top.weight dense<0.3> : tensor<4x6x1x1xf32>
        %v = top.weight dense<0.2> : tensor<2x4x1x1xf32>
        %0 = top.conv %x, %w strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
          : (tensor<1x6x9x8xf32>, tensor<4x6x1x1xf32>) -> tensor<1x4x9x8xf32>
        %1 = top.conv %0, %v strides = [1, 1] pads = [0, 0, 0, 0] dilations = [1, 1] {group = 1 : i64}
          : (tensor<1x4x9x8xf32>, tensor<2x4x1x1xf32>) -> tensor<1x2x9x8xf32>
        return %1 : tensor<1x2x9x8xf32>
      }"""
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(text)
    samples = find_samples(
        [{"input0": DATA[0]["x"]}], resolve(to_onnx(module).graph, {}), Preprocess(), count=1, seed=0
    )
    floats = Evidence(samples, copy)
    for correction in CORRECTIONS.values():
        assert correction.apply(module, floats) == 0


def test_a_layer_reads_its_own_layout() -> None:
    """Clean-up moves the limit across the transpose: both layouts, here of one shape, have the name of its result."""
    shape = (1, 4, 4, 4)
    random = np.random.default_rng(0)
    network = model(
        [
            helper.make_node("Conv", ["x", "first"], ["a"]),
            helper.make_node("Transpose", ["a"], ["t"], perm=[0, 2, 1, 3]),
            helper.make_node("Clip", ["t", "zero", "six"], ["c"]),
            helper.make_node("Conv", ["c", "second"], ["y"]),
        ],
        {
            "first": random.normal(size=(4, 4, 1, 1)),
            "second": random.normal(size=(3, 4, 1, 1)),
            "zero": np.float32(0),
            "six": np.float32(6),
        },
        shape,
    )
    module, data = clean_module(network), feeds(shape, 3)
    known = evidence(module, data)
    network.graph.output.append(onnx.ValueInfoProto(name="c"))
    expected = OnnxRuntime(network).run(data[0])["c"]
    (layer,) = (layer for layer in find_layers(module, known) if layer.name == "y")
    (_, inputs), *_ = layer_inputs(module, [layer], known)
    np.testing.assert_allclose(inputs[layer.source], expected, atol=1e-6)
