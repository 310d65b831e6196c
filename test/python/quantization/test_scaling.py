"""Equalisation and SmoothQuant: no float result changes by a bit, and uneven channels lose less in 8 bits."""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import helper
from python.quantization.networks import Feeds, evidence, feeds, int8_error, model, outputs
from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import Ranges, calibrate, quantize
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.corrections import equalize, smooth_quant
from tpu_mlir.quantization.corrections.channels import observe_channels, ranges_of_channels
from tpu_mlir.quantization.corrections.editing import operations_of
from tpu_mlir.quantization.corrections.scaling import find_site, scale
from tpu_mlir.quantization.operations import copy
from tpu_mlir.runtime import Session

RANDOM = np.random.default_rng(7)
REACHES = np.array([100, 30, 3, 0.3, 0.1, 0.03], np.float32).reshape(-1, 1, 1, 1)  # of the channels between the layers
SHAPE = (1, 4, 8, 8)
DATA = feeds(SHAPE, 6)


def normal(*shape: int) -> Array:
    return RANDOM.normal(size=shape).astype(np.float32)


def uneven(*middle: onnx.NodeProto, depthwise: bool = False) -> onnx.ModelProto:
    """Return a convolution to uneven channels `a`, something from `a` to `b`, and a second one that evens them."""
    second = normal(6, 1, 3, 3) / REACHES if depthwise else normal(5, 6, 3, 3) / REACHES.reshape(1, -1, 1, 1)
    return model(
        [
            helper.make_node("Conv", ["x", "w", "c"], ["a"]),
            *middle,
            helper.make_node("Conv", ["b", "v"], ["y"], pads=[1, 1, 1, 1], group=6 if depthwise else 1),
        ],
        {
            "w": normal(6, 4, 1, 1) * REACHES / 2,
            "c": normal(6) * REACHES.reshape(-1) / 2,
            "v": second,
            "zero": np.zeros(()),
            "six": np.full((), 6),
        },
        SHAPE,
    )


RELU6 = uneven(helper.make_node("Clip", ["a", "zero", "six"], ["b"]))
NETWORKS = {
    "relu": uneven(helper.make_node("Relu", ["a"], ["b"])),
    "leaky relu, pool": uneven(
        helper.make_node("LeakyRelu", ["a"], ["r"], alpha=0.25),
        helper.make_node("MaxPool", ["r"], ["b"], kernel_shape=[2, 2], strides=[1, 1]),
    ),
    "silu": uneven(helper.make_node("Sigmoid", ["a"], ["s"]), helper.make_node("Mul", ["a", "s"], ["b"])),
    "silu, depthwise": uneven(
        helper.make_node("Sigmoid", ["a"], ["s"]), helper.make_node("Mul", ["a", "s"], ["b"]), depthwise=True
    ),
}


def with_channels(module: ir.Module, data: Feeds) -> Ranges:
    ranges = calibrate(copy(module), data, method="minmax")
    return Ranges({**ranges, **ranges_of_channels(module, evidence(module, data, ranges).samples, lambda a, b: None)})


@pytest.mark.parametrize("name", NETWORKS)
def test_floats_stay_and_int8_errs_less(name: str) -> None:
    module = clean_module(NETWORKS[name])
    before = outputs(module, DATA)
    worse = int8_error(module, DATA, before)
    assert equalize(module, evidence(module, DATA)) == 1
    np.testing.assert_array_equal(outputs(module, DATA), before)
    assert int8_error(module, DATA, before, with_channels(module, DATA)) < worse / 4


@pytest.mark.parametrize("name", NETWORKS)
def test_the_chip_computes_it(name: str) -> None:
    """A rounding that goes the other way moves a result by a step of 8 bits at most, and then rarely."""
    module = clean_module(NETWORKS[name])
    equalize(module, evidence(module, DATA))
    check_chip(module)


