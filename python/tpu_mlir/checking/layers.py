"""The first tensor of a network that is wrong, from a bmodel that keeps all of them."""

from collections.abc import Collection, Mapping, Sequence

import onnx

from tpu_mlir.checking.figures import fault, measure
from tpu_mlir.checking.records import CheckedTensor
from tpu_mlir.runtime.compare import NamedValue
from tpu_mlir.runtime.types import Array

_BEFORE, _AFTER = 2, 3  # tensors around the first that is wrong which are worth a look


def judge(
    values: Mapping[str, NamedValue],
    references: Mapping[str, Array],
    order: Sequence[str],
    floor: float,
    *,
    is_exact: bool,
    outputs: Collection[str],
) -> list[CheckedTensor]:
    """Return the tensors that the reference has, too, judged, in this order."""
    judged: list[CheckedTensor] = []
    for name in order:
        if name not in values or name not in references:
            continue
        value = values[name].beside(references[name])
        if value is None and name in outputs and values[name].value.size == references[name].size:
            value = values[name].value.reshape(references[name].shape)
        if value is not None:
            figures = measure(value, references[name], is_inner=name not in outputs)
            wrong = fault(figures, floor, is_exact=is_exact)
            judged.append(CheckedTensor(name, values[name].data_type, value.shape, figures, wrong, floor))
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
