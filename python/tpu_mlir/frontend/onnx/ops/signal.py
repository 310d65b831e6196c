"""Fourier transforms, as products with constant matrices. Windows and mel weights are constants, which are folded."""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array

MOST_FACTORS = 1 << 24  # of a transform's matrix, 64 MB


def _angles(n: Node, rows: int, columns: int, length: int) -> Array:
    """Return 2 * pi * r * c / length; the product modulo the length first, which keeps it exact."""
    if rows * columns > MOST_FACTORS // 4:
        raise Unsupported(f"{n.op} expects transforms of at most {MOST_FACTORS // 4} factors, found {rows} * {columns}")
    return (np.outer(np.arange(rows), np.arange(columns)) % length) * (2 * np.pi / length)


def _forward(n: Node, size: int, parts: int, length: int, bins: int, sign: int) -> Array:
    """Return [size * parts, bins * 2]: from real, or real and imaginary, elements to bins of both."""
    angles = _angles(n, size, bins, length)
    cosine, sine = np.cos(angles), sign * np.sin(angles)
    rows = [np.stack([cosine, sine], -1), np.stack([-sine, cosine], -1)][:parts]  # of x and of i x
    return np.stack(rows, 1).reshape(size * parts, bins * 2)


def _inverse_of_half(n: Node, size: int, length: int) -> Array:
    """Return [size * 2, length]: from the first half of the bins, the others being their conjugates, to reals."""
    angles = _angles(n, size, length, length)
    twins = np.where((np.arange(size) * 2 % length) == 0, 1, 2)[:, None]  # the first bin, and that in the middle
    return np.stack([np.cos(angles) * twins, -np.sin(angles) * twins], 1).reshape(size * 2, length)


def _transform(n: Node, axis: int, length: int | None) -> Imported:
    """Return the transform along an axis of a tensor whose last dimension is 1, of reals, or 2."""
    shape, rank = n.shape(0), n.rank(0)
    inverse, half = bool(n.int_attr("inverse", 0)), bool(n.int_attr("onesided", 0))
    axis = n.axis(axis, rank)
    parts = shape[-1] if shape else 0
    if parts not in (1, 2) or axis == rank - 1 or (half and parts != (2 if inverse else 1)):
        raise Unsupported(f"{n.op} expects the last dimension to hold real or complex numbers, found shape {shape}")
    length = length or (2 * (shape[axis] - 1) if inverse and half else shape[axis])
    if length < 1:
        raise Unsupported(f"{n.op} expects a positive length, found {length}")
    size = min(shape[axis], length // 2 + 1 if inverse and half else length)
    if inverse and half:
        matrix, results = _inverse_of_half(n, size, length), [length, 1]
    else:
        results = [length // 2 + 1 if half else length, 2]
        matrix = _forward(n, size, parts, length, results[0], 1 if inverse else -1)
    c = Composer(n)
    others = [other for other in range(rank - 1) if other != axis]
    last = c.transpose(c.take(n.value(0), axis, 0, size), [*others, axis, rank - 1])
    found = _product(c, n, last, matrix / length if inverse else matrix, results)
    return top.TransposeOp(found, [*(np.argsort([*others, axis]).tolist()), rank - 1])


def _product(c: Composer, n: Node, x: ir.Value, matrix: Array, results: list[int]) -> ir.Value:
    """Return the last two dimensions times a matrix, as two dimensions again."""
    outer = shape_of(x)[:-2]
    rows = c.reshape(x, [math.prod(outer), matrix.shape[0]], "rows")
    product = c(top.MatMulOp, rows, n.weight(matrix.astype(np.float32), "matrix"), name="product")
    return c.reshape(product, [*outer, *results])


def _length(n: Node, index: int) -> int | None:
    return int(n.scalar(index, "dft_length", 0)) if n.has(index) else None


@importer("DFT", 17, only="with a constant length")
def transform_along_attribute(n: Node) -> Imported:
    """Import DFT whose axis is an attribute."""
    return _transform(n, n.int_attr("axis", 1), _length(n, 1))


@importer("DFT", 20, only="with a constant length and axis")
def transform(n: Node) -> Imported:
    """Import DFT whose axis is an operand."""
    return _transform(n, int(n.scalar(2, "axis", -2)), _length(n, 1))


@importer("STFT", 17, only="with a constant step and length")
def short_time_transform(n: Node) -> Imported:
    """Import STFT: frames of the signal, [B, F, L], times one matrix, into which a constant window goes."""
    if n.rank(0) != 3 or n.shape(0)[2] not in (1, 2):
        raise Unsupported(f"STFT expects a signal of rank 3 of real or complex numbers, found shape {n.shape(0)}")
    parts = n.shape(0)[2]
    step = int(n.scalar(1, "frame_step", 0))
    length = int(n.scalar(3, "frame_length", 0)) if n.has(3) else n.shape(2)[0] if n.has(2) else n.shape(0)[1]
    half = bool(n.int_attr("onesided", 1)) and parts == 1
    if not 1 <= length <= n.shape(0)[1] or step < 1 or (n.has(2) and n.shape(2) != [length]):
        raise Unsupported(f"STFT expects a step and frames within {n.shape(0)[1]} samples, found {step} and {length}")
    c, bins = Composer(n), length // 2 + 1 if half else length
    frames = _frames(c, n.value(0), length, step)
    matrix = _forward(n, length, parts, length, bins, -1)
    if n.has(2) and n.is_constant(2):
        matrix *= np.repeat(n.constant(2, "window").astype(np.float64), parts)[:, None]
    elif n.has(2):
        frames = c(top.MulOp, frames, c.reshape(n.value(2), [length, 1]), name="windowed")
    return c.named(_product(c, n, frames, matrix, [bins, 2]))


def _frames(c: Composer, signal: ir.Value, length: int, step: int) -> ir.Value:
    """Return the frames [B, F, length, parts] of a signal [B, samples, parts].

    In runs of the largest length that divides both the step and the frame, each frame is some runs in a row, and the
    same run of all frames is a strided slice.
    """
    batch, samples, parts = shape_of(signal)
    run, count = math.gcd(step, length), (samples - length) // step + 1
    used = -(-((count - 1) * step + length) // run) * run
    runs = c.reshape(c.take(signal, 1, 0, used), [batch, used // run, run * parts], "runs")
    pieces = [c.take(runs, 1, first, count, step // run, name="run") for first in range(length // run)]
    return c.reshape(c.concat(pieces, 2, "frames"), [batch, count, length, parts])
