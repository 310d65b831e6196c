"""The operations of a network's module."""

from typing import Any

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError


def main_function(module: ir.Module) -> ir.Operation:
    """Return the function `@main`. Raises ModelError if there is none."""
    for op in block_operations(module.body):
        if op.name == "func.func" and ir.StringAttr(op.attributes["sym_name"]).value == "main":
            return op
    raise ModelError("the module has no function @main")


def main_operations(module: ir.Module) -> list[ir.Operation]:
    """Return the operations of `@main` in order, the terminator included. Raises ModelError if there is none."""
    return block_operations(main_function(module).regions[0].blocks[0])


def block_operations(block: ir.Block) -> list[ir.Operation]:
    """Return the operations of a block in order."""
    operations: Any = block.operations  # their stub names a base class
    return [op.operation for op in operations]
