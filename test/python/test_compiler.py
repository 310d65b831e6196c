"""`tpu_mlir.compile`: its options, and networks of a few operators through every stage.

The networks are those that one-operator cases (test/operators) cannot stand for: values that are read twice, fusions,
tensors that must be cut, channels beyond the lanes. Tolerances are relative to the largest magnitude expected: in f32
for the order of long sums, in f16 and bf16 for a handful of roundings of 2^-11 and 2^-8.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir import ir
from tpu_mlir.compiler import pipeline, run_passes
from tpu_mlir.errors import CompileError, ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.testing import compare, uniform

TOLERANCES = {"f32": 2e-6, "f16": 6e-3, "bf16": 5e-2}


class Builder:
    """A network under construction; methods return names of values."""

    def __init__(self, **inputs: Sequence[int]) -> None:
        self.inputs = {name: tuple(shape) for name, shape in inputs.items()}
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def weight(self, array: np.ndarray) -> str:
        self.weights.append(numpy_helper.from_array(array, f"w{len(self.weights)}"))
        return self.weights[-1].name

    def node(self, op: str, *operands: str, outputs: int = 1, **attributes: object) -> str:
        names = [f"{op.lower()}{len(self.nodes)}" + (f"_{i}" if i else "") for i in range(outputs)]
        self.nodes.append(helper.make_node(op, operands, names, name=f"node_{names[0]}", **attributes))
        return names[0]

    def conv(self, x: str, out: int, into: int, kernel: int, **attributes: object) -> str:
        scale = (into * kernel * kernel) ** -0.5
        filters = self.weight(uniform(out, into, kernel, kernel, seed=len(self.weights)) * np.float32(scale))
        bias = self.weight(uniform(out, seed=len(self.weights)))
        return self.node("Conv", x, filters, bias, **{"pads": [kernel // 2] * 4} | attributes)

    def model(self, *outputs: str) -> onnx.ModelProto:
        float_ = TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes,
            "built",
            [helper.make_tensor_value_info(name, float_, shape) for name, shape in self.inputs.items()],
            [helper.make_tensor_value_info(name, float_, None) for name in outputs],
            self.weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=9)


def residual() -> onnx.ModelProto:
    b = Builder(x=(2, 70, 19, 23))
    first = b.node("Relu", b.conv("x", 70, 70, 3))
    channels = [b.weight(uniform(70, low=0.5, high=1.5, seed=seed)) for seed in range(4)]
    second = b.node("BatchNormalization", b.conv(first, 70, 70, 3), *channels)
    total = b.node("Relu", b.node("Add", second, "x"))
    return b.model(b.node("MaxPool", total, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4), total)


def separable() -> onnx.ModelProto:
    b = Builder(x=(1, 32, 40, 40))
    wide = b.node("HardSwish", b.conv("x", 130, 32, 1))
    deep = b.node("HardSwish", b.conv(wide, 130, 1, 5, group=130, strides=[2, 2]))
    gate = b.node("HardSigmoid", b.conv(b.node("GlobalAveragePool", deep), 130, 130, 1))
    return b.model(b.conv(b.node("Mul", deep, gate), 40, 130, 1))


def attention() -> onnx.ModelProto:
    b = Builder(x=(2, 50, 96))
    scale, shift = b.weight(uniform(96, low=0.5, high=1.5)), b.weight(uniform(96))
    tokens = b.node("LayerNormalization", "x", scale, shift)
    heads = b.weight(np.array([0, 0, 6, 16]))
    parts: list[str] = []
    for index in range(3):
        product = b.node("MatMul", tokens, b.weight(uniform(96, 96, seed=index) * np.float32(0.1)))
        parts.append(b.node("Transpose", b.node("Reshape", product, heads), perm=[0, 2, 1, 3]))
    scores = b.node("MatMul", parts[0], b.node("Transpose", parts[1], perm=[0, 1, 3, 2]))
    weights = b.node("Softmax", b.node("Mul", scores, b.weight(np.float32([0.25]))), axis=-1)
    mixed = b.node("Transpose", b.node("MatMul", weights, parts[2]), perm=[0, 2, 1, 3])
    joined = b.node("Add", "x", b.node("Reshape", mixed, b.weight(np.array([0, 0, 96]))))
    return b.model(b.node("Gelu", joined))


def pyramid() -> onnx.ModelProto:
    b = Builder(x=(1, 24, 26, 30))
    small = b.node("LeakyRelu", b.conv("x", 48, 24, 3, strides=[2, 2]), alpha=0.1)
    none, scales = b.weight(np.zeros(0, np.float32)), b.weight(np.float32([1, 1, 2, 2]))
    large = b.node("Resize", small, none, scales, mode="nearest", coordinate_transformation_mode="asymmetric")
    joined = b.node("Concat", large, "x", axis=1)
    return b.model(b.node("Sigmoid", b.conv(joined, 5, 72, 1)), b.node("Tanh", small))


def large_image() -> onnx.ModelProto:
    """A tensor of 8 MB in f32, its result of 16 MB: as much as all local memory."""
    b = Builder(x=(1, 3, 540, 1280))
    return b.model(b.node("Relu", b.conv("x", 16, 3, 3, strides=[2, 2])))


def stems() -> onnx.ModelProto:
    """Kernels whose rows become input channels in 16 bits."""
    b = Builder(x=(2, 3, 37, 45))
    even = b.conv("x", 70, 3, 7, strides=[2, 2])
    return b.model(even, b.conv("x", 9, 3, 5, strides=[1, 3], dilations=[2, 1], pads=[4, 2, 3, 1]))


def deep() -> onnx.ModelProto:
    """Far more ops than a group of several slices may have, on small images: groups are joined in several rounds."""
    b = Builder(x=(1, 70, 14, 14))
    value = "x"
    for _ in range(30):
        inner = b.conv(b.node("Relu", b.conv(value, 70, 70, 3)), 70, 70, 1)
        value = b.node("Relu", b.node("Add", value, inner))
    return b.model(value)


def long_chain() -> onnx.ModelProto:
    b = Builder(x=(3, 5, 33, 65), y=(1, 5, 1, 65))
    value = "x"
    for op in ("Add", "Mul", "Sub", "Max", "Add", "Mul", "Min", "Sub"):
        value = b.node(op, value, "y")
    return b.model(value)


def parts_of_rows() -> onnx.ModelProto:
    """Ops that need whole rows, of whose results only a part is read in the same group."""
    b = Builder(x=(1, 13), y=(2, 70, 24))
    place, first, last, axis = (b.weight(np.array(value)) for value in ([-4], [3], [9], [2]))
    one = b.node("Celu", b.node("Gather", b.node("Softmax", "x", axis=1), place, axis=1))
    ones, zeros = b.weight(np.ones(24, np.float32)), b.weight(np.zeros(24, np.float32))
    rows = b.node("Slice", b.node("LayerNormalization", "y", ones, zeros), first, last, axis)
    return b.model(one, b.node("Sigmoid", rows))


NETWORKS: tuple[Callable[[], onnx.ModelProto], ...] = (
    residual,
    separable,
    attention,
    pyramid,
    large_image,
    long_chain,
    stems,
    deep,
    parts_of_rows,
)


def run_onnx(model: onnx.ModelProto, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return OnnxRuntime(model).run(feeds)


@pytest.mark.parametrize("precision", TOLERANCES)
@pytest.mark.parametrize("build", NETWORKS, ids=lambda build: build.__name__)
def test_network(build: Callable[[], onnx.ModelProto], precision: str) -> None:
    model = build()
    shapes = {item.name: [dim.dim_value for dim in item.type.tensor_type.shape.dim] for item in model.graph.input}
    feeds = {name: uniform(*shape, low=-1, high=1) for name, shape in shapes.items()}
    session = Session(tpu_mlir.compile(model, precision=precision), check_races=True, check_uninitialised=True)
    found = session.run(feeds)
    for name, array in run_onnx(model, feeds).items():
        compare(name, found[name], array, TOLERANCES[precision])


def test_full_hd_image_compiles() -> None:
    b = Builder(x=(1, 3, 1080, 1920))
    compiled = tpu_mlir.compile(b.model(b.conv("x", 32, 3, 3)), precision="f16")
    (stage,) = compiled.info().networks[0].stages
    assert stage.outputs[0].shape == (1, 32, 1080, 1920)


def test_every_layer_is_on_record_and_agrees() -> None:
    model = residual()
    x = uniform(2, 70, 19, 23)
    found = Session(tpu_mlir.compile(model)).run_all({"x": x})
    model.graph.output.extend(onnx.ValueInfoProto(name=node.output[0]) for node in model.graph.node)
    expected = run_onnx(model, {"x": x})
    inner = found.tensors.keys() & expected.keys()
    assert inner
    for name in inner:
        compare(name, found.tensors[name].reshape(expected[name].shape), expected[name], TOLERANCES["f32"])


def test_sources_and_results(tmp_path: Path) -> None:
    """A file, a model in memory and a module in `top` give the same network; `output` is written."""
    model = separable()
    onnx.save(model, tmp_path / "m.onnx")
    first = tpu_mlir.compile(tmp_path / "m.onnx", output=tmp_path / "m.bmodel")
    assert isinstance(first, BModel) and (tmp_path / "m.bmodel").read_bytes() == first.data
    x = uniform(1, 32, 40, 40)
    results = [Session(b).run({"x": x}) for b in (first, *map(tpu_mlir.compile, (model, import_model(model))))]
    for result in results[1:]:
        for name, array in results[0].items():
            np.testing.assert_array_equal(result[name], array)
    assert [net.name for net in first.contents.nets] == ["m"]


@pytest.mark.parametrize("as_file", [False, True])
def test_precision_overrides(as_file: bool, tmp_path: Path) -> None:
    """Of y = (x + 200) - 200, f16 keeps eighths only; with both in f32 the result is as exact as its rounding."""
    b = Builder(x=(1, 8))
    big = b.weight(np.full(1, 200, np.float32))
    total = b.node("Add", "x", big)
    model = b.model(b.node("Sub", total, big))
    x = np.float32([[0.25, 0.5, 0.75, 1.25, 1.5, 2.25, 3.5, 3.75]]) / 4
    (coarse,) = Session(tpu_mlir.compile(model, precision="f16")).run({"x": x}).values()
    assert np.abs(coarse - x).max() >= 2**-4
    overrides: dict[str, str] = {node.output[0]: "f32" for node in model.graph.node}
    path = tmp_path / "overrides"
    path.write_text("# comment\n" + "".join(f"{name} {kind}\n" for name, kind in overrides.items()))
    chosen = path if as_file else overrides
    (fine,) = Session(tpu_mlir.compile(model, precision="f16", precision_overrides=chosen)).run({"x": x}).values()
    np.testing.assert_array_equal(fine, x)


def test_unknown_options() -> None:
    with pytest.raises(ModelError, match="unknown precision 'f8': expected one of f32, f16, bf16"):
        tpu_mlir.compile(long_chain(), precision="f8")
    with pytest.raises(ModelError, match="unknown chip 'cpu': expected one of bm1684x"):
        tpu_mlir.compile(long_chain(), chip="cpu")


@pytest.mark.parametrize(("precision", "rounded"), [("f16", np.float16), ("bf16", ml_dtypes.bfloat16)])
def test_weights_are_rounded_to_nearest_even(precision: str, rounded: type) -> None:
    """All 16-bit numbers, the points halfway between them, and the floats next to those, as NumPy rounds them.

    But for what is subnormal as an f32: the chip's sum makes that zero.
    """
    numbers = np.arange(1 << 16, dtype=np.uint16).view(rounded).astype(np.float32)
    bits = numbers[np.isfinite(numbers)].view(np.uint32)
    half = np.uint32(1 << (12 if precision == "f16" else 15))
    weights = np.concatenate([bits, bits + half, bits + half - 1, bits + half + 1]).view(np.float32)
    with np.errstate(over="ignore"):
        expected = weights.astype(rounded).astype(np.float32)
    kept = np.isfinite(expected) & (np.abs(expected) >= np.finfo(np.float32).tiny)
    weights, expected = weights[kept], expected[kept]
    count = len(weights) // 64 * 64
    b = Builder(x=(1, 64, count // 64))
    total = b.node("Add", "x", b.weight(weights[:count].reshape(1, 64, -1)))
    zero = np.zeros((1, 64, count // 64), np.float32)
    given = {total: precision}  # else large constants are computed with in f32
    bmodel = tpu_mlir.compile(b.model(total), precision=precision, precision_overrides=given)
    (found,) = Session(bmodel).run({"x": zero}).values()
    np.testing.assert_array_equal(found.reshape(-1), expected[:count])


def test_int8_needs_ranges_or_a_model_that_has_integers() -> None:
    digits = Path(__file__).parents[2] / "examples" / "digits" / "digits.onnx"
    with pytest.raises(CompileError, match="expected calibration data or a table of ranges, found neither"):
        tpu_mlir.compile(digits, precision="int8", input_shapes={"images": (1, 1, 8, 8)})


def test_faults_of_passes_are_told_as_such() -> None:
    """Operations that no user has written are not what is to be changed in the model."""
    with ir.Context():
        module = ir.Module.parse("""
            module attributes {tpu.coeff_size = 4096 : i64, tpu.neuron_size = 4096 : i64} {
              func.func @main(%x: tensor<1x1x1x8xf32>) -> tensor<1x1x1x8xf32> {
                %0 = tpu.unary exp %x : tensor<1x1x1x8xf32> loc("inner")
                return %0 : tensor<1x1x1x8xf32>
              }
            }
        """)
        with pytest.raises(CompileError) as error:
            run_passes(module, pipeline("tpu-codegen{output=never.bmodel name=n}"))
    assert "'inner': 'tpu.unary' op expects an address" in str(error.value)
    assert "a fault of tpu_mlir, not of the model; please report it" in str(error.value)
    assert "--precision-override NAME:f16" in str(error.value)


def test_every_tensor_that_is_computed_can_be_kept() -> None:
    """With groups only what leaves one is on record; without, each layer, with the same results."""
    model = separable()
    x = {"x": uniform(1, 32, 40, 40)}
    grouped, kept = (Session(tpu_mlir.compile(model, keep_tensors=keep)).run_all(x) for keep in (False, True))
    assert grouped.tensors.keys() < kept.tensors.keys()
    for name, values in grouped.outputs.items():
        np.testing.assert_array_equal(values, kept.outputs[name])


def test_an_override_may_name_a_fused_layer() -> None:
    """The convolution's own tensor is part of that of the relu."""
    b = Builder(x=(1, 8, 9, 9))
    conv = b.conv("x", 8, 8, 3)
    model = b.model(b.node("Sigmoid", b.node("Relu", conv)))
    plain, named = (tpu_mlir.compile(model, precision="bf16", precision_overrides=o) for o in (None, {conv: "f32"}))
    x = {"x": uniform(1, 8, 9, 9)}
    relu = model.graph.node[1].output[0]
    types = [Session(each).run_all(x).tensors for each in (plain, named)]
    assert plain.data != named.data
    (stage,) = named.contents.nets[0].stages
    assert stage.aliases() == {conv: relu}
    assert types[1].get(relu, np.zeros(1, np.float32)).dtype == np.float32
