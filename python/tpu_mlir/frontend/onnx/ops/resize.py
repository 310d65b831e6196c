"""Interpolation: Resize in all its versions, and Upsample, which it replaced."""

import math
from typing import TypeVar

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.compositions.interpolation import Line, nearest, weights
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import Constant, result

T = TypeVar("T", int, float)

_COORDINATES = (
    *("half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"),
    "tf_crop_and_resize",
)


def _scaled(n: Node, scales: list[float]) -> Imported:
    """Import an operator from before version 11: coordinates are i / scale, the nearest element is the one below.

    In a dimension that shrinks, the nearest element is the one above (ONNX's test resize_downsample_nearest); a node
    that does both is two operations.
    """
    mode = n.str_attr("mode", "nearest")
    if mode not in ("nearest", "linear"):
        raise Unsupported(f"{n.op} expects the mode nearest or linear, found {mode}")
    sizes = _sizes(n, scales)
    if mode == "linear" or all(scale >= 1 for scale in scales):
        return _asymmetric(n.value(0), mode, "floor", scales, sizes)
    shrink, grow = [min(scale, 1.0) for scale in scales], [max(scale, 1.0) for scale in scales]
    if all(scale == 1 for scale in grow):
        return _asymmetric(n.value(0), mode, "ceil", scales, sizes)
    smaller = [min(size, old) for size, old in zip(sizes, n.shape(0), strict=True)]
    with n.at("smaller"):
        first = result(_asymmetric(n.value(0), mode, "ceil", shrink, smaller))
    return _asymmetric(first, mode, "floor", grow, sizes)


def _asymmetric(value: ir.Value, mode: str, nearest: str, scales: list[float], sizes: list[int]) -> ir.OpView:
    coordinates = enum("coordinate_transformation", "asymmetric")
    how = enum("nearest_mode", nearest)
    return top.ResizeOp(value, enum("resize_mode", mode), _floats(scales), sizes, coordinates, how, -0.75)


@importer("Upsample", 1)
def upsample_planes(n: Node) -> Imported:
    """Import Upsample of the rows and columns of images."""
    return _scaled(n, [1.0, 1.0, n.float_attr("height_scale"), n.float_attr("width_scale")])


@importer("Upsample", 7)
def upsample_by_attribute(n: Node) -> Imported:
    """Import Upsample whose scales are an attribute."""
    return _scaled(n, n.floats_attr("scales"))


@importer("Upsample", 9)
@importer("Resize", 10)
def upsample(n: Node) -> Imported:
    """Import Upsample and the first Resize, whose scales are an operand."""
    return _scaled(n, [float(scale) for scale in n.constant(1, "scales").reshape(-1).tolist()])


@importer("Resize", 11, 13, 18, 19, only="to constant sizes")
def resize(n: Node) -> Imported:
    """Import Resize to given scales or sizes."""
    mode = n.str_attr("mode", "nearest")
    if mode not in ("nearest", "linear", "cubic"):
        raise Unsupported(f"Resize expects the mode nearest, linear or cubic, found {mode}")
    scales, sizes = _extent(n)
    coordinates = n.str_attr("coordinate_transformation_mode", "half_pixel")
    rounding = n.str_attr("nearest_mode", "round_prefer_floor")
    if coordinates == "tf_half_pixel_for_nn" and mode == "nearest" and rounding == "floor":
        coordinates, rounding = "half_pixel", "round_prefer_ceil"  # floor((i + .5) / s) = floor(half_pixel + .5)
    if coordinates not in _COORDINATES:
        raise Unsupported(f"Resize expects coordinates {', '.join(_COORDINATES)}, found {coordinates}")
    nearest_mode = enum("nearest_mode", rounding)
    if 0 in n.shape(0):
        return Constant(np.zeros(sizes, n.dtype(0)), n.outputs[0])
    if coordinates == "tf_crop_and_resize" or (n.int_attr("antialias", 0) and mode != "nearest" and min(scales) < 1):
        return _by_matrices(n, mode, coordinates, rounding, _lines(n, scales, sizes))
    return top.ResizeOp(
        n.value(0),
        enum("resize_mode", mode),
        _floats(scales),
        sizes,
        enum("coordinate_transformation", coordinates),
        nearest_mode,
        n.float_attr("cubic_coeff_a", -0.75),
        exclude_outside=bool(n.int_attr("exclude_outside", 0)),
    )


