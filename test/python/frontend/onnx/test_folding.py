"""Constants that are evaluated at import: exact in every type, bounded in size and work, external data included."""

import re
import time
from pathlib import Path

import ml_dtypes
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.reference import to_onnx

FLOAT, INT, BOOL, BFLOAT16 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.BFLOAT16
value = helper.make_tensor_value_info
node = helper.make_node
Weights = dict[str, np.ndarray]


def model(
    nodes: list[onnx.NodeProto], weights: Weights, shape: tuple[int, ...] = (2,), kind: int = FLOAT
) -> onnx.ModelProto:
    """Return a model of one input `x`, the nodes, and `y` = x + `c`, which the nodes compute."""
    graph = helper.make_graph(
        [*nodes, node("Add", ["x", "c"], ["y"])],
        "g",
        [value("x", kind, shape)],
        [value("y", kind, None)],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)


def folded(of: onnx.ModelProto | Path) -> np.ndarray:
    """Return the one constant of the imported model."""
    (weight,) = to_onnx(import_model(of)).graph.initializer
    return numpy_helper.to_array(weight)


def reason(of: onnx.ModelProto) -> str:
    """Return why a model is refused, which takes no second where nothing else runs."""
    started = time.process_time()
    with pytest.raises(ModelError) as caught:
        import_model(of)
    assert time.process_time() - started < 10
    return str(caught.value)


def test_bfloat16_is_rounded_as_the_type_says() -> None:
    """A cast, a move, and a product for which ONNX Runtime has no kernel; expected from ml_dtypes."""
    nodes = [
        node("Cast", ["w"], ["b"], to=BFLOAT16),
        node("Concat", ["b", "b"], ["bb"], axis=0),
        node("Mul", ["bb", "bb"], ["c"]),
    ]
    wide = np.array([0.1, 3.14159], np.float32)
    rounded = np.concatenate([wide, wide]).astype(ml_dtypes.bfloat16)
    expected = (rounded.astype(np.float32) ** 2).astype(ml_dtypes.bfloat16).astype(np.float32)
    np.testing.assert_array_equal(folded(model(nodes, {"w": wide}, (4,), BFLOAT16)), expected)


def test_cast_to_bfloat16_alone() -> None:
    """0.1 is 0x3dcd in bfloat16."""
    found = folded(model([node("Cast", ["w"], ["c"], to=BFLOAT16)], {"w": np.float32([0.1])}, (1,), BFLOAT16))
    assert found.view(np.uint32).tolist() == [0x3DCD0000]


HUGE = {
    "ConstantOfShape": ([node("ConstantOfShape", ["s"], ["c"])], {"s": np.array([1 << 40, 1 << 40])}),
    "Range": ([node("Range", ["s", "w", "t"], ["c"])], {"s": np.array(0), "w": np.array(1 << 62), "t": np.array(1)}),
    "Expand": ([node("Expand", ["w", "s"], ["c"])], {"w": np.float32([1]), "s": np.array([1 << 40])}),
    "Tile": ([node("Tile", ["w", "s"], ["c"])], {"w": np.float32([1]), "s": np.array([(1 << 63) - 1])}),
    "Pad": ([node("Pad", ["w", "s"], ["c"])], {"w": np.float32([1]), "s": np.array([0, 1 << 40])}),
    "OneHot": (
        [node("OneHot", ["i", "s", "w"], ["c"])],
        {"i": np.array([1]), "s": np.array(1 << 40), "w": np.float32([0, 1])},
    ),
    "HannWindow": ([node("HannWindow", ["s"], ["c"])], {"s": np.array(1 << 40)}),
    "MaxUnpool": (
        [node("MaxUnpool", ["w", "i", "s"], ["c"], kernel_shape=[1])],
        {"w": np.ones([1, 1, 1], np.float32), "i": np.zeros([1, 1, 1], np.int64), "s": np.array([1, 1, 1 << 40])},
    ),
    "outer product": (
        [node("ConstantOfShape", ["s"], ["a"]), node("MatMul", ["a", "b"], ["c"])],
        {"s": np.array([1 << 20, 1]), "b": np.ones([1, 1 << 10], np.float32)},
    ),
}


@pytest.mark.parametrize("name", HUGE)
def test_huge_constants_are_refused_before_they_are_made(name: str) -> None:
    text = reason(model(*HUGE[name]))
    assert re.search(r"for constants that are computed|ONNX does not tell its shape|at most 2147483647", text), text


def loop(nodes: list[onnx.NodeProto], results: int = 1, weights: list[TensorProto] | None = None) -> onnx.NodeProto:
    """Return a Loop of `m` trips whose body makes `v1` of `v`, and `scan` if it has two results."""
    outputs = [onnx.ValueInfoProto(name=name) for name in ("v1", "scan")[:results]]
    body = helper.make_graph(
        [node("Identity", ["go"], ["on"]), *nodes],
        "body",
        [value("i", INT, []), value("go", BOOL, []), onnx.ValueInfoProto(name="v")],
        [value("on", BOOL, []), *outputs],
        weights or [],
    )
    return node("Loop", ["m", "", "w"], ["last", "c"] if results > 1 else ["c"], body=body)


