"""Loops that run a known number of times on what the network computes, written out as nodes."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import helper, numpy_helper

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.graphs.subgraphs import inner_graph, truth
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import Constant, Value

MAX_UNROLLED = 1_000  # nodes that a loop becomes


def unrolled(proto: onnx.NodeProto, operands: Sequence[Value | None], opset: int) -> onnx.GraphProto:
    """Return the nodes of a Loop or Scan whose number of iterations is known.

    Raises Unsupported where it is not, or there are more than MAX_UNROLLED nodes.
    """
    if proto.op_type == "Scan":
        if opset < 9:
            raise Unsupported("Scan of opset 8, with a batch of its own, is not supported")
        return _unrolled_scan(proto, [_shape(operand) for operand in operands], opset)
    trips, condition, *_ = [*operands, None, None]
    if not isinstance(trips, Constant):
        raise Unsupported("Loop expects a constant number of iterations, found one that is computed from the inputs")
    if condition is not None and not (isinstance(condition, Constant) and truth(condition.array)):
        raise Unsupported("Loop expects a condition that is true, found one that is computed from the inputs")
    return _unrolled_loop(proto, int(trips.array.reshape(-1)[0]), opset)


def _shape(operand: Value | None) -> Sequence[int]:
    if isinstance(operand, Constant):
        return operand.array.shape
    return list(ir.RankedTensorType(operand.type).shape) if isinstance(operand, ir.Value) else []


def _unrolled_loop(proto: onnx.NodeProto, trips: int, opset: int) -> onnx.GraphProto:
    """Return the nodes of a Loop. Raises Unsupported for a body that may end it before."""
    state = list(proto.input[2:])
    body = _checked_body(proto, 2 + len(state), 1 + len(state))
    iteration, condition, *names = [value.name for value in body.input]
    if not _goes_on(body, condition):
        raise Unsupported("Loop expects a condition that stays true, found one that the body computes")
    writer = _Writer(proto, body, trips)
    scans: list[list[str]] = [[] for _ in body.output[1 + len(state) :]]
    for step in range(trips):
        given = dict(zip(names, state, strict=True))
        given[iteration] = writer.constant(np.array(step), step)
        given[condition] = writer.constant(np.array(True), step)
        _, *made = writer.iteration(step, given)
        state = made[: len(state)]
        for scan, name in zip(scans, made[len(state) :], strict=True):
            scan.append(name)
    return writer.finish(state, scans, [0] * len(scans), opset)


def _unrolled_scan(proto: onnx.NodeProto, shapes: Sequence[Sequence[int]], opset: int) -> onnx.GraphProto:
    """Return the nodes of a Scan over operands of these shapes. Raises Unsupported for lengths that differ."""
    count = next((each.i for each in proto.attribute if each.name == "num_scan_inputs"), 0)
    first = len(proto.input) - count
    if not 0 < count <= len(proto.input):
        raise Unsupported(f"Scan expects 1 to {len(proto.input)} scan inputs, found {count}")
    body = _checked_body(proto, len(proto.input), first)
    axes = [
        axis % max(len(shape), 1)
        for axis, shape in zip(_list(proto, "scan_input_axes", count), shapes[first:], strict=True)
    ]
    lengths = {([*shape, 0])[axis] for axis, shape in zip(axes, shapes[first:], strict=True)}
    if len(lengths) != 1:
        raise Unsupported(f"Scan expects operands of one length, found {sorted(lengths)}")
    length = lengths.pop()
    backwards = _list(proto, "scan_input_directions", count)
    writer = _Writer(proto, body, length)
    names = [value.name for value in body.input]
    state = list(proto.input[:first])
    scans: list[list[str]] = [[] for _ in body.output[first:]]
    for step in range(length):
        slices = [
            writer.slice(source, axis, length - 1 - step if back else step, step)
            for source, axis, back in zip(proto.input[first:], axes, backwards, strict=True)
        ]
        made = writer.iteration(step, dict(zip(names, [*state, *slices], strict=True)))
        state = made[:first]
        for scan, name in zip(scans, made[first:], strict=True):
            scan.append(name)
    turned = _list(proto, "scan_output_directions", len(scans))
    ordered = [scan[::-1] if back else scan for scan, back in zip(scans, turned, strict=True)]
    return writer.finish(state, ordered, _list(proto, "scan_output_axes", len(scans)), opset)


def _checked_body(proto: onnx.NodeProto, inputs: int, least: int) -> onnx.GraphProto:
    """Return the body. Raises Unsupported for another number of inputs, or fewer results than these."""
    body = inner_graph(proto, "body")
    if len(body.input) != inputs or len(body.output) < least:
        raise Unsupported(
            f"{proto.op_type} expects a body of {inputs} inputs and at least {least} results, found "
            f"{len(body.input)} and {len(body.output)}"
        )
    return body


def _list(proto: onnx.NodeProto, name: str, count: int) -> list[int]:
    """Return an attribute with a number for each of `count`, 0 where it is left out. Raises Unsupported."""
    found = next((list(each.ints) for each in proto.attribute if each.name == name), [0] * count)
    if len(found) != count:
        raise Unsupported(f"{proto.op_type} expects {count} numbers in '{name}', found {len(found)}")
    return found


class _Writer:
    """The graph that a loop becomes; what an iteration makes has names of its own, behind the loop's."""

    def __init__(self, proto: onnx.NodeProto, body: onnx.GraphProto, count: int) -> None:
        nodes = count * max(len(body.node), 1)
        if not 0 < nodes <= MAX_UNROLLED:
            raise Unsupported(
                f"{proto.op_type} expects 1 to {MAX_UNROLLED} nodes in all iterations together, found {nodes}"
            )
        self._proto, self._body = proto, body
        self._made = onnx.GraphProto(name=body.name)
        self._first = next(filter(None, proto.output))

    def constant(self, array: Array, step: int) -> str:
        """Add a constant and return its name."""
        name = f"{self._first}/{step}/constant{len(self._made.initializer)}"
        self._made.initializer.append(numpy_helper.from_array(array, name))
        return name

    def slice(self, source: str, axis: int, index: int, step: int) -> str:
        """Add what takes one place along an axis, and return its name."""
        name = f"{self._first}/{step}/slice{len(self._made.node)}"
        where = self.constant(np.array(index), step)
        self._made.node.append(helper.make_node("Gather", [source, where], [name], axis=axis))
        return name

    def iteration(self, step: int, given: Mapping[str, str]) -> list[str]:
        """Add the body's nodes with these inputs; return its results' names."""
        inner = [name for node in self._body.node for name in node.output if name]
        inner += [tensor.name for tensor in self._body.initializer]
        names = {**given, **{name: f"{self._first}/{step}/{name}" for name in inner}}
        for tensor in self._body.initializer:
            self._made.initializer.add().CopyFrom(tensor)
            self._made.initializer[-1].name = names[tensor.name]
        self._made.node.extend(_renamed(node, names) for node in self._body.node)
        return [names.get(value.name, value.name) for value in self._body.output]

    def finish(
        self, state: Sequence[str], scans: Sequence[Sequence[str]], axes: Sequence[int], opset: int
    ) -> onnx.GraphProto:
        """Return the graph, in which the loop's results are the state and what the iterations made, stacked."""
        outputs = list(self._proto.output)
        for source, target in zip(state, outputs, strict=False):
            if target:
                self._made.node.append(helper.make_node("Identity", [source], [target]))
        for scan, axis, target in zip(scans, axes, outputs[len(state) :], strict=False):
            if target:
                parts = [self._unsqueezed(name, axis, opset) for name in scan]
                self._made.node.append(helper.make_node("Concat", parts, [target], axis=axis))
        return self._made

    def _unsqueezed(self, source: str, axis: int, opset: int) -> str:
        name = f"{self._first}/row{len(self._made.node)}"
        if opset < 13:
            made = helper.make_node("Unsqueeze", [source], [name], axes=[axis])
        else:
            made = helper.make_node("Unsqueeze", [source, self.constant(np.array([axis]), 0)], [name])
        self._made.node.append(made)
        return name


