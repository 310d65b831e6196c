"""Builds what ONNX has as one operator from several operations of `top`."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import result

Build = Callable[..., ir.OpView]


def shape_of(value: ir.Value) -> list[int]:
    """Return the shape of an IR value."""
    return list(ir.RankedTensorType(value.type).shape)


def is_fixed(value: ir.Value) -> bool:
    """Tell whether a value depends on constants only, so that `tpu-clean` folds it or the lowering reads it."""
    waiting, seen = [value], set[ir.Value]()
    while waiting:
        current = waiting.pop()
        if not ir.OpResult.isinstance(current):
            return False
        owner: Any = ir.OpResult(current).owner  # its stub names a base class
        op: ir.Operation = owner.operation
        if op.name != "top.weight" and len(op.operands) == 0:
            return False
        seen.add(current)
        operands = (op.operands[index] for index in range(len(op.operands)))
        waiting += [operand for operand in operands if operand not in seen]
    return True


class Composer:
    """Builds the inner values of one node: each named after the node's result and what it is, no name twice.

    Operations on constants are built like any others; `tpu-clean` folds them.
    """

    def __init__(self, n: Node) -> None:
        self.op = n.op
        self._n = n
        self._taken: dict[str, int] = {}

    def _place(self, name: str) -> ir.Location:
        count = self._taken.get(name, 0)
        self._taken[name] = count + 1
        return self._n.at(f"{name}{count}" if count else name)

    def __call__(self, build: Build, *operands: object, name: str, **attributes: object) -> ir.Value:
        """Return the result of one operation."""
        return result(build(*operands, loc=self._place(name), **attributes))

    def weight(self, array: Array | float, name: str) -> ir.Value:
        """Return an array, or a number as f32, as `top.weight`."""
        count = self._taken.get(name, 0)
        self._taken[name] = count + 1
        values = array if isinstance(array, np.ndarray) else np.array(array, np.float32)
        return self._n.weight(values, f"{name}{count}" if count else name)

    def reshape(self, value: ir.Value, shape: Sequence[int], name: str = "reshaped") -> ir.Value:
        """Return the same elements in another shape, the value itself where that is its own."""
        return value if shape_of(value) == list(shape) else self(top.ReshapeOp, value, list(shape), name=name)

    def transpose(self, value: ir.Value, perm: Sequence[int], name: str = "transposed") -> ir.Value:
        """Return the dimensions in another order, the value itself where that is its own."""
        is_same = list(perm) == list(range(len(perm)))
        return value if is_same else self(top.TransposeOp, value, list(perm), name=name)

    def take(
        self, value: ir.Value, axis: int, start: int, count: int, step: int = 1, *, name: str = "part"
    ) -> ir.Value:
        """Return `count` elements along an axis, the value itself where those are all."""
        sizes = shape_of(value)
        if start == 0 and count == sizes[axis] and step == 1:
            return value
        offsets, steps = [0] * len(sizes), [1] * len(sizes)
        offsets[axis], sizes[axis], steps[axis] = start, count, step if count > 1 else 1
        return self(top.SliceOp, value, offsets, sizes, steps, name=name)

    def backwards(self, value: ir.Value, axis: int, name: str = "backwards") -> ir.Value:
        """Return the elements along an axis from the last to the first."""
        sizes = shape_of(value)
        offsets, steps = [0] * len(sizes), [1] * len(sizes)
        if sizes[axis] > 1:
            offsets[axis], steps[axis] = sizes[axis] - 1, -1
        return self(top.SliceOp, value, offsets, sizes, steps, name=name)

    def pad(
        self, value: ir.Value, low: Sequence[int], high: Sequence[int], name: str = "padded", fill: float = 0.0
    ) -> ir.Value:
        """Return a value with `fill` before and after it in every dimension; negative counts cut elements off."""
        sizes = [size + min(a, 0) + min(b, 0) for size, a, b in zip(shape_of(value), low, high, strict=True)]
        if sizes != shape_of(value):
            value = self(top.SliceOp, value, [max(-a, 0) for a in low], sizes, [1] * len(sizes), name="cut")
        pads = [max(count, 0) for count in (*low, *high)]
        return self(top.PadOp, value, enum("pad_mode", "constant"), pads, fill, name=name) if any(pads) else value

    def concat(self, values: Sequence[ir.Value], axis: int, name: str = "joined") -> ir.Value:
        """Return values one after the other, a single one itself."""
        return values[0] if len(values) == 1 else self(top.ConcatOp, list(values), axis, name=name)

    def named(self, value: ir.Value) -> ir.OpView:
        """Return an inner value as the node's result: an operation that does nothing, and leaves its name behind."""
        return top.ReshapeOp(value, shape_of(value))
