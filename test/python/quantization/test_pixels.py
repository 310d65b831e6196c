"""Bmodels that take pixels: what they compute, by the formula, and the tools that feed them."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from tpu_mlir.errors import CalibrationError, CompileError, FeedError, TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.quantization import (
    Layout,
    PixelFormat,
    Preprocess,
    Scheme,
    calibrate,
    evaluate,
    held_out,
    search_precision,
)
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.pixels import from_pixels, to_pixels
from tpu_mlir.runtime import Session

MEAN, SCALE = (123.675, 116.28, 103.53), (0.0171, 0.0175, 0.0174)
SIZE = (9, 11)
BATCH = 2
Pixels = npt.NDArray[np.uint8]


def preprocess(pixel_format: PixelFormat, layout: Layout) -> Preprocess:
    count = pixel_format.channels
    return Preprocess(MEAN[:count], SCALE[:count], pixel_format, layout=layout)


def identity(how: Preprocess) -> onnx.ModelProto:
    """Return a network that gives its image [n, c, h, w] back, by a convolution that INT8 computes exactly."""
    channels = how.pixel_format.channels
    dims = [BATCH, channels, *SIZE] if how.layout is Layout.NCHW else [BATCH, *SIZE, channels]
    turn = [helper.make_node("Transpose", ["x"], ["planes"], perm=[0, 3, 1, 2])]
    conv = helper.make_node("Conv", ["x" if how.layout is Layout.NCHW else "planes", "ones"], ["y"], group=channels)
    graph = helper.make_graph(
        [*(turn if how.layout is Layout.NHWC else []), conv],
        "identity",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, dims)],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(np.ones((channels, 1, 1, 1), np.float32), "ones")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def random_pixels(how: Preprocess, seed: int = 0) -> Pixels:
    return np.random.default_rng(seed).integers(0, 256, (BATCH, *SIZE, how.pixel_format.channels), np.uint8)


def formula(pixels: Pixels, how: Preprocess) -> npt.NDArray[np.float64]:
    """Return (pixel - mean) * scale as [n, c, h, w]."""
    ordered = pixels[..., ::-1] if how.pixel_format is PixelFormat.BGR else pixels
    return ((ordered.astype(np.float64) - np.array(how.mean)) * np.array(how.scale)).transpose(0, 3, 1, 2)


@pytest.fixture(params=list(Layout), ids=lambda layout: layout.value)
def layout(request: pytest.FixtureRequest) -> Layout:
    return request.param


@pytest.fixture(params=list(PixelFormat), ids=lambda pixel_format: pixel_format.value)
def how(request: pytest.FixtureRequest, layout: Layout) -> Preprocess:
    return preprocess(request.param, layout)


# Rounded to the type: half a unit in the last place, of f32 twice, since product and sum are rounded.
@pytest.mark.parametrize(("precision", "unit"), [("f32", 2**-22), ("f16", 2**-11), ("bf16", 2**-8)])
def test_floats(how: Preprocess, precision: str, unit: float) -> None:
    session = Session(tpu_mlir.compile(identity(how), precision=precision, fuse_preprocess=how))
    (taken,) = session.get_inputs()
    assert (taken.name, taken.type, taken.shape) == ("x", "tensor(uint8)", (BATCH, *SIZE, how.pixel_format.channels))
    pixels = random_pixels(how)
    expected = formula(pixels, how)
    assert np.abs(session.run({"x": pixels})["y"] - expected).max() <= unit * np.abs(expected).max()


@pytest.mark.parametrize("asymmetric", [False, True], ids=["symmetric", "asymmetric"])
def test_integers(how: Preprocess, asymmetric: bool) -> None:
    """The image becomes integers as if it were cast: within half a step, and nearly always the same ones."""
    model = identity(how)
    samples = [{"x": from_pixels(random_pixels(how, seed), how)} for seed in range(1, 4)]
    ranges = calibrate(model, samples, method="minmax")
    kind = {"precision": "int8", "ranges": ranges, "asymmetric": asymmetric}
    fused = Session(tpu_mlir.compile(model, fuse_preprocess=how, **kind))
    plain = Session(tpu_mlir.compile(model, **kind))
    pixels = random_pixels(how)
    expected = formula(pixels, how)
    entry = ranges.entries["x"]
    step = (entry.maximum - entry.minimum) / 255 if asymmetric else entry.threshold / 127
    inside = (expected > entry.minimum) & (expected < entry.maximum)  # what calibration has not seen is cut off
    found = fused.run({"x": pixels})["y"]
    assert np.abs(found - expected)[inside].max() <= 0.501 * step
    before = plain.run({"x": from_pixels(pixels, how)})["y"]
    assert np.abs(found - before).max() <= 1.001 * step  # ties, which rounding in another order may break otherwise
    assert np.mean(np.abs(found - before) > 0.001 * step) < 0.01


def padded_convolution(how: Preprocess) -> onnx.ModelProto:
    """Return a network in which padding, zeros of the image, and all channels of pixels meet."""
    model = identity(how)
    conv = model.graph.node[-1]
    del conv.attribute[:]
    conv.attribute.append(helper.make_attribute("pads", [1, 1, 1, 1]))
    filters = np.random.default_rng(7).uniform(-1, 1, (4, how.pixel_format.channels, 3, 3)).astype(np.float32)
    model.graph.initializer[0].CopyFrom(numpy_helper.from_array(filters, "ones"))
    return model


def test_padded_convolution(how: Preprocess) -> None:
    model, pixels = padded_convolution(how), random_pixels(how)
    numbers = from_pixels(pixels, how)
    (expected,) = OnnxRuntime(model).run({"x": numbers}).values()
    found = Session(tpu_mlir.compile(model, fuse_preprocess=how)).run({"x": pixels})["y"]
    assert np.abs(found - expected).max() <= 1e-5 * np.abs(expected).max()  # sums of 27 products in f32
    ranges = calibrate(model, [{"x": numbers}], method="minmax")
    fused, plain = (
        Session(tpu_mlir.compile(model, precision="int8", ranges=ranges, fuse_preprocess=item)) for item in (how, None)
    )
    found, before = fused.run({"x": pixels})["y"], plain.run({"x": numbers})["y"]
    step = ranges["x"].threshold / 127
    filters = numpy_helper.to_array(model.graph.initializer[0])
    assert np.abs(found - before).max() <= 1.01 * step * np.abs(filters).sum((1, 2, 3)).max()
    assert np.mean(np.abs(found - before) > 0.001 * step) < 0.1  # a tie is seen by nine windows


def test_model_that_quantizes_itself(how: Preprocess) -> None:
    """Its own scale and zero point are those that the pixels are stored with."""
    model = identity(how)
    scale, zero = np.float32(0.03), np.uint8(100)
    for tensor, name in ((scale, "scale"), (zero, "zero")):
        model.graph.initializer.append(numpy_helper.from_array(np.asarray(tensor), name))
    model.graph.node.append(helper.make_node("QuantizeLinear", ["y", "scale", "zero"], ["q"]))
    model.graph.node.append(helper.make_node("DequantizeLinear", ["q", "scale", "zero"], ["z"]))
    model.graph.output[0].name = "z"
    del model.graph.node[-3]  # the convolution
    model.graph.node[-2].input[0] = "x" if how.layout is Layout.NCHW else "planes"
    pixels = random_pixels(how)
    expected = (np.clip(np.rint(formula(pixels, how) / 0.03) + 100, 0, 255) - 100) * 0.03
    session = Session(tpu_mlir.compile(model, precision="int8", fallback="f32", fuse_preprocess=how))
    found = session.run({"x": pixels})["z"]
    differs = np.abs(found - expected) > 1e-5
    assert np.mean(differs) < 0.01 and np.abs(found - expected).max() <= 0.0301  # ties


def test_negative_scale() -> None:
    how = Preprocess((255.0,), (-1 / 255,))
    session = Session(tpu_mlir.compile(identity(how), fuse_preprocess=how))
    pixels = random_pixels(how)
    assert np.allclose(session.run({"x": pixels})["y"], formula(pixels, how), atol=2**-22)


def test_pixels_that_pass_unchanged() -> None:
    how = Preprocess()
    session = Session(tpu_mlir.compile(identity(how), fuse_preprocess=how))
    pixels = random_pixels(how)
    assert np.array_equal(session.run({"x": pixels})["y"], pixels.transpose(0, 3, 1, 2).astype(np.float32))


def test_feeds_are_checked() -> None:
    how = Preprocess()
    session = Session(tpu_mlir.compile(identity(how), fuse_preprocess=how))
    pixels = random_pixels(how)
    with pytest.raises(FeedError, match="'x'.* u8.* f32"):
        session.run({"x": pixels.astype(np.float32)})
    with pytest.raises(FeedError, match="'x'"):
        session.run({"x": pixels.transpose(0, 3, 1, 2)})


def two_inputs(second: list[int]) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node("Relu", ["image"], ["y"]), helper.make_node("Relu", ["other"], ["z"])],
        "two",
        [
            helper.make_tensor_value_info("image", TensorProto.FLOAT, [1, 3, 4, 5]),
            helper.make_tensor_value_info("other", TensorProto.FLOAT, second),
        ],
        [onnx.ValueInfoProto(name="y"), onnx.ValueInfoProto(name="z")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_other_inputs_stay() -> None:
    with pytest.warns(TpuMlirWarning, match="'other': expected floats .* found 'tensor<1x7xf32>'; this input stays"):
        bmodel = tpu_mlir.compile(two_inputs([1, 7]), fuse_preprocess=Preprocess())
    session = Session(bmodel)
    assert [(item.type, item.shape) for item in session.get_inputs()] == [
        ("tensor(uint8)", (1, 4, 5, 3)),
        ("tensor(float)", (1, 7)),
    ]
    pixels, other = np.full((1, 4, 5, 3), 200, np.uint8), np.full((1, 7), 0.5, np.float32)
    found = session.run({"image": pixels, "other": other})
    assert (found["y"] == 200).all() and (found["z"] == 0.5).all()


def test_two_images() -> None:
    session = Session(tpu_mlir.compile(two_inputs([2, 3, 2, 2]), fuse_preprocess=Preprocess((1.0,), (2.0,))))
    assert [item.shape for item in session.get_inputs()] == [(1, 4, 5, 3), (2, 2, 2, 3)]
    found = session.run({"image": np.full((1, 4, 5, 3), 9, np.uint8), "other": np.full((2, 2, 2, 3), 5, np.uint8)})
    assert (found["y"] == 16).all() and (found["z"] == 8).all()


def test_no_image() -> None:
    with pytest.raises(CompileError, match=r"'image': expected floats \[n, 1, h, w\] .* found 'tensor<1x3x4x5xf32>'"):
        tpu_mlir.compile(two_inputs([1, 7]), fuse_preprocess=Preprocess(pixel_format=PixelFormat.GRAY))


@pytest.mark.parametrize(
    ("how", "message"),
    [
        (Preprocess(scale=(1.0, 0.0, 1.0)), "expected a scale that is finite in f32 and not zero, but found 0"),
        (Preprocess(mean=(1e300,)), "expected a mean that is finite"),
    ],
)
def test_numbers_that_no_chip_holds(how: Preprocess, message: str) -> None:
    with pytest.raises(CompileError, match=message):
        tpu_mlir.compile(identity(how), fuse_preprocess=how)


def test_not_finite() -> None:
    with pytest.raises(CalibrationError, match="mean is expected to be finite, found nan"):
        Preprocess(mean=(float("nan"),))
    with pytest.raises(CalibrationError, match="scale is expected to be finite, found inf"):
        Preprocess(scale=(float("inf"),))


def test_there_and_back(how: Preprocess) -> None:
    pixels = random_pixels(how)
    assert np.array_equal(to_pixels(from_pixels(pixels, how), how, "x"), pixels)


@pytest.mark.parametrize("value", [0.5, -3.0, 256.0, np.nan])
def test_numbers_of_no_pixels(value: float) -> None:
    how = Preprocess()
    with pytest.raises(CalibrationError, match="input 'x' takes pixels, so expected numbers made of 0 to 255, but"):
        to_pixels(np.full((1, 3, 2, 2), value, np.float32), how, "x")


@pytest.fixture
def labels(tmp_path: Path) -> Path:
    """Images, each with the class of its largest channel in BGR, one of them wrong on purpose."""
    random = np.random.default_rng(5)
    lines: list[str] = []
    for index in range(6):
        colour = random.permutation([40, 120, 220])
        Image.fromarray(np.full((*SIZE, 3), colour, np.uint8)).save(tmp_path / f"{index}.png")
        lines.append(f"{index}.png,{(2 - int(np.argmax(colour)) + (index == 3)) % 3}")
    path = tmp_path / "labels.csv"
    path.write_text("\n".join(lines))
    return path


def classifier(how: Preprocess) -> onnx.ModelProto:
    """Return a network whose scores are the means of the channels."""
    model = identity(how)
    model.graph.node.append(helper.make_node("ReduceMean", ["y"], ["scores"], axes=[2, 3], keepdims=0))
    del model.graph.output[:]
    model.graph.output.append(onnx.ValueInfoProto(name="scores"))
    return model


def test_evaluate(labels: Path, layout: Layout) -> None:
    how = Preprocess((128.0,), (1 / 128,), PixelFormat.BGR, layout=layout)
    model = classifier(how)
    found = evaluate(model, tpu_mlir.compile(model, precision="f16", fuse_preprocess=how), labels, preprocess=how)
    assert found.model == found.bmodel == 5 / 6


def test_evaluate_with_other_options(labels: Path) -> None:
    how = Preprocess((128.0,), (1 / 128,), PixelFormat.BGR)
    bmodel = tpu_mlir.compile(classifier(how), fuse_preprocess=how)
    feeds = {"x": from_pixels(random_pixels(how), Preprocess((128.0,), (1 / 100,)))}
    with pytest.raises(CalibrationError, match="input 'x' takes pixels"):
        evaluate(classifier(how), bmodel, lambda run: float(run(feeds)["scores"].sum()), preprocess=how)


def test_search_precision(labels: Path) -> None:
    how = Preprocess((128.0,), (1 / 128,), PixelFormat.BGR)
    module = clean_module(classifier(how))
    ranges = calibrate(copy(module), labels.parent, preprocess=how, samples=4)
    trials = held_out(classifier(how), labels.parent, preprocess=how, samples=4)
    found = search_precision(Scheme(module, ranges, fuse_preprocess=how), *trials)
    assert found.chosen.quality >= 0.995
    assert Session(found.bmodel).get_inputs()[0].type == "tensor(uint8)"
    assert evaluate(classifier(how), found.bmodel, labels, preprocess=how).bmodel == 5 / 6