def _renamed(node: onnx.NodeProto, names: Mapping[str, str]) -> onnx.NodeProto:
    """Return a node with other names, also where its graphs read them."""
    made = onnx.NodeProto()
    made.CopyFrom(node)
    made.name = ""
    del made.input[:], made.output[:]
    made.input.extend(names.get(name, name) for name in node.input)
    made.output.extend(names.get(name, name) for name in node.output)
    for attribute in made.attribute:
        if not attribute.HasField("g"):
            continue
        graph = attribute.g
        own = {value.name for value in graph.input} | {tensor.name for tensor in graph.initializer}
        own |= {name for each in graph.node for name in each.output}
        outer = {name: new for name, new in names.items() if name not in own}
        inner = [_renamed(each, outer) for each in graph.node]
        del graph.node[:]
        graph.node.extend(inner)
        for value in graph.output:
            value.name = outer.get(value.name, value.name)
    return made


def _goes_on(body: onnx.GraphProto, condition: str) -> bool:
    """Tell whether the body's condition is what it was given, or a constant that is true."""
    sources = {node.output[0]: node for node in body.node if node.output}
    constants = {tensor.name: tensor for tensor in body.initializer}
    name = body.output[0].name
    while name in sources:
        node = sources.pop(name)
        if node.op_type == "Constant":
            constants |= dict.fromkeys([name], next((each.t for each in node.attribute), onnx.TensorProto()))
        if node.op_type != "Identity" or not node.input:
            break
        name = node.input[0]
    return name == condition or (name in constants and _is_true(constants[name]))


def _is_true(tensor: onnx.TensorProto) -> bool:
    if tensor.data_type != onnx.TensorProto.BOOL or tensor.data_location == onnx.TensorProto.EXTERNAL:
        return False
    try:
        return bool(numpy_helper.to_array(tensor).all())
    except ValueError:  # damaged
        return False
