"""The first tensor of a network that is wrong, from a bmodel that keeps all of them."""

from collections.abc import Collection, Mapping, Sequence

import onnx

from tpu_mlir.checking.figures import fault, measure
from tpu_mlir.checking.records import CheckedTensor
from tpu_mlir.runtime.types import Array

_BEFORE, _AFTER = 2, 3  # tensors around the first that is wrong which are worth a look


def judge(
    values: Mapping[str, tuple[str, Array]],
    references: Mapping[str, Array],
    order: Sequence[str],
    floor: float,
    *,
    is_exact: bool,
    outputs: Collection[str],
) -> list[CheckedTensor]:
    """Return the tensors {name: (element type, value)} that the reference has, too, judged, in this order."""
    judged: list[CheckedTensor] = []
    for name in order:
        if name in values and name in references and values[name][1].size == references[name].size:
            data_type, value = values[name]
            figures = measure(value, references[name], is_inner=name not in outputs)
            wrong = fault(figures, floor, is_exact=is_exact)
            judged.append(CheckedTensor(name, data_type, references[name].shape, figures, wrong))
    return judged


def around_first(judged: Sequence[CheckedTensor]) -> tuple[tuple[CheckedTensor, ...], str]:
    """Return the tensors around the first that is wrong, and its name; nothing if none is."""
    first = next((at for at, each in enumerate(judged) if each.fault), None)
    if first is None:
        return (), ""
    return tuple(judged[max(0, first - _BEFORE) : first + _AFTER + 1]), judged[first].name


def computed(graph: onnx.GraphProto) -> list[str]:
    """Return the tensors that a model computes, in its order."""
    return [name for node in graph.node for name in node.output if name]
