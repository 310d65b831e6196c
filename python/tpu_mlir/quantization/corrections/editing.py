"""Reads and changes the operations of a cleaned `top` module."""

from typing import Any

import numpy as np
import numpy.typing as npt

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.exporting import read_elements
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import elements, result
from tpu_mlir.locations import names, result_names

Floats = npt.NDArray[np.float32]
SCALED = "/scaled"  # behind the name of a value whose channels are multiplied


def operations_of(module: ir.Module) -> list[ir.Operation]:
    """Return the operations of `@main` in order, constants and the terminator among them."""
    functions: Any = module.body.operations  # the stubs name a base class
    return [op.operation for op in functions[0].regions[0].blocks[0].operations]


def users(value: ir.Value) -> list[tuple[ir.Operation, int]]:
    """Return what reads a value: operation and operand number."""
    uses: Any = value.uses
    return [(use.owner.operation, use.operand_number) for use in uses]


def producer(value: ir.Value) -> ir.Operation | None:
    """Return the operation that computes a value, nothing for an input of the network."""
    if not ir.OpResult.isinstance(value):
        return None
    owner: Any = ir.OpResult(value).owner
    return owner.operation


def value_name(value: ir.Value) -> str:
    """Return the name that tables of ranges have for a value, empty for an input without one."""
    op = producer(value)
    if op is not None:
        return result_names(op)[ir.OpResult(value).result_number]
    argument: Any = ir.BlockArgument(value)
    function = argument.owner.owner.operation
    if "arg_attrs" not in function.attributes:
        return f"input{argument.arg_number}"
    found = ir.DictAttr(ir.ArrayAttr(function.attributes["arg_attrs"])[argument.arg_number])
    return ir.StringAttr(found["top.name"]).value if "top.name" in found else f"input{argument.arg_number}"


def shape_of(value: ir.Value) -> list[int]:
    """Return the sizes of a tensor."""
    return list(ir.RankedTensorType(value.type).shape)


def constant(op: ir.Operation, index: int) -> Floats | None:
    """Return the operand if it is a constant of f32; the memory is the module's."""
    if index >= len(op.operands):
        return None
    source = producer(op.operands[index])
    if source is None or source.name != "top.weight" or "quantized" in source.attributes:
        return None
    found = read_elements(source.attributes["value"])
    return found if found.dtype == np.float32 else None


def make_constant(array: Array, name: str, before: ir.Operation) -> ir.Value:
    """Add a constant of f32 in front of an operation."""
    with before.context, ir.InsertionPoint(before), ir.Location.name(name):
        return result(top.WeightOp(elements(np.ascontiguousarray(array, np.float32), name)))


def set_constant(op: ir.Operation, index: int, array: Array) -> None:
    """Let an operation read other values in place of a constant operand, which keeps its name."""
    source = producer(op.operands[index])
    name = (names(source.location) if source else [])[-1:] or ["constant"]
    op.operands[index] = make_constant(array, name[0], op)


def rebuild(op: ir.Operation, operands: list[ir.Value], name: str) -> ir.Operation:
    """Return an operation with other operands and another name in the place of one with a single result."""
    attributes = {item.name: item.attr for item in op.attributes}
    with op.context, ir.InsertionPoint(op):
        made: Any = ir.Operation.create(op.name, [op.results[0].type], operands, attributes, loc=ir.Location.name(name))
    op.results[0].replace_all_uses_with(made.operation.results[0])
    op.erase()
    return made.operation


def operands_of(op: ir.Operation) -> list[ir.Value]:
    """Return the operands of an operation."""
    return [op.operands[index] for index in range(len(op.operands))]


def set_bias(op: ir.Operation, bias: Array) -> None:
    """Give a convolution or product another bias, or its first one."""
    if len(op.operands) > 2:
        set_constant(op, 2, bias)
        return
    name = result_names(op)[0]
    rebuild(op, [*operands_of(op), make_constant(bias, f"{name}/bias", op)], name)


def scale_by_channel(value: ir.Value, factors: Array, axis: int) -> None:
    """Let what reads a computed value read it times a factor for each index of an axis; named NAME/scaled."""
    op = producer(value)
    if op is None:
        raise ValueError("an input of the network is expected to stay as it is")
    name = f"{value_name(value)}{SCALED}"
    readers = users(value)
    function: Any = op.parent
    order = [item.operation for item in function.regions[0].blocks[0].operations]
    after = order[order.index(op) + 1]
    sides = [-1 if dim == axis else 1 for dim in range(len(shape_of(value)))]
    by = make_constant(np.asarray(factors).reshape(sides), f"{name}/factors", after)
    with op.context, ir.InsertionPoint(after), ir.Location.name(name):
        scaled = result(top.MulOp(value, by))
    for reader, index in readers:
        reader.operands[index] = scaled
