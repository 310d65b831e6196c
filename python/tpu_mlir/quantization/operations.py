"""The operations of a typed module: which compute on integers, and how many multiplications they are."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.exporting import Quantized
from tpu_mlir.locations import result_names
from tpu_mlir.modules import block_operations, main_operations

_extension = vars(import_module("tpu_mlir._mlir._mlir_libs._tpuMlir"))
_integer_form: Callable[[ir.Operation], object] = _extension["integer_form"]
_MOVE: object = _extension["IntegerForm"].MOVE
_STILL = ("top.weight", "top.cast", "func.return")  # what computes nothing


@dataclass(frozen=True)
class Operation:
    """An operation by the tensor that it computes; `on_integers` if it reads or makes quantized values.

    `moves` if its elements, or their integers, are those of an operand, at most cut off, so that its precision is a
    matter of others.
    `beside`, if not empty, names what computes the channels that it reads, in scales of their own: without that on
    integers, it could not be.
    """

    name: str
    kind: str
    macs: int
    on_integers: bool
    moves: bool
    beside: str = ""


def operations(module: ir.Module) -> list[Operation]:
    """Return the operations of `@main` in order; MACs are multiply-accumulates of convolutions and products."""
    return [_operation(op) for op in main_operations(module) if op.name not in _STILL]


def share_on_integers(found: list[Operation]) -> float:
    """Return the share of the multiply-accumulates that is computed on integers, 1 where there are none."""
    total = sum(op.macs for op in found)
    return sum(op.macs for op in found if op.on_integers) / total if total else 1.0


def copy(module: ir.Module) -> ir.Module:
    """Return a module of its own with the same operations; constants share their memory."""
    with module.context, ir.Location.unknown():
        made = ir.Module.create()
        for attribute in module.operation.attributes:
            made.operation.attributes[attribute.name] = attribute.attr
        with ir.InsertionPoint(made.body):
            for function in block_operations(module.body):
                function.clone()
    return made


def _operation(op: ir.Operation) -> Operation:
    operands = [ir.RankedTensorType(op.operands[index].type) for index in range(len(op.operands))]
    results = [ir.RankedTensorType(op.results[index].type) for index in range(len(op.results))]
    stored = ["!quant" in str(kind.element_type) for kind in (*operands, *results)]
    kind = op.name.removeprefix("top.")
    moves = _integer_form(op) == _MOVE
    beside = ""
    if operands and _has_channels(operands[0]):
        moves = moves or kind == "mul"
        source: Any = ir.OpResult(op.operands[0]).owner
        beside = result_names(source.operation)[0]
    return Operation(result_names(op)[0], kind, _macs(op.name, operands, results), any(stored), moves, beside)


def _has_channels(kind: ir.RankedTensorType) -> bool:
    """Tell whether a value has a scale for each channel."""
    found = Quantized.of(kind.element_type)
    return found is not None and found.scale.ndim == 1


def _macs(name: str, operands: list[ir.RankedTensorType], results: list[ir.RankedTensorType]) -> int:
    if name == "top.conv":
        return math.prod(results[0].shape) * math.prod(operands[1].shape[1:])
    if name == "top.conv_transpose":
        return math.prod(operands[0].shape) * math.prod(operands[1].shape[1:])
    return math.prod(results[0].shape) * operands[0].shape[-1] if name == "top.matmul" else 0