def _lines(n: Node, scales: list[float], sizes: list[int]) -> list[Line]:
    """Return what happens to each dimension, with the regions that the second operand crops."""
    shape, is_cropped = n.shape(0), n.str_attr("coordinate_transformation_mode", "") == "tf_crop_and_resize"
    axes = [n.axis(axis, len(shape)) for axis in n.ints_attr("axes", list(range(len(shape))))]
    regions = dict.fromkeys(range(len(shape)), (0.0, 1.0))
    if is_cropped:
        roi = n.constant(1, "region of interest").reshape(-1).astype(np.float64) if n.has(1) else np.zeros(0)
        if roi.size != 2 * len(axes):
            raise Unsupported(f"Resize expects a region of {2 * len(axes)} numbers, found {roi.size}")
        pairs = zip(roi[: len(axes)].tolist(), roi[len(axes) :].tolist(), strict=True)
        regions |= dict(zip(axes, pairs, strict=True))
    each = zip(shape, sizes, scales, strict=True)
    return [Line(*line, *regions[axis]) for axis, line in enumerate(each)]


def _by_matrices(n: Node, mode: str, coordinates: str, rounding: str, lines: list[Line]) -> Imported:
    """Return a product with a constant matrix, or a gather of the nearest, along every dimension that changes."""
    c, value, inside = Composer(n), n.value(0), np.ones([1] * len(lines), np.bool_)
    cubic, exclude = n.float_attr("cubic_coeff_a", -0.75), bool(n.int_attr("exclude_outside", 0))
    for axis, line in enumerate(lines):
        if line.size == line.result and line.scale == 1 and (line.begin, line.end) == (0, 1):
            continue
        at = line.coordinates(coordinates)
        if mode == "nearest":
            value = c(
                top.GatherOp, value, n.weight(nearest(at, line.size, rounding), f"nearest{axis}"), axis, name="near"
            )
        else:
            antialias = bool(n.int_attr("antialias", 0))
            matrix = weights(at, line, mode, cubic, antialias=antialias, exclude_outside=exclude)
            value = _along(c, value, axis, n.weight(matrix.astype(np.float32), f"matrix{axis}"))
        if coordinates == "tf_crop_and_resize":
            within = (at >= 0) & (at <= line.size - 1)
            inside = inside & within.reshape([-1 if other == axis else 1 for other in range(len(lines))])
    if inside.all():
        return c.named(value)
    outside = c.weight(n.float_attr("extrapolation_value", 0.0), "outside")
    return top.WhereOp(n.weight(inside, "inside"), value, outside)


def _along(c: Composer, value: ir.Value, axis: int, matrix: ir.Value) -> ir.Value:
    """Return a value multiplied by a matrix along one dimension."""
    rank = len(shape_of(value))
    order = [*(other for other in range(rank) if other != axis), axis]
    product = c(top.MatMulOp, c.transpose(value, order), matrix, name="resized")
    return c.transpose(product, np.argsort(order).tolist())


