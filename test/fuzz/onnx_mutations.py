"""Seeded damage to ONNX models: fields of the protobuf set to values that a hostile or broken exporter could write."""

import random
import struct
from collections.abc import Callable

import onnx
from onnx import TensorProto, helper

SIZES = (
    *(0, 1, -1, 2, 3, 7, 64, 1000, 65535, 65536, 1 << 20, 1 << 24, (1 << 31) - 1, 1 << 31, 1 << 32, 1 << 40, 1 << 62),
    *((1 << 63) - 1, -2, -(1 << 31), -(1 << 63)),
)
FLOATS = (0.0, -1.0, 1e-38, 3.4e38, float("inf"), float("-inf"), float("nan"))
NAMES = ("", "in0", "out0", "x", "../../etc/passwd", "a" * 4096, "\0", "名前", "%0", "'\"")
ELEMENTS = {int(TensorProto.FLOAT): ("<f", FLOATS), int(TensorProto.INT64): ("<q", SIZES)}
OPERATORS = (
    *("Add", "Conv", "Concat", "Split", "Loop", "If", "Constant", "LSTM", "Einsum", "Cast", "Shape", "Expand", "Tile"),
    *("TopK", "Pad", "Gather", "Reshape", "ReduceMax", "RandomNormal", "NonZero", "Scan", "SequenceEmpty", "Outer"),
)
ATTRIBUTES = (
    *("axis", "axes", "pads", "strides", "dilations", "group", "perm", "kernel_shape", "alpha", "to", "keepdims"),
    *("auto_pad", "blocksize", "output_padding", "output_shape", "ceil_mode", "allowzero", "num_outputs", "nonsense"),
)
Damage = Callable[[onnx.ModelProto, random.Random], None]


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


def _graphs(model: onnx.ModelProto) -> list[onnx.GraphProto]:
    """Return the graph and those in its nodes."""
    found = [model.graph]
    for graph in found:
        found.extend(each.g for node in graph.node for each in node.attribute if each.HasField("g"))
    return found


def _any_node(model: onnx.ModelProto, dice: random.Random) -> onnx.NodeProto:
    """Return a node of the model, of a graph in a node, or of a function."""
    nodes = [node for graph in _graphs(model) for node in graph.node]
    nodes += [node for function in model.functions for node in function.node]
    return dice.choice(nodes)


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
    node = _any_node(model, dice)
    if not node.attribute or dice.random() < 0.15:
        name = dice.choice(ATTRIBUTES)
        value = dice.choice((dice.choice(SIZES), [dice.choice(SIZES) for _ in range(dice.randint(1, 5))], "SAME_UPPER"))
        node.attribute.append(helper.make_attribute(name, value))
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
            attribute.type = dice.randrange(15)


def _tensors(model: onnx.ModelProto) -> list[onnx.TensorProto]:
    """Return the constants of every graph, and those in attributes."""
    return [
        *(tensor for graph in _graphs(model) for tensor in graph.initializer),
        *(each.t for graph in _graphs(model) for node in graph.node for each in node.attribute if each.HasField("t")),
    ]


def _weights(model: onnx.ModelProto, dice: random.Random) -> None:
    tensors = _tensors(model)
    if not tensors:
        return
    tensor = dice.choice(tensors)
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
            location, offset, length = dice.choice((*NAMES, "m.onnx")), dice.choice(SIZES), dice.choice(SIZES)
            for key, value in (("location", location), ("offset", str(offset)), ("length", str(length))):
                if dice.random() < 0.8:
                    tensor.external_data.add(key=key, value=value)


def _values(model: onnx.ModelProto, dice: random.Random) -> None:
    """Contents of a weight: also of those that are shapes, axes or indices."""
    tensors = [each for each in _tensors(model) if each.data_type in ELEMENTS and len(each.raw_data) >= 8]
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
    node = _any_node(model, dice)
    names = dice.choice((node.input, node.output))
    match dice.randrange(3):
        case 0 if names:
            names[dice.randrange(len(names))] = dice.choice(NAMES)
        case 1 if names:
            names.pop()
        case _:
            names.append(dice.choice((*NAMES, *node.output)))


def _operator(model: onnx.ModelProto, dice: random.Random) -> None:
    node = _any_node(model, dice)
    if dice.random() < 0.2:
        node.domain = dice.choice(("ai.onnx", "com.microsoft", "local", "ai.onnx.ml", *NAMES))
    else:
        node.op_type = dice.choice((*OPERATORS, *NAMES))


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


def _graph_of_node(model: onnx.ModelProto, dice: random.Random) -> None:
    """Inputs, outputs and nodes of a graph in a node."""
    inner = _graphs(model)[1:]
    if not inner:
        return
    graph = dice.choice(inner)
    parts = dice.choice((graph.node, graph.output, graph.input))
    if parts and dice.random() < 0.5:
        del parts[dice.randrange(len(parts))]
    elif graph.output:
        dice.choice(graph.output).name = dice.choice((*NAMES, "i", "c"))


def _declarations(model: onnx.ModelProto, dice: random.Random) -> None:
    """What the model says of values between nodes."""
    names = [name for node in model.graph.node for name in node.output if name] or ["out0"]
    shape = [dice.choice(SIZES) for _ in range(dice.randint(0, 5))]
    value = helper.make_tensor_value_info(dice.choice(names), dice.randint(0, 25), shape)
    model.graph.value_info.append(value)


def _copies(model: onnx.ModelProto, dice: random.Random) -> None:
    """The same node, weight or input twice."""
    parts = dice.choice((model.graph.node, model.graph.initializer, model.graph.input, model.opset_import))
    if parts:
        parts.add().CopyFrom(dice.choice(parts))  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]


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
    _values,
    _graph_of_node,
    _declarations,
    _copies,
    _edges,
    _operator,
    _chain,
    _names,
    _versions,
    _removal,
)
