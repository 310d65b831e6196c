"""Finds the parts of a model: what passes refuse in a part goes to the host, and the model is cut anew."""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import onnx

from tpu_mlir.errors import CompileError, ModelError
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.partition.plan import Plan, PlannedPart, make_plan, nodes_of

Source = str | os.PathLike[str] | onnx.ModelProto
T = TypeVar("T")


def settle(
    source: Source,
    input_shapes: Mapping[str, Sequence[int]],
    reason: ModelError | CompileError,
    attempt: Callable[[Plan], T],
) -> T:
    """Return what an attempt makes of the parts of a model that is no single network for `reason`.

    The attempt is made again for every CompileError of its that is about nodes. Raises `reason` if no part for the host
    explains it, and CompileError where ONNX Runtime refuses such a part.
    """
    try:
        plan = make_plan(source, input_shapes, {})
    except (ModelError, UnicodeDecodeError):
        raise reason from None
    refused = dict(plan.refused)
    if not refused:  # the importer takes all: then what a pass has refused goes to the host
        refused = _blamed([PlannedPart(plan.model, on_host=False)], reason)
        if not refused:
            raise reason
        plan = make_plan(source, input_shapes, refused)
    while True:
        _check_host(plan, reason)
        try:
            return attempt(plan)
        except CompileError as problem:
            more = _blamed(plan.parts, problem)
            if not more:
                raise
            refused |= more
        plan = make_plan(source, input_shapes, refused)


def _blamed(parts: Sequence[PlannedPart], problem: Exception) -> dict[str, str]:
    """Return the nodes that a pass has refused, and why."""
    tensors = problem.tensors if isinstance(problem, CompileError) else {}
    found: dict[str, str] = {}
    for name, reason in tensors.items():
        for part in parts:
            found |= dict.fromkeys(nodes_of(part, [name]), reason) if not part.on_host else {}
    return found


def _check_host(plan: Plan, reason: Exception) -> None:
    """Raise the reason, and ONNX Runtime's, where that refuses a part, or cannot be given what it reads."""
    for part in (part for part in plan.parts if part.on_host):
        for value in (*part.model.graph.input, *part.model.graph.output):
            if value.type.tensor_type.elem_type == onnx.TensorProto.BFLOAT16:
                raise CompileError(
                    f"{reason}\nnor can the host run them: ONNX Runtime takes and gives no bfloat16 of NumPy's, as "
                    f"'{value.name}' is; a Cast to float on the side of the chip would help"
                ) from None
        try:
            Session(part.model)
        except SessionError as other:
            raise CompileError(f"{reason}\nnor can the host run them: ONNX Runtime: {other}") from None
