"""What ONNX's checks refuse is refused with its message; what only they refuse, and ONNX Runtime runs, is not."""

import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir import compile
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.runtime import Session

FLOAT, INT = TensorProto.FLOAT, TensorProto.INT64
value = helper.make_tensor_value_info
node = helper.make_node


def model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto] | None = None,
    outputs: list[onnx.ValueInfoProto] | None = None,
    weights: list[TensorProto] | None = None,
    opset: int = 21,
) -> onnx.ModelProto:
    """Return a model, by default of one input `x` [4] and one output `y` of any shape."""
    inputs = [value("x", FLOAT, [4])] if inputs is None else inputs
    outputs = [value("y", FLOAT, None)] if outputs is None else outputs
    graph = helper.make_graph(nodes, "g", inputs, outputs, weights or [])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10)


def message(of: onnx.ModelProto) -> str:
    """Return the message with which a model is refused."""
    with pytest.raises(ModelError) as caught:
        import_model(of)
    return str(caught.value)


REFUSED = {
    "attribute of another opset": (
        model([node("SpaceToDepth", ["x"], ["y"], blocksize=2, mode="CRD")], [value("x", FLOAT, [1, 2, 2, 2])]),
        r"'y': Unrecognized attribute: mode for operator SpaceToDepth",
    ),
    "attribute of another type": (model([node("Softmax", ["x"], ["y"], axis=0.5)]), r"'y': Mismatched attribute type"),
    "attribute of another length": (
        model([node("MaxPool", ["x"], ["y"], kernel_shape=[2, 2], strides=[1])], [value("x", FLOAT, [1, 1, 4, 4])]),
        r"'y': .*strides",
    ),
    "too few operands": (model([node("Add", ["x"], ["y"])]), r"'y': Node.* has input size 1 not in range"),
    "cast to no type": (model([node("Cast", ["x"], ["y"], to=99)]), r"'y': .*type 99"),
    "computed twice": (model([node("Relu", ["x"], ["y"])] * 2), r"single static assignment.*'y'"),
    "cycle": (model([node("Relu", ["b"], ["y"]), node("Relu", ["y"], ["b"])]), r"topologically sorted.*'b'"),
    "declared output type": (
        model([node("Relu", ["x"], ["y"])], outputs=[value("y", INT, [4])]),
        r"'y': Relu: Inferred elem type differs from existing elem type: float vs int64",
    ),
    "declared output shape": (
        model([node("Relu", ["x"], ["y"])], outputs=[value("y", FLOAT, [2, 2])]),
        r"output 'y' has the shape \[2, 2\] in the model, but what is computed has \[4\]",
    ),
    "operands of two types": (
        model([node("Add", ["x", "i"], ["y"])], [value("x", FLOAT, [4]), value("i", INT, [4])]),
        r"'y': 'top.add' op requires the same element type",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str) -> None:
    broken, expected = REFUSED[name]
    text = message(broken)
    assert re.search(expected, text), text


def test_all_nodes_are_named_beside_those_that_are_not_supported() -> None:
    nodes = [
        node("Relu", ["x"], ["a"], alpha=1.0),
        node("Foo", ["a"], ["b"]),
        node("TopK", ["b", "k"], ["c", "i"]),
        node("Neg", ["c"], ["y"], beta=1),
    ]
    lines = message(model(nodes, weights=[helper.make_tensor("k", INT, [1], [2])])).splitlines()
    assert lines[0] == "4 nodes cannot be compiled:"
    assert lines[1].startswith("  'a': Unrecognized attribute: alpha for operator Relu; correct the model")
    assert lines[2].startswith("  'y': Unrecognized attribute: beta for operator Neg")
    assert lines[3:] == ["  'b': Foo is not an operator of opset 21", "  'c': TopK is not supported"]


def test_what_only_the_checker_refuses_is_imported() -> None:
    """No name, no types of outputs, a dimension of -1 that is frozen, an old inner shape, a domain of its own."""
    loose = model([node("Relu", ["x"], ["t"]), node("Neg", ["t"], ["y"])], [value("x", FLOAT, [-1, 4])])
    loose.graph.name = ""
    loose.graph.value_info.append(value("t", FLOAT, [7, 7]))
    loose.graph.output[0].ClearField("type")
    loose.opset_import.append(helper.make_opsetid("com.example", 1))
    with pytest.raises(onnx.checker.ValidationError):
        onnx.checker.check_model(loose)
    assert "top.neg" in str(import_model(loose, input_shapes={"x": [2, 4]}))


@pytest.mark.parametrize("opset", [11, 21])
@pytest.mark.parametrize("op", ["MaxPool", "AveragePool"])
def test_windows_that_begin_behind_the_end(op: str, opset: int) -> None:
    """The fourth would hold nothing but padding: frameworks have three, ONNX before opset 22 counts four."""
    model = onnx.parser.parse_model(f"""
        <ir_version: 8, opset_import: ["": {opset}]>
        pooled (float[1, 8, 6] x, float[1, 8, 3] y) => (float[1, 8, 3] z) {{
            p = {op} <ceil_mode = 1, kernel_shape = [2], strides = [2], pads = [0, 1]> (x)
            z = Add(p, y)
        }}
    """)
    x = np.arange(48, dtype=np.float32).reshape(1, 8, 6)
    (found,) = Session(compile(model)).run({"x": x, "y": np.zeros((1, 8, 3), np.float32)}).values()
    assert np.array_equal(found, x[..., 1::2] if op == "MaxPool" else x[..., ::2] + 0.5)


def test_output_shape_is_a_warning_where_the_user_froze_the_inputs() -> None:
    fixed = model([node("Relu", ["x"], ["y"])], [value("x", FLOAT, ["n", 4])], [value("y", FLOAT, [1, 4])])
    with pytest.warns(TpuMlirWarning, match=r"output 'y' has the shape \[1, 4\] in the model"):
        import_model(fixed, input_shapes={"x": [3, 4]})


def test_large_constants_in_branches_pass_the_checks() -> None:
    """Both branches have a weight of the same name, which the copy that is checked takes from outside."""
    big = numpy_helper.from_array(np.zeros([4096, 4096], np.float32), "w")
    result = onnx.ValueInfoProto(name="r")
    branch = helper.make_graph([node("MatMul", ["x", "w"], ["r"])], "b", [], [result], [big])
    nodes = [node("If", ["c"], ["y"], then_branch=branch, else_branch=branch)]
    weights = [helper.make_tensor("c", TensorProto.BOOL, [], [True])]
    whole = model(nodes, [value("x", FLOAT, [1, 4096])], weights=weights)
    assert "top.matmul" in str(import_model(whole))[:2000]
