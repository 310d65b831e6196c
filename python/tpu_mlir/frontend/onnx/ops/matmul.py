"""Matrix products."""

import itertools
import math
from collections.abc import Mapping

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.values import result


@importer("MatMul", 1, 9, 13)
def matmul(n: Node) -> Imported:
    """Import MatMul; an operand of rank 1 becomes a matrix, and the dimension is taken away from the result again."""
    left, right = n.shape(0), n.shape(1)
    if not left or not right:
        raise Unsupported("MatMul expects operands of at least rank 1, found a scalar")
    lhs, rhs = n.value(0), n.value(1)
    if len(left) == 1:
        lhs = result(top.ReshapeOp(lhs, [1, *left], loc=n.at("row")))
    if len(right) == 1:
        rhs = result(top.ReshapeOp(rhs, [*right, 1], loc=n.at("column")))
    if len(left) > 1 and len(right) > 1:
        return top.MatMulOp(lhs, rhs)
    product = result(top.MatMulOp(lhs, rhs, loc=n.at("matrix")))
    shape = list(ir.RankedTensorType(product.type).shape)
    rows = shape[-2:-1] if len(left) > 1 else []
    columns = shape[-1:] if len(right) > 1 else []
    return top.ReshapeOp(product, shape[:-2] + rows + columns)


@importer("Gemm", 1, 6, 7, 9, 11, 13)
def gemm(n: Node) -> Imported:
    """Import alpha * A * B + beta * C; the factors go into constants where they can."""
    if n.rank(0) != 2 or n.rank(1) != 2:
        raise Unsupported(f"Gemm expects matrices, found operands of rank {n.rank(0)} and {n.rank(1)}")
    alpha, transpose = n.float_attr("alpha", 1.0), bool(n.int_attr("transB", 0))
    lhs, rhs = n.value(0), _scaled(n, 1, alpha, "alpha")
    if n.int_attr("transA", 0):
        lhs = result(top.TransposeOp(lhs, [1, 0], loc=n.at("transposed")))
    if not n.has(2):
        return top.MatMulOp(lhs, rhs, transpose_rhs=transpose)
    beta, columns = n.float_attr("beta", 1.0), n.shape(1)[0 if transpose else 1]
    if n.is_constant(2) and n.shape(2) in ([], [1], [columns], [1, 1], [1, columns]):
        bias = np.broadcast_to(n.constant(2, "bias").astype(np.float32).reshape(-1) * np.float32(beta), [columns])
        return top.MatMulOp(lhs, rhs, bias=n.weight(bias, "bias"), transpose_rhs=transpose)
    product = top.MatMulOp(lhs, rhs, transpose_rhs=transpose, loc=n.at("product"))
    return top.AddOp(result(product), _scaled(n, 2, beta, "beta"))


def _scaled(n: Node, index: int, factor: float, suffix: str) -> ir.Value:
    """Return an operand times a factor, computed here if it is constant."""
    if factor == 1.0:
        return n.value(index)
    if n.is_constant(index):
        return n.weight(n.constant(index, suffix).astype(np.float32) * np.float32(factor), suffix)
    return result(top.MulOp(n.value(index), n.weight(np.array(factor, np.float32), suffix), loc=n.at(f"by_{suffix}")))


MOST_ROWS = 6  # of a determinant: its minors double with each


@importer("Det", 11, only=f"of at most {MOST_ROWS} rows")
def determinant(n: Node) -> Imported:
    """Import Det: by its last row, from the minors of the rows above it, each computed once."""
    *outer, size, columns = n.shape(0) if n.rank(0) >= 2 else [0, 0]
    if size != columns or not 1 <= size <= MOST_ROWS:
        raise Unsupported(f"Det expects square matrices of at most {MOST_ROWS} rows, found the shape {n.shape(0)}")
    c = Composer(n)
    cells = c.reshape(n.value(0), [math.prod(outer), size * size])
    minors: dict[tuple[int, ...], ir.Value] = {
        (column,): c.take(cells, 1, column, 1, name="cell") for column in range(size)
    }
    for row in range(1, size):
        every = itertools.combinations(range(size), row + 1)
        minors = {columns: _minor(c, cells, row, columns, minors) for columns in every}
    return top.ReshapeOp(minors[tuple(range(size))], outer)


def _minor(
    c: Composer, cells: ir.Value, row: int, columns: tuple[int, ...], minors: Mapping[tuple[int, ...], ir.Value]
) -> ir.Value:
    """Return the determinant of the rows up to one and of some columns, given those of one row less."""
    size = math.isqrt(shape_of(cells)[1])

    def term(place: int) -> ir.Value:
        cell = c.take(cells, 1, row * size + columns[place], 1, name="cell")
        return c(top.MulOp, cell, minors[(*columns[:place], *columns[place + 1 :])], name="term")

    first, *others = sorted(range(row + 1), key=lambda place: (row + place) % 2)  # what is added comes first
    total = term(first)
    for place in others:
        total = c(top.SubOp if (row + place) % 2 else top.AddOp, total, term(place), name="minor")
    return total


@exporter("matmul")
def export_matmul(e: Exported) -> None:
    """Write MatMul, with Transpose before and Add after it where the operation has them built in."""
    lhs, rhs, *bias = e.inputs
    if e.flag_attr("transpose_rhs"):
        rank = len(e.shape(1))
        rhs = e.temporary("rhs")
        e.emit("Transpose", [e.inputs[1]], [rhs], perm=[*range(rank - 2), rank - 1, rank - 2])
    if not bias:
        e.emit_with_relu("MatMul", [lhs, rhs])
        return
    product = e.temporary("product")
    e.emit("MatMul", [lhs, rhs], [product])
    e.emit_with_relu("Add", [product, *bias])
