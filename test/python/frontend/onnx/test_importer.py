"""What an import keeps of the model, how it folds, and how it reports what it cannot import."""

import time
import warnings
from collections.abc import Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.locations import names
from tpu_mlir.reference import run
from tpu_mlir.runtime import Session
from tpu_mlir.testing import Fixed, case, check_round_trip, uniform

FLOAT, HALF, INT = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64


def network(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, tuple[int, Sequence[int]]],
    outputs: dict[str, int],
    weights: dict[str, np.ndarray] | None = None,
    opset: int = 17,
) -> onnx.ModelProto:
    """Return a model; inputs with type and shape, outputs with type."""
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in inputs.items()],
        [helper.make_tensor_value_info(name, kind, None) for name, kind in outputs.items()],
        [numpy_helper.from_array(array, name) for name, array in (weights or {}).items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def body(module: ir.Module) -> list[ir.Operation]:
    """Return the operations of `@main` without the return."""
    return [op.operation for op in module.body.operations[0].regions[0].blocks[0].operations][:-1]


def node(op: str, inputs: str, outputs: str, **attributes: object) -> onnx.NodeProto:
    """Return a node named after its first result; operands are separated by spaces, - for none."""
    results = outputs.split()
    operands = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(op, operands, results, name=f"node_{results[0]}", **attributes)


def test_names_and_order_are_kept() -> None:
    nodes = [node("Relu", "b/in:0", "mid.0"), node("Add", "mid.0 a", "out 1"), node("Neg", "a", "z")]
    nodes[1].output[:] = ["out 1"]
    module = import_model(network(nodes, {"b/in:0": (FLOAT, [2]), "a": (FLOAT, [2])}, {"z": FLOAT, "out 1": FLOAT}))
    main = module.body.operations[0]
    assert [str(entry["top.name"]) for entry in main.attributes["arg_attrs"]] == ['"b/in:0"', '"a"']
    assert [str(entry["top.name"]) for entry in main.attributes["res_attrs"]] == ['"z"', '"out 1"']
    assert [names(op.location) for op in body(module)] == [["mid.0"], ["out 1"], ["z"]]
    assert ir.StringAttr(module.operation.attributes["sym_name"]).value == "network"


def test_an_operation_with_several_results_names_all() -> None:
    module = import_model(network([node("Split", "x", "a b")], {"x": (FLOAT, [4])}, {"b": FLOAT}, opset=13))
    assert [names(op.location) for op in body(module)] == [["a", "b"]]
    assert list(run(module, {"x": uniform(4)})) == ["b"]


def test_nodes_that_no_output_needs_are_left_out() -> None:
    nodes = [node("Relu", "x", "y"), node("Nonsense", "x", "z")]
    assert [op.name for op in body(import_model(network(nodes, {"x": (FLOAT, [2])}, {"y": FLOAT})))] == ["top.relu"]


def test_half_precision_is_computed_in_single_precision() -> None:
    weights = {"w": uniform(4).astype(np.float16)}
    model = network([node("Mul", "x w", "y")], {"x": (HALF, [2, 4])}, {"y": HALF}, weights)
    module = import_model(model)
    assert [str(op.results[0].type.element_type) for op in body(module)] == ["f32", "f32", "f32", "f16"]
    assert "(%arg0: tensor<2x4xf16>" in str(module).replace("{top.name", "(").replace(" (", " ")
    x = uniform(2, 4, seed=1).astype(np.float16)
    np.testing.assert_array_equal(run(module, {"x": x})["y"], x * weights["w"])


def test_double_precision_becomes_single() -> None:
    model = network([node("Neg", "x", "y")], {"x": (TensorProto.DOUBLE, [3])}, {"y": TensorProto.DOUBLE})
    x = uniform(3)
    np.testing.assert_array_equal(run(import_model(model), {"x": x})["y"], -x)


def test_shape_arithmetic_is_folded() -> None:
    nodes = [
        node("Shape", "x", "shape"),
        node("Gather", "shape zero", "batch", axis=0),
        node("Unsqueeze", "batch zeros", "first"),
        node("Concat", "first rest", "target", axis=0),
        node("Reshape", "x target", "y"),
    ]
    weights = {"zero": np.array(0), "zeros": np.array([0]), "rest": np.array([-1])}
    model = network(nodes, {"x": (FLOAT, ["N", 3, 4])}, {"y": FLOAT}, weights)
    module = import_model(model, input_shapes={"x": [2, 3, 4]})
    assert [str(op) for op in body(module)] == [
        "%0 = top.reshape %arg0 shape = [2, 12] : (tensor<2x3x4xf32>) -> tensor<2x12xf32>"
    ]


def test_outputs_that_are_inputs_constants_or_the_same_value() -> None:
    nodes = [node("Identity", "x", "same"), node("Relu", "x", "y"), node("Identity", "y", "again")]
    outputs = {"same": FLOAT, "w": FLOAT, "y": FLOAT, "again": FLOAT}
    w = uniform(3)
    check_round_trip(network(nodes, {"x": (FLOAT, [2])}, outputs, {"w": w}), {"x": uniform(2)})


def branch(op: str) -> onnx.GraphProto:
    result = helper.make_tensor_value_info("r", FLOAT, None)
    return helper.make_graph([helper.make_node(op, ["x"], ["r"])], op, [], [result])


@pytest.mark.parametrize(("condition", "expected"), [(True, "top.relu"), (False, "top.neg")])
def test_if_with_a_constant_condition_is_inlined(condition: bool, expected: str) -> None:
    choice = node("If", "c", "y", then_branch=branch("Relu"), else_branch=branch("Neg"))
    model = network([choice], {"x": (FLOAT, [2])}, {"y": FLOAT}, {"c": np.array(condition)})
    assert [op.name for op in body(import_model(model))] == [expected]


def failures(model: onnx.ModelProto) -> list[str]:
    """Return the lines of the message with which the import fails."""
    with pytest.raises(ModelError) as caught:
        import_model(model)
    return str(caught.value).splitlines()


def test_all_nodes_that_cannot_be_imported_are_in_one_message() -> None:
    nodes = [
        node("Nonsense", "x", "a"),
        node("Relu", "a", "b"),
        node("RandomNormalLike", "b", "c"),
        node("Concat", "x w", "d", axis=0),
        node("Sum", "c d", "y"),
    ]
    assert failures(network(nodes, {"x": (FLOAT, [2, 3])}, {"y": FLOAT}, {"w": uniform(2, 4)})) == [
        "3 nodes cannot be compiled:",
        "  'node_a': Nonsense is not an operator of opset 17",
        "  'node_c': RandomNormalLike is not supported",
        "  'node_d': 'top.concat' op expects inputs that differ along axis 0 only, "
        "but found [2, 3] and [2, 4] as #1 (C3)",
    ]


def test_other_reasons() -> None:
    choice = node("If", "c", "y", then_branch=branch("Relu"), else_branch=branch("Neg"))
    model = network([choice], {"x": (FLOAT, [2]), "c": (TensorProto.BOOL, [])}, {"y": FLOAT})
    assert failures(model)[1:] == [
        "  'node_y': If expects a constant condition, found one that is computed from the inputs"
    ]
    norm = node("BatchNormalization", "x w w w w", "y i v")
    model = network([norm], {"x": (FLOAT, [1, 2, 4])}, {"y": FLOAT, "i": FLOAT}, {"w": uniform(2)})
    assert failures(model)[1:] == ["  'node_y': BatchNormalization has its result 1 ('i') used, which is not supported"]
    model = network([node("Relu", "nothing", "y")], {"x": (FLOAT, [2])}, {"y": FLOAT})
    (reason,) = failures(model)
    assert reason.startswith("not valid ONNX: Nodes in a graph must be topologically sorted, however input 'nothing'")
    model = network([node("Relu", "x", "y")], {"x": (FLOAT, [2])}, {"z": FLOAT})
    assert failures(model) == ["output 'z' is computed by no node"]
    model = network([node("Softmax", "x", "y", axis="one")], {"x": (FLOAT, [2])}, {"y": FLOAT})
    assert failures(model)[1].startswith("  'node_y': Mismatched attribute type in 'node_y : axis'. Expected: 'INT'")
    model = network([node("Concat", "x x", "y")], {"x": (FLOAT, [2])}, {"y": FLOAT})
    assert failures(model)[1].startswith("  'node_y': Required attribute 'axis' is missing")


def test_element_types_that_an_operation_does_not_take_are_named() -> None:
    model = network([node("MatMul", "x x", "y")], {"x": (TensorProto.INT32, [4, 4])}, {"y": TensorProto.INT32})
    (_, reason) = failures(model)
    assert reason.startswith("  'node_y': 'top.matmul' op operand #0 must be statically shaped tensor of ")


@pytest.mark.filterwarnings("ignore::tpu_mlir.errors.TpuMlirWarning")
def test_what_such_an_operation_computes_can_be_the_hosts() -> None:
    """The survey behind the cut reads the types of everything, also of what has been erased."""
    model = network([node("MatMul", "x x", "y")], {"x": (TensorProto.INT32, [4, 4])}, {"y": TensorProto.INT32})
    x = np.arange(16, dtype=np.int32).reshape(4, 4)
    (found,) = Session(tpu_mlir.compile(model)).run({"x": x}).values()
    np.testing.assert_array_equal(found, x @ x)


def test_constants_that_cannot_be_evaluated_are_named() -> None:
    model = network([node("Reshape", "w s", "y")], {}, {"y": FLOAT}, {"w": uniform(4), "s": np.array([3])})
    (_, reason) = failures(model)
    assert reason.startswith("  'node_y': constant Reshape cannot be evaluated: ")
    model = network([node("RandomNormal", "", "y", shape=[2])], {}, {"y": FLOAT})
    assert failures(model)[1:] == ["  'node_y': RandomNormal is not supported"]


def test_weights_that_are_not_finite_are_warned_about() -> None:
    weight = uniform(4, 3, 3, 3)
    weight[0, 0, 0, :2] = np.nan, np.inf
    with pytest.warns(TpuMlirWarning, match="^weight 'in1' holds 1 NaN and 1 infinite values out of 108$"):
        import_model(case("Conv", uniform(1, 3, 8, 8), Fixed(weight)).model())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        import_model(case("Conv", uniform(1, 3, 8, 8), Fixed(uniform(4, 3, 3, 3))).model())


def test_big_weights_are_not_slow() -> None:
    """Import 256 MB in at most 2 s of processor time (two copies, and the check for NaN)."""
    weights = {f"w{index}": np.zeros([4096, 4096], np.float32) for index in range(4)}
    nodes = [node("MatMul", f"x{index} w{index}", f"x{index + 1}") for index in range(4)]
    model = network(nodes, {"x0": (FLOAT, [1, 4096])}, {"x4": FLOAT}, weights)
    started = time.process_time()
    import_model(model)
    assert time.process_time() - started < 2


@pytest.mark.parametrize("name", ["onnx::Conv_36", "a b", "7", "Ünï", ">", "-1", "a-b/c.d"])
def test_text_can_be_read_back_whatever_weights_are_called(name: str) -> None:
    graph = helper.make_graph(
        [helper.make_node("Add", ["x", name], ["y"])],
        "network",
        [helper.make_tensor_value_info("x", FLOAT, [2, 3])],
        [helper.make_tensor_value_info("y", FLOAT, [2, 3])],
        [numpy_helper.from_array(uniform(2, 3), name)],
    )
    module = import_model(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8))
    text = module.operation.get_asm(enable_debug_info=True)
    with ir.Context():
        again = ir.Module.parse(text)
        assert again.operation.get_asm(enable_debug_info=True) == text
        assert names(body(again)[0].location) == [name]
