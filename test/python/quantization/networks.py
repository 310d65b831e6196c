"""Small networks on which a correction shows, with their inputs."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import Ranges, calibrate, quantize
from tpu_mlir.quantization.corrections import Evidence
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.samples import find_samples
from tpu_mlir.reference import Reference, to_onnx

Feeds = list[dict[str, Array]]


def model(nodes: Sequence[onnx.NodeProto], constants: dict[str, Array], shape: Sequence[int]) -> onnx.ModelProto:
    """Return a network from `x` of that shape to `y`."""
    graph = helper.make_graph(
        nodes,
        "corrected",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(np.asarray(array, np.float32), name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def feeds(shape: Sequence[int], count: int, low: float = -1.0, high: float = 1.0, seed: int = 0) -> Feeds:
    random = np.random.default_rng([seed, *shape])
    return [{"x": random.uniform(low, high, shape).astype(np.float32)} for _ in range(count)]


def evidence(module: ir.Module, data: Feeds, ranges: Ranges | None = None) -> Evidence:
    """Return what corrections are fitted to; quantized with ranges of the module itself if none are given."""
    samples = find_samples(data, resolve(to_onnx(module).graph, {}), Preprocess(), count=len(data), seed=0)
    found = ranges or calibrate(copy(module), data, method="minmax")
    return Evidence(samples, lambda item: quantize(copy(item), found, fallback="f32"))


def outputs(module: ir.Module, data: Feeds) -> Array:
    """Return the only output on all samples."""
    reference = Reference(module)
    return np.stack([next(iter(reference.run(item).values())) for item in data])


def int8_error(module: ir.Module, data: Feeds, expected: Array, ranges: Ranges | None = None) -> float:
    """Return how far off the quantized module is, relative to what is expected."""
    found = outputs(evidence(module, data, ranges).quantize(module), data)
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))
