"""Kernels of 8-bit integers: small tpu modules with what NumPy says they compute, bit for bit."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from kernel_cases import (
    FLOATS,
    TYPES,
    Array,
    KernelCase,
    Pair,
    Shape,
    array_attr,
    integers,
    make,
    movement_cases,
    pad,
    tensor_type,
    wide,
    windows,
)
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
EXACT = 1e-30  # of the largest element: no difference at all


def saturated(values: Doubles, kind: str) -> Array:
    """Return whole numbers as the nearest ones of the type."""
    limits = np.iinfo(TYPES[kind])
    return np.clip(values, limits.min, limits.max).astype(TYPES[kind])


def rounded(values: Doubles, kind: str) -> Array:
    """Return numbers rounded to nearest even, saturated; floats are only rounded to the type."""
    return values.astype(FLOATS[kind]) if kind in FLOATS else saturated(np.rint(values), kind)


def requantized(sums: Array, scale: Array, offset: Array, kind: str) -> Array:
    """Return round(f32(sums) * scale + offset), product and sum in f32."""
    scaled = sums.astype(np.float32) * scale.astype(np.float32) + offset.astype(np.float32)
    return scaled.astype(FLOATS[kind]) if kind in FLOATS else saturated(wide(np.rint(scaled)), kind)


def scales(channels: int, reach: float, spread: float, seed: int) -> tuple[Array, Array, Array]:
    """Return a scale and an offset a channel, and the table [1, channels, 1, 2] of both; sums up to `reach` are spread
    over `spread` steps."""
    random = np.random.default_rng([seed, channels])
    scale = (spread / reach * random.uniform(0.5, 1.5, channels)).astype(np.float32)
    offset = random.uniform(-20, 20, channels).astype(np.float32)
    table = np.stack([scale, offset], 1).reshape(1, channels, 1, 2)
    return scale.reshape(1, -1, 1, 1), offset.reshape(1, -1, 1, 1), table


def window_attributes(kernel: Pair, strides: Pair, pads: Shape, zero_point: int, rest: str = "") -> str:
    """Return the attributes of a convolution."""
    return (
        f"{{kernel = {array_attr(kernel)}, strides = {array_attr(strides)}, pads = {array_attr(pads)}, "
        f"dilations = array<i64: 1, 1>, input_zero_point = {zero_point} : i64{rest}}}"
    )


def conv_case(
    source: str,
    kind: str,
    shape: Shape,
    channels: int,
    kernel: Pair,
    strides: Pair = (1, 1),
    pads: Shape = (0, 0, 0, 0),
    zero_point: int = 0,
    insertion: Pair = (0, 0),
    relu: bool = False,
) -> KernelCase:
    """Return a convolution from one type to another; the filter is packed as the chip reads it."""
    x = integers(shape, source)
    filters = integers((channels, shape[1], *kernel), "i8", seed=1)
    padded = np.zeros((channels, -(-shape[1] // 64) * 64, *kernel), np.int8)
    padded[:, : shape[1]] = filters
    packed = padded.reshape(channels, -1, 64, kernel[0] * kernel[1]).transpose(0, 1, 3, 2)
    packed = np.ascontiguousarray(packed.reshape(1, channels, -1, 64))
    spread = np.zeros((shape[0], shape[1], *((s - 1) * (i + 1) + 1 for s, i in zip(shape[2:], insertion, strict=True))))
    spread[:, :, :: insertion[0] + 1, :: insertion[1] + 1] = wide(x)
    view = windows(pad(spread, pads, zero_point), kernel, strides, (1, 1))
    sums = np.einsum("nchwij,ocij->nohw", view, wide(filters), optimize=True).astype(np.int32)
    scale, offset, table = scales(channels, np.abs(sums).max(), 300, seed=2)
    expected = requantized(sums, scale, offset, kind)
    if relu:
        expected = np.maximum(expected, expected.dtype.type(0))
    rest = f", insertion = {array_attr(insertion)}{', relu' if relu else ''}"
    body = (
        f"%r = tpu.conv %x, %f requant %t {window_attributes(kernel, strides, pads, zero_point, rest)} "
        ": ({x}, {f}, {t}) -> {r}"
    )
    name = f"conv-{source}{shape}x{channels}k{kernel}s{strides}p{pads}z{zero_point}i{insertion}{relu}"
    return make(name.replace(" ", ""), kind, {"x": x, "f": packed, "t": table}, body, expected, EXACT)


def conv_cases() -> list[KernelCase]:
    """Return convolutions of every input and result type, with padding, and cut into slices."""
    around = (1, 1, 1, 1)
    return [
        conv_case("i8", "i8", (1, 3, 9, 11), 5, (3, 3), pads=around),
        conv_case("ui8", "ui8", (2, 70, 9, 11), 70, (3, 2), (2, 1), (1, 0, 2, 1)),
        conv_case("i8", "ui8", (1, 130, 6, 7), 70, (1, 1)),
        conv_case("ui8", "i8", (1, 20, 9, 11), 9, (3, 3), pads=around, zero_point=131, relu=True),
        conv_case("i8", "i8", (1, 20, 9, 11), 9, (3, 3), pads=around, zero_point=-7),
        conv_case("i8", "i8", (1, 8, 5, 6), 4, (3, 3), pads=around, insertion=(1, 1)),
        *(conv_case("ui8", kind, (1, 70, 5, 9), 70, (3, 3), pads=around, relu=True) for kind in FLOATS),
        conv_case("i8", "i8", (1, 3, 200, 300), 16, (3, 3), (2, 2), around),
        conv_case("ui8", "ui8", (1, 40, 120, 180), 70, (3, 3), pads=around, zero_point=3),
        conv_case("ui8", "f16", (2, 150, 7, 7), 300, (1, 1)),
    ]


def depthwise_case(
    source: str, kind: str, shape: Shape, kernel: Pair, strides: Pair, pads: Shape, zero_point: int = 0
) -> KernelCase:
    """Return a depthwise convolution."""
    x, filters = integers(shape, source), integers((1, shape[1], *kernel), "i8", seed=1)
    view = windows(pad(wide(x), pads, zero_point), kernel, strides, (1, 1))
    sums = np.einsum("nchwij,cij->nchw", view, wide(filters)[0]).astype(np.int32)
    scale, offset, table = scales(shape[1], np.abs(sums).max(), 300, seed=2)
    body = (
        f"%r = tpu.depthwise %x, %f requant %t {window_attributes(kernel, strides, pads, zero_point)} "
        ": ({x}, {f}, {t}) -> {r}"
    )
    feeds = {"x": x, "f": filters, "t": table}
    return make(f"depthwise-{source}{shape}", kind, feeds, body, requantized(sums, scale, offset, kind), EXACT)


def pool_case(
    op: str, source: str, kind: str, shape: Shape, kernel: Pair, strides: Pair, pads: Shape, zero_point: int = 0
) -> KernelCase:
    """Return a maximum, or a sum that is scaled once it is complete."""
    x = integers(shape, source)
    least = float(np.iinfo(TYPES[source]).min)
    view = windows(pad(wide(x), pads, least if op == "max" else zero_point), kernel, strides, (1, 1))
    scale, offset = np.float32(1.3 / (kernel[0] * kernel[1])), np.float32(2.25)
    rest = f", scale = {scale:.9e} : f32, offset = {offset:.9e} : f32, input_zero_point = {zero_point} : i64"
    expected = view.max((4, 5))
    if op == "sum":
        expected = requantized(view.sum((4, 5)).astype(np.int32), scale, offset, kind)
    body = (
        f"%r = tpu.pool {op} %x {{kernel = {array_attr(kernel)}, strides = {array_attr(strides)}, "
        f"pads = {array_attr(pads)}{rest if op == 'sum' else ''}}} : {{x}} -> {{r}}"
    )
    return make(f"pool-{op}-{source}{shape}", kind, {"x": x}, body, expected, EXACT)


def window_cases() -> list[KernelCase]:
    """Return depthwise convolutions and pooling."""
    around = (1, 1, 1, 1)
    return [
        depthwise_case("i8", "i8", (2, 70, 9, 11), (3, 3), (1, 1), around),
        depthwise_case("ui8", "ui8", (1, 5, 12, 12), (5, 3), (2, 2), (2, 1, 2, 1), 131),
        depthwise_case("ui8", "f16", (1, 70, 9, 11), (3, 3), (1, 1), around),
        depthwise_case("i8", "i8", (1, 70, 120, 160), (3, 3), (2, 2), around, -5),
        pool_case("max", "i8", "i8", (2, 70, 9, 11), (3, 3), (2, 2), around),
        pool_case("max", "ui8", "ui8", (1, 64, 112, 112), (3, 3), (2, 2), around),
        pool_case("sum", "i8", "i8", (2, 70, 9, 11), (3, 3), (2, 2), around, -9),
        pool_case("sum", "ui8", "ui8", (1, 70, 14, 14), (14, 14), (1, 1), (0, 0, 0, 0)),
        pool_case("sum", "ui8", "i8", (1, 70, 9, 11), (2, 2), (1, 1), (0, 0, 0, 0)),
    ]


def matmul_case(
    kinds: tuple[str, str, str],
    sizes: tuple[int, int, int, int],
    zero_points: Pair = (0, 0),
    transpose: bool = False,
    shared: bool = False,
) -> KernelCase:
    """Return a matrix product of [batch, m, k] and [batch, k, n]."""
    batch, m, k, n = sizes
    a = integers((batch, m, 1, k), kinds[0])
    outer = 1 if shared else batch
    b = integers((outer, n, 1, k) if transpose else (outer, k, 1, n), kinds[1], seed=1)
    right = wide(b)[:, :, 0].transpose(0, 2, 1) if transpose else wide(b)[:, :, 0]
    sums = ((wide(a)[:, :, 0] - zero_points[0]) @ (right - zero_points[1]))[:, :, None].astype(np.int32)
    scale, offset = np.float32(200 / np.abs(sums).max()), np.float32(-3.5)
    body = (
        f"%r = tpu.matmul %a, %b {{lhs_zero_point = {zero_points[0]} : i64, rhs_zero_point = {zero_points[1]} : i64, "
        f"scale = {scale:.9e} : f32, offset = {offset:.9e} : f32{', transpose_rhs' if transpose else ''}}} "
        ": ({a}, {b}) -> {r}"
    )
    name = f"matmul-{kinds[:2]}{sizes}z{zero_points}{'t' if transpose else ''}"
    return make(name, kinds[2], {"a": a, "b": b}, body, requantized(sums, scale, offset, kinds[2]), EXACT)


def matmul_cases() -> list[KernelCase]:
    """Return matrix products of every mixture of signs, with and without zero points."""
    return [
        matmul_case(("i8", "i8", "i8"), (1, 70, 100, 50)),
        matmul_case(("ui8", "i8", "ui8"), (3, 20, 70, 33), shared=True),
        matmul_case(("i8", "ui8", "i8"), (2, 70, 40, 90), (-3, 200), transpose=True),
        matmul_case(("ui8", "ui8", "i8"), (2, 9, 130, 33), (255, 7)),
        matmul_case(("i8", "i8", "f16"), (2, 70, 40, 90), (0, -128), transpose=True),
        matmul_case(("ui8", "i8", "f32"), (1, 300, 400, 500), (128, 0)),
    ]


def with_constants(case: KernelCase) -> KernelCase:
    """Return the case with all feeds but `x` as constants, which lie in memory as the lanes take them."""
    constants = {name: array for name, array in case.feeds.items() if name != "x"}
    lines = [
        f'%{name} = top.weight dense<"0x{array.tobytes().hex()}"> : {tensor_type(array)}'
        for name, array in constants.items()
    ]
    return replace(
        case, name=f"constant-{case.name}", feeds={"x": case.feeds["x"]}, body="\n".join([*lines, case.body])
    )


def constant_cases() -> list[KernelCase]:
    """Return layers of more channels than lanes, with constants, whole and cut between channels."""
    around = (1, 1, 1, 1)
    return [
        with_constants(conv_case("i8", "i8", (1, 20, 9, 11), 130, (3, 3), pads=around)),
        with_constants(conv_case("ui8", "f16", (1, 70, 5, 5), 200, (1, 1))),
        with_constants(depthwise_case("i8", "i8", (1, 150, 9, 11), (3, 3), (1, 1), around)),
        with_constants(depthwise_case("ui8", "ui8", (1, 150, 120, 160), (3, 3), (1, 1), around)),
    ]


def quantize_case(source: str, kind: str, zero_point: int) -> KernelCase:
    """Return a quantisation of numbers that reach beyond the range."""
    step = np.float32(0.037)
    x = np.random.default_rng(3).uniform(-6, 6, (2, 70, 5, 9)).astype(FLOATS[source])
    quotients = x.astype(np.float32) * (np.float32(1) / step)
    expected = saturated(wide(np.rint(quotients)) + zero_point, kind)
    attributes = f"{{scale = {step:.9e} : f32, zero_point = {zero_point} : i64}}"
    body = f"%r = tpu.quantize %x {attributes} : {{x}} -> {{r}}"
    return make(f"quantize-{source}z{zero_point}", kind, {"x": x}, body, expected, EXACT)


def dequantize_case(source: str, kind: str, zero_point: int) -> KernelCase:
    """Return the way back."""
    step = np.float32(0.037)
    x = integers((2, 70, 5, 9), source)
    expected = ((wide(x) - zero_point).astype(np.float32) * step).astype(FLOATS[kind])
    attributes = f"{{scale = {step:.9e} : f32, zero_point = {zero_point} : i64}}"
    body = f"%r = tpu.dequantize %x {attributes} : {{x}} -> {{r}}"
    return make(f"dequantize-{source}z{zero_point}", kind, {"x": x}, body, expected, EXACT)


def requant_case(source: str, kind: str, scale: float, zero_points: Pair) -> KernelCase:
    """Return a change of scale."""
    ratio = np.float32(scale)
    x = integers((2, 70, 5, 9), source)
    expected = saturated(np.rint((wide(x) - zero_points[0]) * float(ratio)) + zero_points[1], kind)
    body = (
        f"%r = tpu.requant %x {{scale = {ratio:.9e} : f32, input_zero_point = {zero_points[0]} : i64, "
        f"zero_point = {zero_points[1]} : i64}} : {{x}} -> {{r}}"
    )
    return make(f"requant-{source}-{scale}z{zero_points}", kind, {"x": x}, body, expected, EXACT)


def scale_cases() -> list[KernelCase]:
    """Return conversions between numbers and integers."""
    return [
        *(
            quantize_case(source, kind, zero)
            for source in FLOATS
            for kind, zero in (("i8", 0), ("ui8", 0), ("i8", -13))
        ),
        quantize_case("f32", "ui8", 128),
        *(dequantize_case(source, kind, zero) for kind in FLOATS for source, zero in (("i8", 0), ("ui8", 131))),
        dequantize_case("i8", "f32", -128),
        requant_case("i8", "i8", 0.7, (0, 0)),
        requant_case("i8", "ui8", 0.5, (-11, 0)),
        requant_case("ui8", "i8", 0.5, (128, 3)),
        requant_case("ui8", "ui8", 1.3, (200, 255)),
        requant_case("ui8", "i8", 1.0, (128, 0)),
        requant_case("i8", "i8", 2.0**-24, (0, 1)),
        requant_case("i8", "i8", 128.0, (-128, 0)),
    ]


def binary_case(
    op: str,
    kinds: tuple[str, str, str],
    ratios: tuple[float, float],
    zero_points: tuple[int, int, int] = (0, 0, 0),
    shapes: tuple[Shape, Shape] = ((1, 70, 5, 9), (1, 70, 5, 9)),
) -> KernelCase:
    """Return arithmetic of two quantised tensors: operands in multiples of 2^-F, then one rounding."""
    a, b = (integers(shape, kind, seed) for shape, kind, seed in zip(shapes, kinds[:2], (4, 5), strict=True))
    left, right = (float(np.float32(ratio)) for ratio in ratios)
    shifted = wide(a) - zero_points[0], wide(b) - zero_points[1]
    if op == "mul":
        exact = shifted[0] * shifted[1] * left
    else:
        reach = max(
            max(abs(float(limit) - zero) for limit in (np.iinfo(TYPES[kind]).min, np.iinfo(TYPES[kind]).max)) * ratio
            for kind, zero, ratio in zip(kinds[:2], zero_points[:2], (left, right), strict=True)
        )
        fraction = next(bits for bits in range(14, -1, -1) if reach * 2**bits <= 32767)
        functions: dict[str, Callable[[Doubles, Doubles], Doubles]] = {
            "add": np.add, "sub": np.subtract, "max": np.maximum, "min": np.minimum,
        }  # fmt: skip
        scaled = (np.rint(q * ratio * 2**fraction) for q, ratio in zip(shifted, (left, right), strict=True))
        exact = functions[op](*scaled) / 2**fraction
    expected = saturated(np.rint(exact) + zero_points[2], kinds[2])
    body = (
        f"%r = tpu.quantized_binary {op} %a, %b {{lhs_scale = {left:.9e} : f32, rhs_scale = {right:.9e} : f32, "
        f"lhs_zero_point = {zero_points[0]} : i64, rhs_zero_point = {zero_points[1]} : i64, "
        f"zero_point = {zero_points[2]} : i64}} : ({{a}}, {{b}}) -> {{r}}"
    )
    name = f"{op}-{kinds}{ratios}{zero_points}{shapes[1]}"
    return make(name, kinds[2], {"a": a, "b": b}, body, expected, EXACT)


def binary_cases() -> list[KernelCase]:
    """Return arithmetic of two tensors with every way to saturate."""
    whole, row, channel = (1, 70, 5, 9), (1, 1, 5, 9), (1, 70, 1, 1)
    return [
        binary_case("add", ("i8", "i8", "i8"), (0.5, 0.7)),
        binary_case("add", ("ui8", "ui8", "ui8"), (0.8, 0.3)),
        binary_case("add", ("i8", "ui8", "ui8"), (0.9, 1.7)),
        binary_case("add", ("i8", "ui8", "i8"), (0.9, 0.7), (-3, 128, 5)),
        binary_case("add", ("ui8", "i8", "ui8"), (128.0, 2.0**-20), (0, 0, 7)),
        binary_case("sub", ("i8", "i8", "i8"), (0.5, 0.7)),
        binary_case("sub", ("ui8", "ui8", "ui8"), (0.5, 0.7), (0, 7, 131)),
        binary_case("mul", ("i8", "i8", "i8"), (0.01, 1.0)),
        binary_case("mul", ("ui8", "ui8", "ui8"), (0.005, 1.0)),
        binary_case("mul", ("i8", "ui8", "i8"), (0.01, 1.0), (-128, 200, -7)),
        binary_case("max", ("i8", "i8", "i8"), (1.0, 1.0), (3, 3, 3)),
        binary_case("min", ("ui8", "ui8", "ui8"), (1.0, 1.0)),
        binary_case("max", ("i8", "ui8", "i8"), (0.7, 0.3), (3, 0, -5)),
        binary_case("min", ("i8", "i8", "i8"), (0.7, 1.3)),
        binary_case("add", ("i8", "i8", "i8"), (0.5, 0.7), shapes=(whole, channel)),
        binary_case("mul", ("ui8", "ui8", "ui8"), (0.005, 1.0), shapes=(whole, row)),
        binary_case("mul", ("ui8", "i8", "i8"), (0.005, 1.0), (3, 0, 0), shapes=(channel, row)),
    ]


def lookup_case(source: str, kind: str, shape: Shape, by_channel: bool = False) -> KernelCase:
    """Return a look-up by the bits of the index, in one table or in one for each channel."""
    count = shape[1] if by_channel else 1
    x, table = integers(shape, source), integers((1, count, 1, 256), kind, seed=6)
    channel = np.arange(shape[1]).reshape(1, -1, 1, 1) % count
    expected = table[0, channel, 0, x.view(np.uint8)]
    body = "%r = tpu.lookup %x, %t : ({x}, {t}) -> {r}"
    return make(f"lookup-{source}{shape}{by_channel}", kind, {"x": x, "t": table}, body, expected, EXACT)


def lookup_cases() -> list[KernelCase]:
    """Return look-ups of few, full and many channels."""
    return [
        lookup_case("i8", "i8", (2, 5, 5, 9)),
        lookup_case("ui8", "i8", (2, 128, 5, 9)),
        lookup_case("i8", "ui8", (3, 150, 5, 9)),
        lookup_case("ui8", "ui8", (1, 3, 300, 400)),
        lookup_case("i8", "ui8", (2, 5, 5, 9), by_channel=True),
        lookup_case("ui8", "i8", (2, 64, 5, 9), by_channel=True),
        lookup_case("i8", "i8", (3, 150, 5, 9), by_channel=True),
        lookup_case("ui8", "ui8", (1, 3, 300, 400), by_channel=True),
        lookup_case("i8", "i8", (1, 200, 100, 100), by_channel=True),
    ]


def curve_case(shape: Shape, centre: int, offset: int, p: tuple[float, ...], slope: float) -> KernelCase:
    """Return a curve whose f16 sums are exact: small coefficients, and an argument of four bits."""
    x, limit, bits = integers(shape, "i8"), 16, 8
    q = wide(x)
    argument = (np.minimum(np.abs(q - centre), limit) - limit // 2) / 8
    even = np.rint(np.polynomial.polynomial.polyval(argument, p))
    straight = np.rint(np.maximum(q, centre) * slope * 64)
    sums = straight + even + offset * 64 - np.rint(centre * slope * 64)
    attributes = (
        f"{{centre = {centre} : i64, limit = {limit} : i64, argument_shift = 3 : i64, p = array<f32: "
        f"{', '.join(map(str, p))}>, slope = {round(slope * 64 * 2**bits)} : i64, slope_shift = {bits} : i64, "
        f"offset = {offset} : i64}}"
    )
    body = f"%r = tpu.curve %x {attributes} : {{r}}"
    return make(f"curve{shape}{centre}", "i8", {"x": x}, body, rounded(sums / 64, "i8"), EXACT)


def curve_cases() -> list[KernelCase]:
    """Return curves around zero and another centre, with and without a constant."""
    return [
        curve_case((2, 5, 5, 9), 0, 0, (0.0, -32.0), 1.0),
        curve_case((2, 128, 5, 9), -20, -100, (0.0, -32.0, 16.0), 0.75),
        curve_case((1, 3, 100, 100), 90, 3, (8.0, 64.0), 1.25),
    ]


QUANTIZED = [
    *conv_cases(),
    *window_cases(),
    *matmul_cases(),
    *constant_cases(),
    *scale_cases(),
    *binary_cases(),
    *lookup_cases(),
    *curve_cases(),
    *movement_cases("i8"),
    *movement_cases("ui8"),
]
