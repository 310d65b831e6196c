"""Images from columns, from pooled maxima, and sampled at known places."""

import math

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.compositions.sampling import Sampling, computed_taps, constant_taps
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.ops.conv import Convolution, convolve
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array


@importer("Col2Im", 18, only="to a constant shape")
def image_from_columns(n: Node) -> Imported:
    """Import Col2Im: a transposed convolution in which each element of a block has a channel, and one place."""
    image, block = n.integers(1, "image_shape"), n.integers(2, "block_shape")
    rank, taps = len(image), math.prod(block)
    dilations, strides = n.ints_attr("dilations", [1] * rank), n.ints_attr("strides", [1] * rank)
    pads = n.ints_attr("pads", [0] * (2 * rank))
    if n.rank(0) != 3 or taps < 1 or n.shape(0)[1] % taps or {len(block), len(strides), len(pads) // 2} != {rank}:
        raise Unsupported(f"Col2Im expects columns of blocks {block}, found the shape {n.shape(0)}")
    padded = [size + pads[axis] + pads[rank + axis] for axis, size in enumerate(image)]
    free = [size - (taps - 1) * dilation - 1 for size, taps, dilation in zip(padded, block, dilations, strict=True)]
    counts = [room // stride + 1 for room, stride in zip(free, strides, strict=True)]
    if min(free) < 0 or math.prod(counts) != n.shape(0)[2]:
        raise Unsupported(f"Col2Im expects {math.prod(counts)} columns for an image of {image}, found {n.shape(0)[2]}")
    batch, channels = n.shape(0)[0], n.shape(0)[1] // taps
    c, more = Composer(n), [room % stride for room, stride in zip(free, strides, strict=True)]
    filters = np.tile(np.eye(taps, dtype=np.float32), (channels, 1)).reshape(channels * taps, 1, *block)
    columns = c.reshape(n.value(0), [batch, channels * taps, *counts])
    how = Convolution(n.weight(filters, "places"), None, block, strides, pads, dilations, channels, more)
    return convolve(n, how, columns)


@importer("GridSample", 16, 20, only="cubic at constant places")
def grid_sample(n: Node) -> Imported:
    """Import GridSample: for each of the elements around a place, a gather of it times how much it counts."""
    batch, channels, *sizes = n.shape(0)
    outer, places = n.shape(1)[:1], n.shape(1)[1:-1]
    if n.rank(1) != len(sizes) + 2 or outer != [batch] or n.shape(1)[-1] != len(sizes) or not sizes:
        raise Unsupported(f"GridSample expects a grid for images of shape {n.shape(0)}, found shape {n.shape(1)}")
    how = Sampling.of(n)
    c, count = Composer(n), batch * math.prod(places)
    image = np.repeat(np.arange(batch), math.prod(places)) * math.prod(sizes)  # where the image of a place begins
    if n.is_constant(1):
        grid = n.constant(1, "grid").astype(np.float64).reshape(count, len(sizes))
        known = constant_taps(how, grid, sizes)
        taps = [
            (n.weight(numbers + image, f"pixels{index}"), c.weight(factors.astype(np.float32)[:, None], "factors"))
            for index, (numbers, factors) in enumerate(known)
        ]
    else:
        taps = computed_taps(c, how, c.reshape(n.value(1), [count, len(sizes)]), sizes, image)
    pixels = c.transpose(c.reshape(n.value(0), [batch, channels, math.prod(sizes)]), [0, 2, 1], "pixels")
    total = _sampled(c, c.reshape(pixels, [batch * math.prod(sizes), channels]), taps)
    every = c.reshape(total, [batch, math.prod(places), channels])
    return top.ReshapeOp(c.transpose(every, [0, 2, 1]), [batch, channels, *places])


def _sampled(c: Composer, pixels: ir.Value, taps: list[tuple[ir.Value, ir.Value]]) -> ir.Value:
    """Return the sum over the taps of the pixels [P, C] with these numbers times these factors."""
    total: ir.Value | None = None
    for numbers, factors in taps:
        chosen = c(top.GatherOp, pixels, numbers, 0, name="chosen")
        part = c(top.MulOp, chosen, factors, name="part")
        total = part if total is None else c(top.AddOp, total, part, name="sum")
    assert total is not None
    return total


@importer("RoiAlign", 10, 16, only="means in constant regions")
def roi_align(n: Node) -> Imported:
    """Import RoiAlign: each region's bins are the product of the image with a constant matrix."""
    regions, images = n.constant(1, "regions").astype(np.float64), n.integers(2, "images")
    if n.str_attr("mode", "avg") != "avg":
        raise Unsupported("RoiAlign expects the mode avg, found max")
    batch, channels, height, width = n.shape(0)
    bins = (n.int_attr("output_height", 1), n.int_attr("output_width", 1))
    c = Composer(n)
    image = c.reshape(n.value(0), [batch, channels, height * width])
    results: list[ir.Value] = []
    for region, index in zip(regions, images, strict=True):
        rows, columns = _bins(n, region, (height, width), bins)
        matrix = np.einsum("ih,jw->hwij", rows, columns).reshape(height * width, math.prod(bins))
        own = c.reshape(c.take(image, 0, index, 1), [channels, height * width])
        pooled = c(top.MatMulOp, own, c.weight(matrix.astype(np.float32), "matrix"), name="bins")
        results.append(c.reshape(pooled, [1, channels, *bins]))
    if not results:
        raise Unsupported("RoiAlign expects regions, found none")
    return c.named(c.concat(results, 0))


def _bins(n: Node, region: Array, sizes: tuple[int, int], bins: tuple[int, int]) -> list[Array]:
    """Return for both dimensions [bins, size]: how much each element counts in the mean of the samples of a bin."""
    scale, ratio = n.float_attr("spatial_scale", 1.0), n.int_attr("sampling_ratio", 0)
    # Before version 16 there was no half of a pixel to take off, and a region had at least the size of one.
    half = n.opset >= 16 and n.str_attr("coordinate_transformation_mode", "half_pixel") == "half_pixel"
    found: list[Array] = []
    for axis, (size, count) in enumerate(zip(sizes, bins, strict=True)):
        begin, end = region[1 - axis] * scale - 0.5 * half, region[3 - axis] * scale - 0.5 * half
        length = end - begin if half else max(end - begin, 1.0)
        samples = ratio if ratio > 0 else max(math.ceil(length / count), 1)
        at = begin + (np.arange(count * samples) + 0.5) * (length / count / samples)
        inside = (at >= -1) & (at <= size)
        x = np.clip(at, 0, size - 1)
        factors = np.maximum(1 - np.abs(x[:, None] - np.arange(size)), 0.0) * inside[:, None]
        found.append(factors.reshape(count, samples, size).mean(1))
    return found
