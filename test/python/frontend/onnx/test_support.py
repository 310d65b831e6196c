"""All nodes of a model that cannot be compiled are found at once, those included that only the lowering refuses."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from tpu_mlir import compile
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.support import Refusal, refusals
from tpu_mlir.runtime import Session
from tpu_mlir.testing import case

FLOAT, DOMAIN = TensorProto.FLOAT, "com.example"
NO_FORM = {"alpha": -1.0}  # of Celu, which only the lowering refuses


def model(nodes: Sequence[onnx.NodeProto], output: str = "y", kind: int = FLOAT) -> onnx.ModelProto:
    """Return a model of an input x[2, 3] and one output."""
    inputs = [helper.make_tensor_value_info("x", FLOAT, [2, 3])]
    graph = helper.make_graph(nodes, "g", inputs, [helper.make_tensor_value_info(output, kind, None)])
    graph.output[0].type.tensor_type.ClearField("shape")
    imports = [helper.make_opsetid("", 21), helper.make_opsetid(DOMAIN, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=10)


def node(op: str, inputs: str, outputs: str, name: str = "", domain: str = "", **attributes: object) -> onnx.NodeProto:
    return helper.make_node(op, inputs.split(), outputs.split(), name=name, domain=domain, **attributes)


def told(found: Sequence[Refusal]) -> list[tuple[int, str, str, bool]]:
    return [(each.index, each.name, each.op, each.follows) for each in found]


def test_a_model_that_compiles_has_none() -> None:
    assert refusals(model([node("Relu", "x", "y")])) == ()


def test_what_the_import_refuses_does_not_hide_what_the_lowering_does() -> None:
    """Det has an inferred shape, so that what reads it is tried, too."""
    nodes = [
        node("Celu", "x", "a", name="early", **NO_FORM),
        node("MatMul", "a t", "square"),
        node("Multinomial", "square", "drawn", name="draw", sample_size=4),
        node("Cast", "drawn", "real", to=FLOAT),
        node("Celu", "real", "y", **NO_FORM),
        node("Transpose", "x", "t", perm=[1, 0]),
    ]
    nodes = [nodes[0], nodes[5], *nodes[1:5]]
    found = refusals(model(nodes))
    assert told(found) == [(0, "early", "Celu", False), (3, "draw", "Multinomial", False), (5, "y", "Celu", False)]
    assert "its alpha is not positive" in found[0].reason
    assert found[1].reason == "Multinomial is not supported"


def test_one_message_names_them_all() -> None:
    nodes = [node("Multinomial", "x", "a", name="draw", dtype=6), node("Celu", "x", "b", name="late", **NO_FORM)]
    both = model([*nodes, node("Cast", "a", "real", to=FLOAT), node("Concat", "real b", "y", axis=1)])
    with pytest.raises(ModelError) as caught:
        compile(both, host=False)
    first, *rest = str(caught.value).splitlines()
    assert first == "2 nodes cannot be compiled:"
    assert rest[0] == "  'draw': Multinomial is not supported"
    assert rest[1].startswith("  'late': 'top.celu' cannot be lowered: its alpha is not positive")


def test_what_reads_a_shape_of_run_time_follows() -> None:
    nodes = [node("Foo", "x", "a", domain=DOMAIN), node("Relu", "a", "b"), node("Relu", "x", "c")]
    several = model([*nodes, node("Add", "b c", "y")])
    found = refusals(several)
    assert told(found) == [(0, "a", "Foo", False), (1, "b", "Relu", True), (3, "y", "Add", True)]
    assert found[1].reason == "Relu reads 'a', whose shape is known only at run time"
    with pytest.raises(ModelError, match=r"^1 node cannot be compiled:\n  'a': com.example.Foo is not an operator"):
        import_model(several)


def test_a_node_of_a_branch_is_at_the_place_of_what_holds_it() -> None:
    graphs = {
        f"{name}_branch": helper.make_graph(
            [node("Foo", "x", f"{name}_y", domain=DOMAIN)],
            name,
            [],
            [helper.make_tensor_value_info(f"{name}_y", FLOAT, [2, 3])],
        )
        for name in ("then", "else")
    }
    truth = node("Constant", "", "truth", value=helper.make_tensor("t", TensorProto.BOOL, [], [True]))
    del truth.input[:]
    found = refusals(model([truth, node("Relu", "x", "r"), node("If", "truth", "y", **graphs)]))
    assert told(found) == [(2, "then_y", "Foo", False)]


def test_verifiers_refuse_beside_others() -> None:
    """A product of plain integers is an operation that its verifier refuses."""
    nodes = [
        node("Cast", "x", "i", to=TensorProto.INT32),
        node("Transpose", "i", "t", perm=[1, 0]),
        node("MatMul", "i t", "square", name="product"),
        node("Cast", "square", "real", to=FLOAT),
        node("Celu", "real", "y", name="late", **NO_FORM),
    ]
    found = {each.name: each.reason for each in refusals(model(nodes))}
    assert "operand #0 must be" in found["product"]
    assert "its alpha is not positive" in found["late"]


def test_what_is_not_valid_is_an_error() -> None:
    with pytest.raises(ModelError, match="Unrecognized attribute: alfa"):
        refusals(model([node("Celu", "x", "y", alfa=1.0)]))


def test_what_verifiers_refuse_runs_on_the_host() -> None:
    """No value of the erased operation is left where the partition reads it."""
    numbers = np.arange(6, dtype=np.int32)
    item = case("MatMul", numbers.reshape(2, 3), numbers.reshape(3, 2))
    with pytest.warns(TpuMlirWarning, match="run on the host"):
        compiled = compile(item.model())
    np.testing.assert_array_equal(
        Session(compiled).run(item.feeds())["out0"], OnnxRuntime(item.model()).run(item.feeds())["out0"]
    )
