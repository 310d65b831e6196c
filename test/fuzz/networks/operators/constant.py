"""Values known at compile time: constants, shapes, and what is computed of them."""

import numpy as np
from fuzz.networks import shapes
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes
from onnx import TensorProto, helper, numpy_helper


@writes("Constant")
def constant(d: Draft, op: str) -> list[str]:
    array = d.random.normal(0, 1, shapes.shape(d.random, d.integer(0, 3), 64)).astype(np.float32)
    if d.opset >= 12 and d.chance(0.3):
        return _beside(d, d.emit(op, [], value_floats=array.reshape(-1)[:5].tolist()))
    return _beside(d, d.emit(op, [], value=numpy_helper.from_array(array)))


def _beside(d: Draft, made: list[str], float_: bool = True) -> list[str]:
    """Let a node read a constant, so that the network depends on an input."""
    if not made:
        return []
    if not float_:
        made = d.emit("Cast", made, to=TensorProto.FLOAT)
    return d.emit("Add", [d.fresh(shapes.partner(d.random, d.values[made[0]].shape)), made[0]]) if made else []


@writes("Shape")
def shape(d: Draft, op: str) -> list[str]:
    part = {"start": d.integer(-2, 1), "end": 4} if d.opset >= 15 and d.chance(0.4) else {}
    return _beside(d, d.emit(op, [d.floats((1, 5))], **part), float_=False)


@writes("Size")
def count(d: Draft, op: str) -> list[str]:
    return _beside(d, d.emit(op, [d.floats()]), float_=False)


@writes("EyeLike")
def eye(d: Draft, op: str) -> list[str]:
    return _beside(d, d.emit(op, [d.floats((2, 2))], k=d.integer(-2, 2)))


@writes("ConstantOfShape")
def constant_of_shape(d: Draft, op: str) -> list[str]:
    value = helper.make_tensor("value", TensorProto.FLOAT, [1], [d.choice([0.0, 1.0, -2.5])])
    return _beside(d, d.emit(op, [d.parameter(shapes.shape(d.random, d.integer(1, 4), 64))], value=value))


@writes("Range")
def range_(d: Draft, op: str) -> list[str]:
    limits = [d.parameter(item, np.float32) for item in (d.integer(-3, 3), d.integer(4, 9), d.choice([1, 0.5, 2]))]
    return _beside(d, d.emit(op, limits))


@writes("NonZero")
def non_zero(d: Draft, op: str) -> list[str]:
    mask = d.random.random(shapes.shape(d.random, d.integer(1, 3), 64)) < 0.6
    return _beside(d, d.emit(op, [d.parameter(mask, np.float32)]), float_=False)


@writes("If")
def choice(d: Draft, op: str) -> list[str]:
    """Write an If with a constant condition, whose branches read a tensor from outside."""
    x = d.floats()
    branches = {}
    for name, inner in (("then_branch", "Neg"), ("else_branch", "Relu")):
        node = helper.make_node(inner, [x], [f"{name}{len(d.nodes)}"], f"{name}{len(d.nodes)}")
        result = helper.make_tensor_value_info(node.output[0], TensorProto.FLOAT, d.values[x].shape)
        branches[name] = helper.make_graph([node], name, [], [result])
    return d.emit(op, [d.parameter(d.chance(0.5), np.bool_)], **branches)
