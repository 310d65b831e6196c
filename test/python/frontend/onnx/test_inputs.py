"""Shapes of network inputs: those of the model, frozen by the user where they are open."""

from collections.abc import Mapping, Sequence

import pytest
from onnx import ModelProto, TensorProto, helper
from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model

Dims = Sequence[int | str | None] | None


def adds(a: Dims, b: Dims) -> ModelProto:
    """Return a model that adds its inputs `a` and `b`."""
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, dims) for name, dims in (("a", a), ("b", b))]
    output = helper.make_tensor_value_info("c", TensorProto.FLOAT, None)
    graph = helper.make_graph([helper.make_node("Add", ["a", "b"], ["c"])], "g", inputs, [output])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def arguments(module: ir.Module) -> list[str]:
    """Return the types of the arguments of `@main`."""
    return [str(kind) for kind in ir.FunctionType(module.body.operations[0].type).inputs]


OPENED = [
    (("N", 3), ("N", 3), {"a": [5, 3]}, ["tensor<5x3xf32>"] * 2),
    ((None, 3), (1, 3), {"a": [5, 3]}, ["tensor<5x3xf32>", "tensor<1x3xf32>"]),
    (None, (3,), {"a": [2, 3]}, ["tensor<2x3xf32>", "tensor<3xf32>"]),
    ((2, 3), (2, 3), {"b": [2, 3]}, ["tensor<2x3xf32>"] * 2),
    ((2, 3), (2, 3), {}, ["tensor<2x3xf32>"] * 2),
    ((), (2,), {}, ["tensor<f32>", "tensor<2xf32>"]),
]


@pytest.mark.parametrize(("a", "b", "given", "expected"), OPENED)
def test_open_dimensions_are_frozen(a: Dims, b: Dims, given: Mapping[str, list[int]], expected: list[str]) -> None:
    assert arguments(import_model(adds(a, b), input_shapes=given)) == expected


REFUSED = [
    (("N", 3), (3,), {}, "input 'a' leaves dimension 0 ('N') open; give the shape with --input-shape a:<N>x3"),
    (
        (None, "W"),
        (3,),
        {},
        "input 'a' leaves dimensions 0, 1 ('W') open; give the shape with --input-shape a:<d0>x<W>",
    ),
    ((-1, -1), (3,), {}, "input 'a' leaves dimensions 0, 1 open; give the shape with --input-shape a:<d0>x<d1>"),
    (None, (3,), {}, "input 'a' has no shape in the model; give it with --input-shape a:<d0>x<d1>x..."),
    ((2, 3), (3,), {"x": [1]}, "a shape was given for 'x', but the inputs of the model are 'a', 'b'"),
    ((2, 3), (3,), {"a": [2, 3, 1]}, "input 'a' has rank 2, but the shape 2x3x1 given for it has rank 3"),
    ((2, 3), (3,), {"a": [2, 4]}, "dimension 1 of input 'a' is fixed to 3 in the model, but 4 was given"),
    (
        ("N",),
        ("N",),
        {"a": [2], "b": [3]},
        "dimension 0 of input 'b' is 'N', already set to 2 in the model, but 3 was given",
    ),
    (("N",), (3,), {"a": [-1]}, "shape -1 given for input 'a' is expected to have dimensions of at least 0"),
]


@pytest.mark.parametrize(("a", "b", "given", "message"), REFUSED)
def test_shapes_that_do_not_fit(a: Dims, b: Dims, given: Mapping[str, list[int]], message: str) -> None:
    with pytest.raises(ModelError) as caught:
        import_model(adds(a, b), input_shapes=given)
    assert str(caught.value).split("; ")[: message.count("; ") + 1] == message.split("; ")


def test_all_problems_are_in_one_message() -> None:
    with pytest.raises(ModelError) as caught:
        import_model(adds(("N",), ("M",)), input_shapes={"x": [1]})
    assert [part[:12] for part in str(caught.value).split("; ") if "give" not in part[:5]] == [
        "a shape was ",
        "input 'a' le",
        "input 'b' le",
    ]


def test_input_that_is_not_a_tensor() -> None:
    model = adds((2,), (2,))
    model.graph.input[0].CopyFrom(helper.make_tensor_sequence_value_info("a", TensorProto.FLOAT, [2]))
    with pytest.raises(ModelError, match="input 'a' is expected to be a tensor, found sequence"):
        import_model(model)


def test_input_of_a_type_that_networks_cannot_compute_on() -> None:
    model = adds((2,), (2,))
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.STRING
    with pytest.raises(ModelError, match="input 'a' has element type object, which is not supported"):
        import_model(model)
