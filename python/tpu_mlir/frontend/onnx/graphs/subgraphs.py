"""Nodes that hold graphs, decided while the model is imported: the branch of an If, the iterations of a Loop."""

from collections.abc import Callable, Sequence

import numpy as np
import onnx

from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.tensors import Array, onnx_numpy_type
from tpu_mlir.frontend.onnx.values import Constant, Missing, Value

Scope = dict[str, Value]
Run = Callable[[onnx.GraphProto, Scope, Sequence[str]], list[Value]]  # returns the values of the names


def branch(proto: onnx.NodeProto, scope: Scope, condition: Array, live: Sequence[str], run: Run) -> list[Value]:
    """Return the results of an If that are `live`, from the branch that a constant condition takes."""
    graph = inner_graph(proto, "then_branch" if truth(condition) else "else_branch")
    if len(graph.output) < len(proto.output):
        raise Unsupported(f"If expects branches with {len(proto.output)} results, found {len(graph.output)}")
    pairs = zip(proto.output, graph.output, strict=False)
    return run(graph, dict(scope), [value.name for outer, value in pairs if outer in live])


def loop(proto: onnx.NodeProto, scope: Scope, operands: Sequence[Constant | None], run: Run) -> list[Value]:
    """Return the results of a Loop over constants: those carried from one iteration to the next, then what each made.

    `run` bounds the work: it raises Unsupported where the iterations do not end.
    """
    body = inner_graph(proto, "body")
    trips, condition, *carried = [*operands, None, None][: max(2, len(operands))]
    names = [value.name for value in body.input]
    if len(names) != 2 + len(carried) or len(body.output) < 1 + len(carried) or None in carried:
        raise Unsupported(f"Loop expects a body of {2 + len(carried)} inputs and at least {1 + len(carried)} results")
    state: Sequence[Value] = [item for item in carried if item is not None]
    scans: list[list[Array]] = [[] for _ in body.output[1 + len(state) :]]
    going, iteration = condition is None or truth(condition.array), 0
    while going and (trips is None or iteration < int(trips.array.reshape(-1)[0])):
        count, going_on = Constant(np.array(iteration), names[0]), Constant(np.array(True), names[1])
        inner = {**scope, **dict(zip(names, [count, going_on, *state], strict=True))}
        found = run(body, inner, [value.name for value in body.output])
        if any(isinstance(item, Missing) for item in found):
            return [Missing() for _ in proto.output]
        known = [item for item in found if isinstance(item, Constant)]
        if len(known) < len(found):
            raise Unsupported("Loop expects a body that reads constants, found one that reads the network's inputs")
        going, iteration, state = truth(known[0].array), iteration + 1, known[1 : 1 + len(state)]
        for scan, item in zip(scans, known[1 + len(state) :], strict=True):
            scan.append(item.array)
    made = [_stack(arrays, value) for arrays, value in zip(scans, body.output[1 + len(state) :], strict=True)]
    return [*state, *made]


def inner_graph(proto: onnx.NodeProto, name: str) -> onnx.GraphProto:
    for attribute in proto.attribute:
        if attribute.name == name and attribute.HasField("g"):
            return attribute.g
    raise Unsupported(f"{proto.op_type} expects the attribute '{name}', which is missing")


def truth(array: Array) -> bool:
    if array.size != 1:
        raise Unsupported(f"expects a condition of one element, found {array.size}")
    return bool(array.reshape(-1)[0])


def _stack(arrays: Sequence[Array], value: onnx.ValueInfoProto) -> Constant:
    """Return what the iterations made as one tensor, without elements if there were none."""
    if arrays:
        if len({array.shape for array in arrays}) > 1:
            raise Unsupported(f"Loop expects one shape of '{value.name}' in every iteration")
        return Constant(np.stack(arrays), value.name)
    tensor = value.type.tensor_type
    shape = [0, *(max(dim.dim_value, 0) for dim in tensor.shape.dim)]
    return Constant(np.zeros(shape, onnx_numpy_type(tensor.elem_type, f"'{value.name}'")), value.name)
