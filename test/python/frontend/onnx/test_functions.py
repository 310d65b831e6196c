"""Functions: those of a model become their nodes, and operators without an importer the bodies that ONNX gives them."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx.reference import ReferenceEvaluator
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.support import refusals
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, integers, uniform

FLOAT = TensorProto.FLOAT
X = uniform(2, 3, 4)


def function(
    name: str, inputs: str, outputs: str, nodes: Sequence[onnx.NodeProto], *, opset: int = 21, **attributes: object
) -> onnx.FunctionProto:
    """Return a function of the domain `own`; attributes with a default of None have to be given."""
    made = helper.make_function(
        "own",
        name,
        inputs.split(),
        outputs.split(),
        nodes,
        [helper.make_opsetid("", opset), helper.make_opsetid("own", 1)],
        attributes=[key for key, value in attributes.items() if value is None],
    )
    defaults = [helper.make_attribute(key, value) for key, value in attributes.items() if value is not None]
    made.attribute_proto.extend(defaults)
    return made


def node(op: str, inputs: str, outputs: str, name: str = "", domain: str = "", **attributes: object) -> onnx.NodeProto:
    return helper.make_node(op, inputs.split(" "), outputs.split(), name=name, domain=domain, **attributes)


def refer(proto: onnx.NodeProto, attribute: str, to: str, kind: int) -> onnx.NodeProto:
    """Let an attribute of a node be one of the function that holds it."""
    proto.attribute.add(name=attribute, ref_attr_name=to, type=kind)
    return proto


def model(nodes: Sequence[onnx.NodeProto], functions: Sequence[onnx.FunctionProto]) -> onnx.ModelProto:
    inputs, outputs = (helper.make_tensor_value_info(name, FLOAT, [2, 3, 4]) for name in "xy")
    graph = helper.make_graph(nodes, "g", [inputs], [outputs])
    imports = [helper.make_opsetid("", 21), helper.make_opsetid("own", 1)]
    return helper.make_model(graph, functions=functions, opset_imports=imports, ir_version=10)


LEAKY = function(
    "Leaky", "a", "b", [refer(node("LeakyRelu", "a", "b", "slope"), "alpha", "slope", onnx.AttributeProto.FLOAT)],
    slope=0.5,
)  # fmt: skip
TWICE = function(
    "Twice",
    "a",
    "b",
    [node("Leaky", "a", "t", "first", "own"), node("Leaky", "t", "b", "second", "own", slope=2.0)],
)
FIRST = function("First", "a b", "c", [node("Relu", "b", "unused")])
FIRST.output[0] = "a"


def test_values_and_nodes_are_named_after_the_call() -> None:
    flat, _ = load(model([node("Twice", "x", "y", "call", "own")], [LEAKY, TWICE]))
    found = [(each.name, each.op_type, list(each.input), list(each.output)) for each in flat.graph.node]
    assert found == [
        ("call/first/slope", "LeakyRelu", ["x"], ["y/t"]),
        ("call/second/slope", "LeakyRelu", ["y/t"], ["y"]),
    ]
    assert [each.attribute[0].f for each in flat.graph.node] == [0.5, 2.0]


def test_functions_compute_what_onnx_says() -> None:
    check_round_trip(model([node("Twice", "x", "y", "call", "own")], [LEAKY, TWICE]), {"x": X})


def test_a_result_may_be_an_operand_and_an_operand_may_be_left_out() -> None:
    both = model([node("Neg", "x", "n"), node("First", "n ", "y", "call", "own")], [FIRST])
    flat, _ = load(both)
    assert [(each.op_type, list(each.input)) for each in flat.graph.node][1:] == [("Relu", [""]), ("Identity", ["n"])]
    check_round_trip(model([node("First", "x x", "y", "call", "own")], [FIRST]), {"x": X}, expected={"y": X})


def test_branches_in_a_function_see_its_values() -> None:
    graphs = {
        f"{name}_branch": helper.make_graph(
            [node(op, "t", name)], name, [], [helper.make_tensor_value_info(name, FLOAT, None)]
        )
        for name, op in (("then", "Abs"), ("else", "Neg"))
    }
    truth = node("Constant", "", "truth", value=helper.make_tensor("t", TensorProto.BOOL, [], [True]))
    del truth.input[:]
    choose = function("Choose", "a", "b", [truth, node("Neg", "a", "t"), node("If", "truth", "b", **graphs)])
    check_round_trip(model([node("Choose", "x", "y", "call", "own")], [choose]), {"x": X}, expected={"y": np.abs(X)})


def test_a_function_of_another_opset_is_inlined_where_its_operators_are_the_same() -> None:
    older = function("F", "a", "b", [node("Relu", "a", "b")], opset=13)
    check_round_trip(model([node("F", "x", "y", "call", "own")], [older]), {"x": X}, expected={"y": np.maximum(X, 0)})
    changed = function("F", "a", "b", [node("ReduceSum", "a", "b")], opset=11)
    with pytest.raises(
        ModelError, match="the function 'F' uses ReduceSum of opset 11, which opset 21 of the model has"
    ):
        load(model([node("F", "x", "y", "call", "own")], [changed]))


BODIES = [
    case("Shrink", X, opset=9, lambd=0.5, bias=0.25),
    case("Swish", X, opset=24, alpha=0.5),
    case("CenterCropPad", X, integers([4, 2]), opset=18, axes=[1, 2]),
    case("AffineGrid", uniform(2, 2, 3), integers([2, 1, 3, 4]), opset=20, align_corners=1),
    case("SoftmaxCrossEntropyLoss", uniform(3, 5), Fixed(np.array([0, 4, 2])), opset=13, reduction="mean"),
    case("Attention", uniform(1, 2, 3, 8), uniform(1, 2, 4, 8), uniform(1, 2, 4, 8), opset=23, is_causal=1),
    case("RotaryEmbedding", uniform(1, 2, 3, 8), uniform(1, 3, 4), uniform(1, 3, 4), opset=23),
]


def by_reference(item: NodeCase) -> Mapping[str, Array]:
    (value,) = ReferenceEvaluator(item.model()).run(["out0"], item.feeds())
    return {"out0": np.asarray(value)}


@pytest.mark.parametrize("item", BODIES, ids=str)
def test_bodies_of_operators(item: NodeCase) -> None:
    check_round_trip(item.model(), item.feeds(), expected=by_reference(item))


def test_what_a_body_holds_is_told_of_the_node() -> None:
    item = case("Bernoulli", uniform(2, 3), opset=22)
    (found,) = {each.index: each for each in refusals(item.model())}.values()
    assert (found.name, found.op) == ("node", "RandomUniformLike")
    assert found.reason == "in the body of Bernoulli: RandomUniformLike is not supported"
    with pytest.raises(ModelError, match="'node': in the body of Bernoulli: RandomUniformLike is not supported"):
        import_model(item.model())