def _extent(n: Node) -> tuple[list[float], list[int]]:
    """Return scales and sizes of all dimensions, given the scales or the sizes of all or, from 18 on, of some."""
    shape = n.shape(0)
    axes = [n.axis(axis, len(shape)) for axis in n.ints_attr("axes", list(range(len(shape))))]
    if n.has(2) and n.constant(2, "scales").size:
        given = [float(scale) for scale in n.constant(2, "scales").reshape(-1).tolist()]
        scales = _spread(n, "scales", given, axes, [1.0] * len(shape))
        return scales, _sizes(n, scales)
    sizes = _spread(n, "sizes", n.integers(3, "sizes"), axes, shape)
    if 0 in shape:
        raise Unsupported(f"{n.op} expects elements to interpolate, found the shape {shape}")
    scales = [size / old for size, old in zip(sizes, shape, strict=True)]
    policy = n.str_attr("keep_aspect_ratio_policy", "stretch")
    if policy != "stretch":
        chosen = [scales[axis] for axis in axes]
        common = min(chosen) if policy == "not_larger" else max(chosen)
        for axis in axes:
            scales[axis], sizes[axis] = common, math.floor(common * shape[axis] + 0.5)
    return scales, sizes


def _spread(n: Node, what: str, given: list[T], axes: list[int], default: list[T]) -> list[T]:
    """Return what is given for the axes, and the default for the other dimensions."""
    if len(given) != len(axes):
        raise Unsupported(f"{n.op} expects {len(axes)} {what}, found {given}")
    chosen = dict(zip(axes, given, strict=True))
    return [chosen.get(axis, value) for axis, value in enumerate(default)]


def _sizes(n: Node, scales: list[float]) -> list[int]:
    """Return floor(dimension * scale), in single precision as ONNX Runtime computes it."""
    shape = n.shape(0)
    if len(scales) != len(shape) or not all(0 < scale < math.inf for scale in scales):
        raise Unsupported(f"{n.op} expects {len(shape)} positive scales, found {scales}")
    with np.errstate(over="ignore"):
        sizes = [float(np.float32(size) * np.float32(scale)) for size, scale in zip(shape, scales, strict=True)]
    if max(sizes, default=0.0) >= 2**63:
        raise Unsupported(f"{n.op} by {scales} gives a size that no tensor has")
    return [math.floor(size) for size in sizes]


@exporter("resize")
def export_resize(e: Exported) -> None:
    """Write Resize; to scales where they give exactly the sizes, else to sizes."""
    scales, sizes, shape = np.array(e.floats_attr("scales"), np.float32), e.ints_attr("sizes"), e.shape()
    exact = [math.floor(np.float32(size) * scale) for size, scale in zip(shape, scales, strict=True)] == sizes
    coordinates, roi = e.enum_attr("coordinate_transformation"), ""
    if coordinates == "align_corners" and (region := _region(scales, sizes, shape)) is not None:
        coordinates, roi, exact = "tf_crop_and_resize", e.constant(region, "roi"), False
    extent = [e.constant(scales, "scales")] if exact else ["", e.constant(sizes, "sizes")]
    e.emit(
        "Resize",
        [*e.inputs, roi, *extent],
        mode=e.enum_attr("mode"),
        coordinate_transformation_mode=coordinates,
        nearest_mode=e.enum_attr("nearest_mode"),
        cubic_coeff_a=e.float_attr("cubic_coeff"),
        exclude_outside=int(e.flag_attr("exclude_outside")),
    )


def _region(scales: Array, sizes: list[int], shape: list[int]) -> Array | None:
    """Return the region [begin of each dimension, end of each] that has the coordinates of ONNX's align_corners.

    ONNX means i * (l - 1) / (p - 1) where p = scale * l is no whole number, ONNX Runtime its floor: ONNX Runtime's own
    coordinates are right where p is whole, and None is returned.
    """
    lengths, wholes = scales.astype(np.float64) * np.array(shape), np.array(sizes, np.float64)
    whole = np.abs(lengths - wholes) <= wholes * 2.0**-22
    if whole.all():
        return None
    ends = np.where(whole, 1.0, (wholes - 1) / np.maximum(lengths - 1, 2.0**-22))
    ends[wholes == 1] = 0  # where there is one, it is the first
    return np.concatenate([np.zeros(len(shape)), ends]).astype(np.float32)


def _floats(values: list[float]) -> list[float]:
    return [float(np.float32(value)) for value in values]
