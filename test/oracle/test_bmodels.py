"""Compiled bmodels give the same bytes on the vendor's runtime and chip model as on our simulator.

By default all kernels, ten to a bmodel, and the small real models; with --oracle-all every kernel alone, too, and all
models of `bench.zoo` but ResNet-50, which takes the chip model many minutes.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir.compiler import compile
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.quantization import PixelFormat, Preprocess, calibrate
from tpu_mlir.quantization.pixels import from_pixels
from tpu_mlir.runtime import BModel, Session

from bench.int8 import photo_feeds
from bench.zoo import BY_NAME, example
from oracle.bmodels import Array, compare

sys.path.insert(0, str(Path(__file__).parents[1] / "Kernels"))

from integer_cases import INTEGER
from kernel_cases import ALL, FLOATS, KernelCase, cases, tensor_type
from quantized_cases import QUANTIZED
from test_kernels import compile_text

pytestmark = pytest.mark.oracle
TOGETHER = 10  # kernels in a bmodel: starting the chip model takes longer than most of them
SMALL = ("mnist8", "resnet20_cifar10", "lprnet")
LARGE = ("vittracker", "super_resolution", "squeezenet_fp16", "ultraface_rfb320", "yolox_nano", "deeplab_dm05_person")
SECONDS = 1200  # the longest that the chip model may take for a bmodel


def joined_module(kernels: Sequence[KernelCase]) -> str:
    """Return one function that runs them all; its arguments and results are theirs, in order."""
    arguments: list[str] = []
    bodies: list[str] = []
    for index, kernel in enumerate(kernels):
        arguments += [f"%k{index}_{name}: {tensor_type(array)}" for name, array in kernel.feeds.items()]
        bodies.append(re.sub(r"%(\w+)", rf"%k{index}_\1", kernel.body))
    types = ", ".join(tensor_type(kernel.expected) for kernel in kernels)
    results = ", ".join(f"%k{index}_r" for index in range(len(kernels)))
    lines = "\n".join(bodies)
    return f"func.func @main({', '.join(arguments)}) -> ({types}) {{\n{lines}\nreturn {results} : {types}\n}}"


def check(oracle: Path, model: BModel, feeds: Mapping[str, Array], record: "Record") -> None:
    """Run on both machines; note the result for the table at the end and fail if a byte differs."""
    result = compare(oracle, model, feeds, SECONDS)
    record(not result.differences, result.chip_seconds, result.our_seconds)
    assert not result.differences, "\n".join(map(str, result.differences))


class Record:
    """Keeps a line of the table that `make oracle` ends with."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self.properties: list[tuple[str, object]] = request.node.user_properties
        self.name: str = request.node.callspec.id

    def __call__(self, identical: bool, chip_seconds: float, our_seconds: float) -> None:
        self.properties.append(("bmodel", [self.name, identical, chip_seconds, our_seconds]))


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    return Record(request)


def batches() -> list[object]:
    """Return the kernels of each element type, cut into groups."""
    found: list[object] = []
    for kind, kernels in {**{kind: cases(kind) for kind in FLOATS}, "8 bits": QUANTIZED, "integers": INTEGER}.items():
        for first in range(0, len(kernels), TOGETHER):
            part = kernels[first : first + TOGETHER]
            found.append(pytest.param(part, id=f"kernels {first} to {first + len(part) - 1}, {kind}"))
    return found


def by_order(model: BModel, arrays: Sequence[Array]) -> dict[str, Array]:
    """Return the arrays under the names of the inputs."""
    return dict(zip((argument.name for argument in Session(model).get_inputs()), arrays, strict=True))


@pytest.mark.parametrize("kernels", batches())
def test_kernels(kernels: list[KernelCase], oracle: Path, record: Record, tmp_path: Path) -> None:
    model = compile_text(joined_module(kernels), tmp_path / "kernels.bmodel")
    check(oracle, model, by_order(model, [array for kernel in kernels for array in kernel.feeds.values()]), record)


@pytest.mark.large
@pytest.mark.parametrize("kernel", [pytest.param(kernel, id=kernel.name) for kernel in [*ALL, *QUANTIZED, *INTEGER]])
def test_kernel_alone(kernel: KernelCase, oracle: Path, record: Record, tmp_path: Path) -> None:
    model = compile_text(kernel.module(), tmp_path / "kernel.bmodel")
    check(oracle, model, by_order(model, list(kernel.feeds.values())), record)


MODELS = [*SMALL, *(pytest.param(name, marks=pytest.mark.large) for name in LARGE)]


@pytest.mark.parametrize("precision", FLOATS)
@pytest.mark.parametrize("name", MODELS)
def test_model(name: str, precision: str, oracle: Path, models: Path, record: Record) -> None:
    network = BY_NAME[name]
    path = network.path(models.parent)
    model = compile(path, precision=precision, input_shapes=network.shapes)
    check(oracle, model, Session(model).convert(example(network, path).feeds), record)


@pytest.mark.parametrize("asymmetric", [False, True], ids=["int8", "int8 with zero points"])
@pytest.mark.parametrize("name", MODELS)
def test_quantized_model(name: str, asymmetric: bool, oracle: Path, models: Path, record: Record) -> None:
    """A network calibrated on photos, as `bench.int8` does it; the input is another photo."""
    network = BY_NAME[name]
    path = network.path(models.parent)
    *samples, photo = photo_feeds(network, resolve(load(path)[0].graph, network.shapes), 9)
    ranges = calibrate(path, samples, input_shapes=network.shapes)
    model = compile(path, precision="int8", ranges=ranges, asymmetric=asymmetric, input_shapes=network.shapes)
    check(oracle, model, Session(model).convert(photo), record)


@pytest.mark.large
@pytest.mark.parametrize("name", ["shufflenet_v2_int8"])
def test_model_with_scales(name: str, oracle: Path, models: Path, record: Record) -> None:
    """A network that comes quantized."""
    path = models / f"{name}.onnx"
    (item,) = resolve(load(path)[0].graph, {})
    model = compile(path, precision="int8")
    values = np.random.default_rng(1).uniform(-2, 2, item.shape).astype(np.float32)  # of normalised images
    check(oracle, model, {item.name: values}, record)


@pytest.mark.parametrize("precision", [*FLOATS, "int8"])
@pytest.mark.parametrize("pixel_format", [PixelFormat.RGB, PixelFormat.BGR], ids=["pixels in rgb", "pixels in bgr"])
def test_pixels(pixel_format: PixelFormat, precision: str, oracle: Path, models: Path, record: Record) -> None:
    """A bmodel that makes its images of pixels."""
    path = BY_NAME["resnet20_cifar10"].path(models.parent)
    how = Preprocess((123.675, 116.28, 103.53), (0.0171, 0.0175, 0.0174), pixel_format)
    ((name, numbers),) = example(BY_NAME["resnet20_cifar10"], path).feeds.items()
    batch, channels, *size = numbers.shape
    random = np.random.default_rng(0)
    pixels = [random.integers(0, 256, (batch, *size, channels), np.uint8) for _ in range(5)]
    ranges = calibrate(path, [{name: from_pixels(item, how)} for item in pixels[1:]], method="minmax")
    kind = {"ranges": ranges} if precision == "int8" else {}
    model = compile(path, precision=precision, fuse_preprocess=how, **kind)
    check(oracle, model, {name: pixels[0]}, record)