def test_loop_over_constants() -> None:
    """Powers of two, collected: 2, 4, 8."""
    nodes = [node("Add", ["v", "v"], ["v1"]), node("Identity", ["v1"], ["scan"])]
    weights = {"m": np.array(3), "w": np.float32([1])}
    np.testing.assert_array_equal(folded(model([loop(nodes, 2)], weights, (3, 1))), [[2], [4], [8]])


def test_loop_that_its_body_ends() -> None:
    """Doubles while less than 100: 128."""
    nodes = [
        node("Add", ["v", "v"], ["v1"]),
        node("ReduceMax", ["v1"], ["top"], keepdims=0),
        node("Less", ["top", "hundred"], ["on"]),
    ]
    whole = loop(nodes, weights=[numpy_helper.from_array(np.float32(100), "hundred")])
    del whole.attribute[0].g.node[0]  # the body's own condition instead
    assert folded(model([whole], {"m": np.array((1 << 63) - 1), "w": np.float32([1])}, (1,))).tolist() == [128]


def test_loop_without_an_end() -> None:
    text = reason(model([loop([node("Neg", ["v"], ["v1"])])], {"m": np.array((1 << 63) - 1), "w": np.float32([1])}))
    assert "Loop has not ended after 2000 nodes and iterations, the most that are evaluated" in text


def test_loop_that_grows() -> None:
    weights = {"m": np.array(64), "w": np.ones(1 << 20, np.float32)}
    assert "for constants that are computed" in reason(
        model([loop([node("Concat", ["v"] * 64, ["v1"], axis=0)])], weights)
    )


def test_parts_are_no_larger_than_the_whole() -> None:
    """Before opset 10 ONNX tells no dimension of a slice along an axis that is counted from the end."""
    c = np.arange(300 * 300, dtype=np.float32).reshape(300, 300, 1)
    old = model([node("Slice", ["w"], ["c"], axes=[-2], starts=[0], ends=[1 << 40])], {"w": c}, (300, 300, 1))
    old.opset_import[0].version = 9
    assert np.array_equal(folded(old).reshape(c.shape), c)


def test_function_whose_shape_onnx_does_not_infer() -> None:
    """Found by `make fuzz-networks`: GroupNormalization of constants was refused."""
    x = np.arange(24, dtype=np.float32).reshape(1, 4, 6) ** 2
    constants = {"c": x, "scale": np.ones(4, np.float32), "bias": np.zeros(4, np.float32)}
    nodes = [
        helper.make_node("GroupNormalization", list(constants), ["g"], num_groups=2, epsilon=1e-5),
        helper.make_node("Add", ["x", "g"], ["y"]),
    ]
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 4, 6])]
    fixed = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "norm", inputs, [onnx.ValueInfoProto(name="y")], fixed)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    written = to_onnx(import_model(model))
    found = [numpy_helper.to_array(item) for item in written.graph.initializer]
    groups = x.reshape(2, 12)
    expected = (groups - groups.mean(1, keepdims=True)) / np.sqrt(groups.var(1, keepdims=True) + 1e-5)
    assert any(np.allclose(array.reshape(-1), expected.reshape(-1), 1e-5, 1e-5) for array in found)


def test_random_numbers_in_a_loop_are_no_constant() -> None:
    weights = {"m": np.array(2), "w": np.float32([1])}
    assert "draws random numbers" in reason(model([loop([node("RandomNormalLike", ["v"], ["v1"])])], weights))


def test_external_data_in_a_loop_are_read_beside_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another file of the same name lies in the current folder."""
    folder = tmp_path / "model"
    folder.mkdir()
    np.float32([3]).tofile(folder / "w.bin")
    np.float32([5]).tofile(tmp_path / "w.bin")
    monkeypatch.chdir(tmp_path)
    inner = TensorProto(name="f", data_type=FLOAT, dims=[1], data_location=TensorProto.EXTERNAL)
    inner.external_data.add(key="location", value="w.bin")
    whole = loop([node("Mul", ["v", "f"], ["v1"])], weights=[inner])
    path = folder / "m.onnx"
    path.write_bytes(model([whole], {"m": np.array(2), "w": np.float32([1])}, (1,)).SerializeToString())
    assert folded(path).tolist() == [9]


def test_operators_of_other_domains() -> None:
    """ONNX does not tell the types of their results: the integers are those that they compute."""
    weights = {
        "a": np.uint8([10, 250]),
        "s": np.float32(0.5),
        "z": np.uint8(10),
        "t": np.float32(2),
        "zero": np.uint8(0),
    }
    domain = "com.microsoft"
    nodes = [
        node("QLinearMul", ["a", "s", "z", "a", "s", "z", "t", "zero"], ["q"], domain=domain),
        node("DequantizeLinear", ["q", "t", "zero"], ["c"]),
    ]
    network = model(nodes, weights)
    network.opset_import.append(helper.make_opsetid(domain, 1))
    # 0 * 0 and 120 * 120 = 14400, of which 8 bits of 2 hold 510
    np.testing.assert_array_equal(folded(network), np.float32([0, 510]))
