"""Seeded damage to ONNX models: fields of the protobuf set to values that a hostile or broken exporter could write."""

import random
import struct
from collections.abc import Callable

import numpy as np
import onnx
from onnx import TensorProto, helper
from tpu_mlir.testing import Fixed, case, uniform

SIZES = (0, 1, -1, 2, 3, 7, 64, 65535, 1 << 31, (1 << 31) - 1, 1 << 40, (1 << 63) - 1, -(1 << 63))
FLOATS = (0.0, -1.0, 1e-38, 3.4e38, float("inf"), float("-inf"), float("nan"))
NAMES = ("", "in0", "out0", "x", "../../etc/passwd", "a" * 4096, "\0", "名前", "%0", "'\"")
ELEMENTS = {int(TensorProto.FLOAT): ("<f", FLOATS), int(TensorProto.INT64): ("<q", SIZES)}
Damage = Callable[[onnx.ModelProto, random.Random], None]


def seeds() -> list[onnx.ModelProto]:
    """Return small models of the families of operators."""
    image, rows = uniform(1, 4, 8, 8), uniform(2, 3, 8)
    cases = [
        case("Conv", image, Fixed(uniform(4, 4, 3, 3)), pads=[1, 1, 1, 1]),
        case("ConvTranspose", image, Fixed(uniform(4, 2, 3, 3)), strides=[2, 2]),
        case("MaxPool", image, kernel_shape=[2, 2], strides=[2, 2]),
        case("AveragePool", image, kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        case("Gemm", uniform(2, 8), Fixed(uniform(8, 5)), Fixed(uniform(5)), alpha=0.5),
        case("MatMul", rows, Fixed(uniform(8, 4))),
        case("Softmax", rows, axis=-1),
        case("ReduceMean", rows, axes=[1], keepdims=0, opset=13),
        case("Transpose", rows, perm=[2, 0, 1]),
        case("Reshape", rows, Fixed(np.array([6, -1]))),
        case("Slice", rows, Fixed(np.array([0, 1])), Fixed(np.array([2, 9])), Fixed(np.array([1, 2]))),
        case("Gather", rows, Fixed(np.array([0, 2, 1])), axis=1),
        case("Pad", image, Fixed(np.array([0, 0, 1, 1, 0, 0, 1, 1]))),
        case("Resize", image, Fixed(np.array([], np.float32)), Fixed(np.array([1, 1, 2, 2], np.float32))),
        case("BatchNormalization", image, *[Fixed(np.abs(uniform(4)) + 1) for _ in range(4)]),
        case("Clip", rows, Fixed(np.float32(-1)), Fixed(np.float32(1))),
    ]
    return [each.model() for each in cases]


def damage(model: onnx.ModelProto, seed: int) -> bytes:
    """Return a damaged copy; equal seeds give equal damage."""
    dice = random.Random(seed)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for _ in range(dice.randint(1, 3)):
        dice.choice(DAMAGES)(copy, dice)
    data = copy.SerializeToString()
    if dice.random() < 0.1:
        return data[: dice.randrange(len(data))]
    if dice.random() < 0.1:
        flipped = bytearray(data)
        flipped[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
        return bytes(flipped)
    return data


def _input_shape(model: onnx.ModelProto, dice: random.Random) -> None:
    value = dice.choice([*model.graph.input, *model.graph.output])
    dims = value.type.tensor_type.shape.dim
    if dims and dice.random() < 0.7:
        dice.choice(dims).dim_value = dice.choice(SIZES)
    else:
        shape = [dice.choice(SIZES) for _ in range(dice.randint(0, 9))]
        value.CopyFrom(helper.make_tensor_value_info(value.name, TensorProto.FLOAT, shape))


def _element_type(model: onnx.ModelProto, dice: random.Random) -> None:
    dice.choice([*model.graph.input, *model.graph.output]).type.tensor_type.elem_type = dice.randint(-1, 25)


def _attribute(model: onnx.ModelProto, dice: random.Random) -> None:
    node = dice.choice(model.graph.node)
    if not node.attribute:
        name = dice.choice(("axis", "axes", "pads", "strides", "group", "perm", "kernel_shape", "alpha"))
        node.attribute.append(helper.make_attribute(name, dice.choice(SIZES)))
        return
    attribute = dice.choice(node.attribute)
    match dice.randrange(5):
        case 0:
            attribute.i = dice.choice(SIZES)
        case 1:
            attribute.f = dice.choice(FLOATS)
        case 2 if attribute.ints:
            attribute.ints[dice.randrange(len(attribute.ints))] = dice.choice(SIZES)
        case 3:
            del attribute.ints[:]
            attribute.ints.extend(dice.choice(SIZES) for _ in range(dice.randint(0, 9)))
        case _:
            attribute.type = dice.randrange(16)


def _weights(model: onnx.ModelProto, dice: random.Random) -> None:
    if not model.graph.initializer:
        return
    tensor = dice.choice(model.graph.initializer)
    match dice.randrange(5):
        case 0:
            if tensor.dims:
                tensor.dims[dice.randrange(len(tensor.dims))] = dice.choice(SIZES)
        case 1:
            del tensor.dims[:]
            tensor.dims.extend(dice.choice(SIZES) for _ in range(dice.randint(0, 5)))
        case 2:
            tensor.raw_data = bytes(dice.randrange(256) for _ in range(dice.randrange(64)))
        case 3:
            tensor.data_type = dice.randint(-1, 25)
        case _:
            tensor.data_location = TensorProto.EXTERNAL
            for key, value in (("location", dice.choice(NAMES)), ("offset", str(dice.choice(SIZES)))):
                tensor.external_data.add(key=key, value=value)


def _values(model: onnx.ModelProto, dice: random.Random) -> None:
    """Contents of a weight: also of those that are shapes, axes or indices."""
    tensors = [each for each in model.graph.initializer if each.data_type in ELEMENTS and len(each.raw_data) >= 8]
    if not tensors:
        return
    tensor = dice.choice(tensors)
    code, pool = ELEMENTS[tensor.data_type]
    data = bytearray(tensor.raw_data)
    size = struct.calcsize(code)
    struct.pack_into(code, data, dice.randrange(len(data) // size) * size, dice.choice(pool))
    tensor.raw_data = bytes(data)


def _edges(model: onnx.ModelProto, dice: random.Random) -> None:
    """Inputs and outputs of a node: other names, fewer, more; cycles are among them."""
    node = dice.choice(model.graph.node)
    names = dice.choice((node.input, node.output))
    match dice.randrange(3):
        case 0 if names:
            names[dice.randrange(len(names))] = dice.choice(NAMES)
        case 1 if names:
            names.pop()
        case _:
            names.append(dice.choice((*NAMES, *node.output)))


def _operator(model: onnx.ModelProto, dice: random.Random) -> None:
    others = ("Add", "Conv", "Concat", "Split", "Loop", "If", "Constant", "LSTM", "Einsum", "Cast", "Shape", "Expand")
    dice.choice(model.graph.node).op_type = dice.choice((*others, *NAMES))


def _chain(model: onnx.ModelProto, dice: random.Random) -> None:
    """One more node behind the last, or one that needs its own result."""
    last = model.graph.node[-1].output[0] if model.graph.node[-1].output else "out0"
    op = dice.choice(("Add", "Mul", "Relu", "Reshape", "Concat", "Unsqueeze", "Tile", "Expand"))
    inputs = [last, dice.choice((*NAMES, last, "more"))]
    model.graph.node.append(helper.make_node(op, inputs[: dice.randint(1, 2)], ["more"], axis=dice.choice(SIZES)))
    if model.graph.output:
        model.graph.output[0].name = "more"


def _names(model: onnx.ModelProto, dice: random.Random) -> None:
    value = dice.choice([*model.graph.input, *model.graph.output, *model.graph.initializer, *model.graph.node])
    value.name = dice.choice(NAMES)


def _versions(model: onnx.ModelProto, dice: random.Random) -> None:
    model.opset_import[0].version = dice.choice(SIZES)
    model.ir_version = dice.choice(SIZES)


def _removal(model: onnx.ModelProto, dice: random.Random) -> None:
    parts = dice.choice((model.graph.input, model.graph.output, model.graph.node, model.graph.initializer))
    if parts:
        del parts[dice.randrange(len(parts))]
    if not model.graph.node:
        model.graph.node.append(helper.make_node("Relu", ["in0"], ["out0"]))


DAMAGES: tuple[Damage, ...] = (
    _input_shape,
    _element_type,
    _attribute,
    _attribute,
    _weights,
    _values,
    _edges,
    _operator,
    _chain,
    _names,
    _versions,
    _removal,
)
