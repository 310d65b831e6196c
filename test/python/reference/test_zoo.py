"""Real models: imported, cleaned up and written back, they compute what ONNX Runtime computes from the original."""

import time
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, numpy_helper
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.session import Session
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.reference import Reference, onnx_intermediates, run_all
from tpu_mlir.testing import check_round_trip, compare

# Name, shapes of open inputs, and the range of the inputs that the network was trained with (MANIFEST.md's sources).
ZOO: dict[str, tuple[dict[str, list[int]], tuple[float, float]]] = {
    "mnist8": ({}, (0, 255)),
    "resnet20_cifar10": ({}, (-2, 2)),
    "super_resolution": ({"input": [1, 1, 224, 224]}, (0, 1)),
    "ultraface_rfb320": ({}, (-1, 1)),
    "deeplab_dm05_person": ({}, (-1, 1)),
    "lprnet": ({}, (-1, 1)),
    "vittracker": ({}, (-2, 2)),
    "yolox_nano": ({}, (0, 255)),
    "ppocr_cls": ({"x": [1, 3, 48, 192]}, (-1, 1)),
}


def feeds_for(model: onnx.ModelProto, shapes: dict[str, list[int]], low: float, high: float) -> dict[str, Array]:
    """Return seeded inputs of the model."""
    random = np.random.default_rng(0)
    inputs = resolve(model.graph, shapes)
    return {item.name: random.uniform(low, high, item.shape).astype(item.dtype) for item in inputs}


def frozen(model: onnx.ModelProto, shapes: dict[str, list[int]]) -> onnx.ModelProto:
    """Return the model with the given shapes in place of its own."""
    for value in model.graph.input:
        for dim, size in zip(value.type.tensor_type.shape.dim, shapes.get(value.name, []), strict=False):
            dim.dim_value = size
    return model


@pytest.mark.parametrize("name", ZOO)
def test_round_trip(models: Path, name: str) -> None:
    shapes, (low, high) = ZOO[name]
    model = onnx.load(models / f"{name}.onnx")
    feeds = feeds_for(model, shapes, low, high)
    check_round_trip(frozen(model, shapes), feeds)


def in_single_precision(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model of f16 weights, inputs and outputs as one of f32, the values unchanged."""
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    for value in (*model.graph.input, *model.graph.output, *model.graph.value_info):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    return model


def test_round_trip_of_a_half_precision_model(models: Path) -> None:
    """Inside, `top` computes in f32: as the model made f32 does, and but for f16's rounding as the original."""
    model = onnx.load(models / "squeezenet_fp16.onnx")
    feeds = feeds_for(model, {}, -2, 2)
    single = in_single_precision(onnx.load(models / "squeezenet_fp16.onnx"))
    wide = Session(single).run({name: x.astype(np.float32) for name, x in feeds.items()})
    expected = {name: array.astype(np.float16) for name, array in wide.items()}
    check_round_trip(model, feeds, expected=expected)
    original = Session(model).run(feeds)
    for name, array in original.items():
        compare(name, expected[name], array, 5e-3)  # 66 layers, each rounded to 2^-11


def test_every_layer_is_found_by_name_and_agrees(models: Path) -> None:
    model = onnx.load(models / "resnet20_cifar10.onnx")
    feeds = feeds_for(model, {}, -2, 2)
    expected = onnx_intermediates(model, feeds)
    found = run_all(import_model(model), feeds)
    layers = {
        name for node in model.graph.node for name in node.output if node.op_type in ("Conv", "Relu", "Add", "Gemm")
    }
    assert len(layers) == 48
    assert layers <= found.keys()
    for name in found.keys() & expected.keys():
        compare(name, found[name], expected[name], 1e-5)


def test_a_network_of_many_nodes_is_imported_quickly(models: Path) -> None:
    """369 nodes in well under the 2 s allowed for ResNet-50."""
    import_model(models / "mnist8.onnx")  # starts ONNX Runtime
    started = time.process_time()
    import_model(models / "yolox_nano.onnx")
    assert time.process_time() - started < 2


def test_a_prepared_module_runs_again(models: Path) -> None:
    model = onnx.load(models / "mnist8.onnx")
    reference = Reference(import_model(model))
    first, second = (reference.run(feeds_for(model, {}, 0, high)) for high in (100, 255))
    (name,) = first
    assert not np.array_equal(first[name], second[name])
