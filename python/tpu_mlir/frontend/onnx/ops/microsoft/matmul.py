"""Matrix products: with transposes and factors, and with weights of few bits."""

import numpy as np

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, body, importer
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.tensors import Array


@body("FusedMatMul", "a b", "y", domain=MICROSOFT)
def fused_matmul(n: Node) -> str:
    """Write alpha * A * B with either transposed in its last dimensions, or with its first one before them."""
    sides = [_arranged(n, 0, "a", "A"), _arranged(n, 1, "b", "B")]
    factor = f"alpha = Constant <value_float = {n.float_attr('alpha', 1.0)}> ()"
    return f"{' '.join(sides)} {factor} product = MatMul (a_moved, b_moved) y = Mul (product, alpha)"


def _arranged(n: Node, index: int, name: str, side: str) -> str:
    order = list(range(n.rank(index)))
    if n.int_attr(f"transBatch{side}", 0):
        order = [*order[1:-1], 0, order[-1]]
    if n.int_attr(f"trans{side}", 0) and len(order) > 1:
        order[-2:] = order[:-3:-1]
    return f"{name}_moved = Transpose <perm = {order}> ({name})"


@body("FusedGemm", "a b c", "y", domain=MICROSOFT)
def fused_gemm(n: Node) -> str:
    """Write Gemm with an activation behind it."""
    same = "alpha: float = @alpha, beta: float = @beta, transA: int = @transA, transB: int = @transB"
    names = [name for name in ("alpha", "beta", "gamma") if n.given(f"activation_{name}")]
    given = ", ".join(f"{name}: float = @activation_{name}" for name in names)
    op = n.str_attr("activation", "Identity") or "Identity"
    return f"sum = Gemm <{same}> (a, b, c) y = {op} {f'<{given}>' if given else ''} (sum)"


@importer("MatMulNBits", 1, domain=MICROSOFT, only="constant weights, without g_idx")
def matmul_few_bits(n: Node) -> Imported:
    """Import a product with weights of 2, 4 or 8 bits that have a scale for each block of the inner dimension."""
    if n.has(4):
        raise Unsupported("MatMulNBits expects weights in order, without g_idx")
    bits, block = n.int_attr("bits", 4), n.int_attr("block_size")
    rows, columns = n.int_attr("N"), n.int_attr("K")
    if bits not in (2, 4, 8) or block < 1:
        raise Unsupported(f"MatMulNBits expects 2, 4 or 8 bits and a positive block_size, found {bits} and {block}")
    blocks = -(-columns // block)
    steps = _unpacked(n.constant(1, "weight").reshape(rows, blocks, -1), bits)[..., :block].astype(np.float32)
    scales = n.constant(2, "scale").reshape(rows, blocks, 1).astype(np.float32)
    weight = ((steps - _zeros(n, bits, rows, blocks)) * scales).reshape(rows, -1)[:, :columns]
    bias = n.value(5) if n.has(5) else None
    return top.MatMulOp(n.value(0), n.weight(np.ascontiguousarray(weight), "weight"), bias=bias, transpose_rhs=True)


def _unpacked(packed: Array, bits: int) -> Array:
    """Return the numbers in bytes, the lowest bits first, along the last dimension."""
    shifts = np.arange(0, 8, bits, dtype=np.uint8)
    parts = (packed.view(np.uint8)[..., np.newaxis] >> shifts) & np.uint8((1 << bits) - 1)
    return parts.reshape(*packed.shape[:-1], -1)


def _zeros(n: Node, bits: int, rows: int, blocks: int) -> Array:
    """Return the zero points [rows, blocks, 1]: packed like the weights, floats, or the middle of the range."""
    if not n.has(3):
        return np.full((rows, blocks, 1), 1 << (bits - 1), np.float32)
    given = n.constant(3, "zero point")
    stored = _unpacked(given.reshape(rows, -1), bits) if given.dtype == np.uint8 else given.reshape(rows, -1)
    return stored[:, :blocks, np.newaxis].astype(np.float32)