def check_chip(module: ir.Module) -> None:
    ranges = with_channels(module, DATA)
    expected = outputs(quantize(copy(module), ranges, fallback="f32"), DATA)
    session = Session(tpu_mlir.compile(module, precision="int8", ranges=ranges))
    found = np.stack([session.run(item)["y"] for item in DATA])
    assert np.linalg.norm(found - expected) / np.linalg.norm(expected) < 0.005


def test_limits_stay_but_could_be_scaled() -> None:
    """A limit differs by channel then; the chip computes it all the same."""
    module = clean_module(RELU6)
    before = outputs(module, DATA)
    assert equalize(module, evidence(module, DATA)) == 0
    conv = next(op for op in operations_of(module) if op.name == "top.conv")
    site = find_site(conv.results[0], "top.conv")
    assert site is not None
    scale(site, np.array([1, 1, 2, 16, 32, 64], np.float32))
    np.testing.assert_array_equal(outputs(module, DATA), before)
    check_chip(module)


def test_what_others_read_stays() -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"]),
        helper.make_node("Conv", ["a", "v"], ["b"]),
        helper.make_node("Add", ["a", "b"], ["y"]),
    ]
    module = clean_module(model(nodes, {"w": normal(4, 4, 1, 1), "v": normal(4, 4, 1, 1)}, SHAPE))
    text = str(module)
    assert equalize(module, evidence(module, DATA)) == 0
    assert str(module) == text


def test_scaled_values_have_other_names() -> None:
    module = clean_module(NETWORKS["relu"])
    equalize(module, evidence(module, DATA))
    assert list(calibrate(module, DATA)) == ["x", "b/scaled", "y"]


def test_channels_get_ranges() -> None:
    """Only what a scaled function reads: there, 8 bits serve each channel."""
    module = clean_module(NETWORKS["silu"])
    samples = evidence(module, DATA).samples
    assert ranges_of_channels(module, samples, lambda a, b: None) == {}
    equalize(module, evidence(module, DATA))
    found = ranges_of_channels(module, samples, lambda a, b: None)
    assert list(found) == [f"a[{channel}]" for channel in range(6)]
    assert found["a[0]"].maximum > 100 * found["a[5]"].maximum


def test_channels_are_observed() -> None:
    module = clean_module(NETWORKS["relu"])
    found = observe_channels(module, {"x": 1, "y": 3}, evidence(module, DATA).samples, lambda a, b: None)
    x = np.concatenate([item["x"] for item in DATA])
    np.testing.assert_array_equal(found["x"].most, x.max(axis=(0, 2, 3)))
    np.testing.assert_array_equal(found["x"].least, x.min(axis=(0, 2, 3)))
    np.testing.assert_array_equal(found["y"].magnitudes, np.abs(outputs(module, DATA)).max(axis=(0, 1, 2, 3)))


def transformer(transposed: bool) -> onnx.ModelProto:
    """Return a layer norm with two outlying channels, and a product that reads it."""
    gain = np.array([80, 50, 1, 1, 1, 1, 1, 1], np.float32)
    weights = normal(8, 5)
    product = (
        helper.make_node("Gemm", ["n", "w", "c"], ["y"], transB=1)
        if transposed
        else helper.make_node("MatMul", ["n", "w"], ["y"])
    )
    return model(
        [helper.make_node("LayerNormalization", ["x", "gain", "shift"], ["n"], axis=-1), product],
        {"gain": gain, "shift": normal(8) * gain, "w": weights.T if transposed else weights, "c": normal(5)},
        (6, 8),
    )


@pytest.mark.parametrize("transposed", [False, True])
def test_smooth_quant_moves_outliers_into_weights(transposed: bool) -> None:
    module = clean_module(transformer(transposed))
    data = feeds((6, 8), 6)
    before = outputs(module, data)
    worse = int8_error(module, data, before)
    assert smooth_quant(module, evidence(module, data)) == 1
    np.testing.assert_array_equal(outputs(module, data), before)
    assert int8_error(module, data, before) < worse
    assert smooth_quant(clean_module(NETWORKS["relu"]), evidence(clean_module(NETWORKS["relu"]), DATA)) == 0
