"""Modules written back to ONNX: names, constants, and errors."""

import numpy as np
import pytest
from tpu_mlir._mlir import ir
from tpu_mlir.errors import FeedError, ModelError
from tpu_mlir.locations import names
from tpu_mlir.reference import run, run_all, to_onnx


def parse(text: str) -> ir.Module:
    """Return the module; the context lives as long as it."""
    with ir.Context(), ir.Location.unknown():
        return ir.Module.parse(text)


RELUS = """
func.func @main(%x: tensor<2xf32> {top.name = "in/x:0"}) -> (tensor<2xf32> {top.name = "out"}) {
  %0 = top.neg %x : tensor<2xf32> loc("a")
  %1 = top.relu %0 : tensor<2xf32> loc("a")
  %2 = top.exp %1 : tensor<2xf32>
  return %2 : tensor<2xf32>
}
"""
X = np.array([-1, 2], np.float32)


def test_names_are_unique_and_kept() -> None:
    model = to_onnx(parse(RELUS))
    assert [value.name for value in model.graph.input] == ["in/x:0"]
    assert [list(node.output) for node in model.graph.node] == [["a"], ["a.1"], ["out"]]
    found = run_all(parse(RELUS), {"in/x:0": X})
    np.testing.assert_array_equal(found["a"], -X)
    np.testing.assert_array_equal(found["a.1"], [1, 0])


def test_modules_without_names_have_numbered_ones() -> None:
    kind = "tensor<2xf32>"
    module = parse(f"func.func @main(%x: {kind}) -> ({kind}, {kind}) {{ return %x, %x : {kind}, {kind} }}")
    found = run(module, {"input0": X})
    assert list(found) == ["output0", "output1"]
    np.testing.assert_array_equal(found["output1"], X)


CONSTANTS = [
    ("dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>", np.array([[1, 2], [3, 4]], np.float32)),
    ("dense<7> : tensor<3xi64>", np.full(3, 7, np.int64)),
    ("dense<[true, false, true, true, false, false, true, false, true]> : tensor<9xi1>", "101100101"),
    ("dense<true> : tensor<11xi1>", "1" * 11),
    ("dense<false> : tensor<2xi1>", "00"),
    ("dense<200> : tensor<1xui8>", np.array([200], np.uint8)),
    ("dense<-2.5> : tensor<f16>", np.array(-2.5, np.float16)),
]


@pytest.mark.parametrize(("attribute", "expected"), CONSTANTS, ids=[text for text, _ in CONSTANTS])
def test_constants_are_read(attribute: str, expected: np.ndarray | str) -> None:
    kind = attribute.split(" : ")[1]
    module = parse(f"func.func @main() -> {kind} {{ %0 = top.weight {attribute} \n return %0 : {kind} }}")
    wanted = np.array([bit == "1" for bit in expected]) if isinstance(expected, str) else expected
    (found,) = run(module, {}).values()
    assert found.dtype == wanted.dtype
    np.testing.assert_array_equal(found, wanted)


FUSED = """
func.func @main(%x: tensor<2x3xf32>) -> tensor<2x2xf32> {
  %w = top.weight dense<[[1.0, 0.5, -1.0], [2.0, -3.0, 1.0]]> : tensor<2x3xf32>
  %b = top.weight dense<[0.25, -0.25]> : tensor<2xf32>
  %0 = top.matmul %x, %w, %b {transpose_rhs, relu, relu_limit = 2.0 : f32}
     : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  return %0 : tensor<2x2xf32>
}
"""


def test_a_fused_activation_is_written() -> None:
    x = np.array([[1, 2, 3], [-4, 5, 0.5]], np.float32)
    w, b = np.array([[1, 0.5, -1], [2, -3, 1]], np.float32), np.array([0.25, -0.25], np.float32)
    (found,) = run(parse(FUSED), {"input0": x}).values()
    np.testing.assert_allclose(found, np.clip(x @ w.T + b, 0, 2), 1e-6)
    (found,) = run(parse(FUSED.replace(", relu_limit = 2.0 : f32", "")), {"input0": x}).values()
    np.testing.assert_allclose(found, np.maximum(x @ w.T + b, 0), 1e-6)


WITHOUT_ONNX = [
    ("top.silu %x : tensor<2x3xf32>", lambda x: x / (1 + np.exp(-x))),
    (
        "top.rms_norm %x {axis = 1 : i64, epsilon = 0.5 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
        lambda x: x / np.sqrt((x * x).mean(1, keepdims=True) + 0.5),
    ),
    (
        "top.layer_norm %x {axis = 1 : i64, epsilon = 0.5 : f32} : (tensor<2x3xf32>) -> tensor<2x3xf32>",
        lambda x: (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 0.5),
    ),
]


@pytest.mark.parametrize(("op", "formula"), WITHOUT_ONNX, ids=["silu", "rms_norm", "layer_norm"])
def test_operations_that_onnx_spells_out(op: str, formula: object) -> None:
    x = np.array([[1, -2, 3], [0.5, 0, -1]], np.float32)
    module = parse(
        f"func.func @main(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {{ %0 = {op} \n return %0 : tensor<2x3xf32> }}"
    )
    assert callable(formula)
    (found,) = run(module, {"input0": x}).values()
    np.testing.assert_allclose(found, formula(x), 1e-5)


def test_rms_norm_with_a_scale() -> None:
    x, scale = np.array([[3, 4]], np.float32), np.array([2, 0.5], np.float32)
    module = parse(
        "func.func @main(%x: tensor<1x2xf32>, %s: tensor<2xf32>) -> tensor<1x2xf32> {"
        "%0 = top.rms_norm %x scale = %s {axis = 1 : i64, epsilon = 0.0 : f32} "
        ": (tensor<1x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>\n return %0 : tensor<1x2xf32> }"
    )
    (found,) = run(module, {"input0": x, "input1": scale}).values()
    np.testing.assert_allclose(found, x / np.sqrt(12.5) * scale, 1e-6)


FEEDS = [
    ({}, "expected the inputs 'in/x:0', found none"),
    ({"x": X}, "expected the inputs 'in/x:0', found 'x'"),
    ({"in/x:0": X[:1]}, r"input 'in/x:0' is expected as float32 \[2\], found float32 \[1\]"),
    ({"in/x:0": X.astype(np.float64)}, r"input 'in/x:0' is expected as float32 \[2\], found float64 \[2\]"),
]


@pytest.mark.parametrize(("feeds", "message"), FEEDS)
def test_wrong_feeds(feeds: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(FeedError, match=message):
        run(parse(RELUS), feeds)


def test_modules_that_cannot_be_written() -> None:
    with pytest.raises(ModelError, match="the module has no function @main"):
        to_onnx(parse("func.func @other() { return }"))
    text = 'func.func @main() { %0 = "arith.constant"() {value = 1.0 : f32} : () -> f32 loc("here")\n return }'
    with pytest.raises(ModelError, match='arith.constant at .*"here".* has no form in ONNX'):
        to_onnx(parse(text))


def test_names_in_locations() -> None:
    with ir.Context():
        odd = 'tensor "7"\\ é\n'
        assert names(ir.Location.name(odd)) == [odd]
        assert names(ir.Location.fused([ir.Location.name("a"), ir.Location.name("b")])) == ["a", "b"]
        assert names(ir.Location.file("m.mlir", 3, 4)) == []
        assert names(ir.Location.name("a", ir.Location.file("m.mlir", 3, 4))) == ["a"]
