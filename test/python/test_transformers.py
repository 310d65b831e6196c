"""Networks of language, speech and pictures, small, through every stage; ids, masks, caches and states are inputs.

Compared by cosine in each output, with ONNX Runtime in f32. In f16 each layer rounds a few times to 2^-11. In INT8 what
the scheme does not keep in floats is rounded to 8 bits, with ranges of 32 other inputs.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import Session

from bench.networks import transformers
from bench.networks.transformers import Size

SMALL = Size(2, 32, 4, 17, 50)
NETWORKS: Mapping[str, Callable[[], onnx.ModelProto]] = {
    "bert": lambda: transformers.bert(SMALL),
    "distilbert": lambda: transformers.bert(SMALL, types=False),
    "vit": lambda: transformers.vit(SMALL, patch=4, classes=10),
    "clip": lambda: transformers.clip(SMALL, Size(2, 24, 3, 17), patch=4),
    "whisper-encoder": lambda: transformers.whisper_encoder(Size(2, 32, 4, 20), bands=16),
    "whisper-step": lambda: transformers.whisper_step(Size(2, 32, 4, 20, 50), past=7),
    "gpt-step": lambda: transformers.gpt_step(Size(2, 32, 4, 12, 50)),
    "conformer": lambda: transformers.conformer(Size(1, 32, 4, 20), kernel=7),
    "voice-detector": lambda: transformers.voice_detector(samples=160, window=64, hidden=32),
}
INDICES = {"token_type_ids": 2, "attention_mask": 2, "position": 12, "end": 17}  # less than this; ids of words below 50


def draw(model: onnx.ModelProto, seed: int) -> dict[str, Array]:
    """Return inputs: indices below their limits, a mask that ends somewhere, and normal reals."""
    random = np.random.default_rng(seed)
    feeds: dict[str, Array] = {}
    for value in model.graph.input:
        shape = [dim.dim_value for dim in value.type.tensor_type.shape.dim]
        if value.type.tensor_type.elem_type != TensorProto.INT64:
            feeds[value.name] = random.normal(size=shape).astype(np.float32)
        elif value.name == "attention_mask":
            feeds[value.name] = (np.arange(shape[1]) < random.integers(5, shape[1])).astype(np.int64)[None]
        else:
            feeds[value.name] = random.integers(0, INDICES.get(value.name, 50), shape)
    return feeds


def cosines(model: onnx.ModelProto, compiled: tpu_mlir.BModel) -> dict[str, float]:
    feeds = draw(model, seed=0)
    expected, found = OnnxRuntime(model).run(feeds), Session(compiled).run(feeds)
    assert found.keys() == expected.keys()
    pairs = {
        name: (found[name].astype(np.float64).ravel(), array.astype(np.float64).ravel())
        for name, array in expected.items()
    }
    return {name: float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b))) for name, (a, b) in pairs.items()}


@pytest.mark.parametrize(("precision", "least"), [("f32", 0.999999), ("f16", 0.9995), ("bf16", 0.99)])
@pytest.mark.parametrize("name", NETWORKS)
def test_floats(name: str, precision: str, least: float) -> None:
    model = NETWORKS[name]()
    found = cosines(model, tpu_mlir.compile(model, precision=precision, host=False))
    assert min(found.values()) >= least, found


@pytest.mark.parametrize("name", NETWORKS)
def test_int8(name: str) -> None:
    model = NETWORKS[name]()
    ranges = calibrate(model, [draw(model, seed) for seed in range(1, 33)])
    found = cosines(model, tpu_mlir.compile(model, precision="int8", ranges=ranges, host=False))
    assert min(found.values()) >= 0.99, found
