"""Small tpu modules, one for each kernel and way of using it, with what NumPy says they compute."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import ml_dtypes
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Pair = tuple[int, int]
Shape = tuple[int, int, int, int]  # or pads: top, left, bottom, right
FLOATS = {"f32": np.dtype(np.float32), "f16": np.dtype(np.float16), "bf16": np.dtype(ml_dtypes.bfloat16)}
INTEGERS = {
    **{f"i{bits}": np.dtype(f"int{bits}") for bits in (8, 16, 32)},
    **{f"ui{bits}": np.dtype(f"uint{bits}") for bits in (8, 16, 32)},
}
TYPES = FLOATS | INTEGERS
# Rounding of the element type, with some room for sums of rounded terms.
TOLERANCE = {"f32": 2e-6, "f16": 4e-3, "bf16": 3e-2}


@dataclass(frozen=True, eq=False)
class KernelCase:
    """`body` computes %r from the feeds, which are the function's arguments under their names."""

    name: str
    feeds: dict[str, Array]
    body: str
    expected: Array
    tolerance: float

    def module(self) -> str:
        """Return the text of the module."""
        arguments = ", ".join(f"%{name}: {tensor_type(array)}" for name, array in self.feeds.items())
        result = tensor_type(self.expected)
        return f"func.func @main({arguments}) -> {result} {{\n{self.body}\nreturn %r : {result}\n}}"


def element(array: Array) -> str:
    """Return the MLIR name of an array's element type."""
    return next(name for name, dtype in TYPES.items() if dtype == array.dtype)


def tensor_type(array: Array) -> str:
    """Return the MLIR type of an array."""
    return f"tensor<{'x'.join(map(str, array.shape))}x{element(array)}>"


def numbers(shape: tuple[int, ...], kind: str, low: float = -2.0, high: float = 2.0, seed: int = 0) -> Array:
    """Return seeded numbers that the element type holds exactly; integers over their whole range."""
    if kind not in FLOATS:
        return integers(shape, kind, seed)
    return np.random.default_rng([seed, *shape]).uniform(low, high, shape).astype(TYPES[kind])


def integers(shape: tuple[int, ...], kind: str, seed: int = 0) -> Array:
    """Return seeded integers over the whole range of the type."""
    limits = np.iinfo(TYPES[kind])
    return np.random.default_rng([seed, *shape]).integers(limits.min, limits.max + 1, shape).astype(TYPES[kind])


def wide(array: Array) -> NDArray[np.float64]:
    """Return an array in double precision."""
    return array.astype(np.float64)


def make(name: str, kind: str, feeds: dict[str, Array], body: str, expected: Array, tolerance: float = 0) -> KernelCase:
    """Return a case; `{x}` in the body is the type of feed x, `{r}` that of the result."""
    result = expected.astype(TYPES[kind])
    types = {key: tensor_type(array) for key, array in feeds.items()} | {"r": tensor_type(result)}
    for key, text in types.items():
        body = body.replace("{" + key + "}", text)
    return KernelCase(
        re.sub(r"[^A-Za-z0-9]+", "_", name).strip("_") + f"-{kind}", feeds, body, result, tolerance or TOLERANCE[kind]
    )


def windows(x: NDArray[np.float64], kernel: tuple[int, int], strides: tuple[int, int], dilations: tuple[int, int]):
    """Return the windows of [n, c, h, w] as [n, c, oh, ow, kh, kw]."""
    extent = [(k - 1) * d + 1 for k, d in zip(kernel, dilations, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, extent, axis=(2, 3))
    return view[:, :, :: strides[0], :: strides[1], :: dilations[0], :: dilations[1]]


def pad(x: NDArray[np.float64], pads: tuple[int, int, int, int], value: float = 0) -> NDArray[np.float64]:
    """Pad h and w by [top, left, bottom, right]."""
    return np.pad(x, ((0, 0), (0, 0), (pads[0], pads[2]), (pads[1], pads[3])), constant_values=value)


def array_attr(values: tuple[int, ...]) -> str:
    """Return an MLIR array attribute."""
    return f"array<i64: {', '.join(map(str, values))}>"


def conv_case(
    kind: str,
    shape: tuple[int, int, int, int],
    channels: int,
    kernel: tuple[int, int],
    strides: tuple[int, int] = (1, 1),
    pads: tuple[int, int, int, int] = (0, 0, 0, 0),
    dilations: tuple[int, int] = (1, 1),
    insertion: tuple[int, int] = (0, 0),
    relu: bool = False,
) -> KernelCase:
    """Return a convolution; the filter is packed as the chip reads it."""
    x = numbers(shape, kind)
    filters = numbers((channels, shape[1], *kernel), kind, -1, 1, seed=1)
    bias = numbers((1, channels, 1, 1), "f32", seed=2)
    together = 1 if kind == "f32" else 32
    padded = np.zeros((channels, -(-shape[1] // together) * together, *kernel), filters.dtype)
    padded[:, : shape[1]] = filters
    packed = padded.reshape(channels, -1, together, kernel[0] * kernel[1]).transpose(0, 1, 3, 2)
    packed = np.ascontiguousarray(packed.reshape(1, channels, -1, together))
    spread = np.zeros((shape[0], shape[1], *((s - 1) * (i + 1) + 1 for s, i in zip(shape[2:], insertion, strict=True))))
    spread[:, :, :: insertion[0] + 1, :: insertion[1] + 1] = wide(x)
    view = windows(pad(spread, pads), kernel, strides, dilations)
    expected = np.einsum("nchwij,ocij->nohw", view, wide(filters), optimize=True) + wide(bias)
    if relu:
        expected = np.maximum(expected, 0)
    body = (
        f"%r = tpu.conv %x, %f, %b {{kernel = {array_attr(kernel)}, strides = {array_attr(strides)}, "
        f"pads = {array_attr(pads)}, dilations = {array_attr(dilations)}, insertion = {array_attr(insertion)}"
        f"{', relu' if relu else ''}}} : ({{x}}, {{f}}, {{b}}) -> {{r}}"
    )
    name = f"conv{shape}x{channels}k{kernel}s{strides}p{pads}d{dilations}i{insertion}".replace(" ", "")
    return make(name, kind, {"x": x, "f": packed, "b": bias}, body, expected)


def depthwise_case(kind: str, shape: Shape, kernel: Pair, strides: Pair, pads: Shape, relu: bool) -> KernelCase:
    """Return a depthwise convolution."""
    x, filters = numbers(shape, kind), numbers((1, shape[1], *kernel), kind, -1, 1, seed=1)
    bias = numbers((1, shape[1], 1, 1), kind, seed=2)
    view = windows(pad(wide(x), pads), kernel, strides, (1, 1))
    expected = np.einsum("nchwij,cij->nchw", view, wide(filters)[0]) + wide(bias)
    if relu:
        expected = np.maximum(expected, 0)
    body = (
        f"%r = tpu.depthwise %x, %f, %b {{kernel = {array_attr(kernel)}, strides = {array_attr(strides)}, "
        f"pads = {array_attr(pads)}, dilations = array<i64: 1, 1>{', relu' if relu else ''}}} "
        ": ({x}, {f}, {b}) -> {r}"
    )
    return make(f"depthwise{shape}".replace(" ", ""), kind, {"x": x, "f": filters, "b": bias}, body, expected)


def pool_case(
    kind: str, pool: str, shape: Shape, kernel: Pair, strides: Pair, pads: Shape, scale: float = 1.0
) -> KernelCase:
    """Return a pooling."""
    x = numbers(shape, kind)
    view = windows(pad(wide(x), pads, -np.inf if pool == "max" else 0), kernel, strides, (1, 1))
    expected = view.max((4, 5)) if pool == "max" else view.sum((4, 5)) * scale
    body = (
        f"%r = tpu.pool {pool} %x {{kernel = {array_attr(kernel)}, strides = {array_attr(strides)}, "
        f"pads = {array_attr(pads)}, scale = {scale:.9e} : f32}} : {{x}} -> {{r}}"
    )
    return make(f"pool-{pool}{shape}k{kernel}".replace(" ", ""), kind, {"x": x}, body, expected)


def matmul_case(
    kind: str, batch: int, m: int, k: int, n: int, transpose: bool = False, shared: bool = False
) -> KernelCase:
    """Return a matrix product."""
    a = numbers((batch, m, 1, k), kind, -1, 1)
    outer = 1 if shared else batch
    b = numbers((outer, n, 1, k) if transpose else (outer, k, 1, n), kind, -1, 1, seed=1)
    right = wide(b)[:, :, 0].transpose(0, 2, 1) if transpose else wide(b)[:, :, 0]
    expected = (wide(a)[:, :, 0] @ right)[:, :, None]
    body = f"%r = tpu.matmul %a, %b {'{transpose_rhs} ' if transpose else ''}: ({{a}}, {{b}}) -> {{r}}"
    return make(f"matmul{batch}x{m}x{k}x{n}{'t' if transpose else ''}", kind, {"a": a, "b": b}, body, expected)


def binary_case(kind: str, op: str, left: tuple[int, ...], right: tuple[int, ...]) -> KernelCase:
    """Return arithmetic of two tensors, repeated where a size is 1."""
    functions: dict[str, Callable[..., NDArray[np.float64]]] = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "max": np.maximum, "min": np.minimum,
    }  # fmt: skip
    a = numbers(left, kind)
    b = numbers(right, kind, 0.5, 3, seed=1) if op == "div" else numbers(right, kind, seed=1)
    body = f"%r = tpu.binary {op} %a, %b : ({{a}}, {{b}}) -> {{r}}"
    name = f"{op}{left}{right}".replace(" ", "")
    return make(name, kind, {"a": a, "b": b}, body, functions[op](wide(a), wide(b)))


def unary_case(kind: str, op: str, function: Callable[..., NDArray[np.float64]], low: float, high: float) -> KernelCase:
    """Return a function of one value."""
    x = numbers((1, 70, 5, 9), kind, low, high)
    return make(op, kind, {"x": x}, f"%r = tpu.unary {op} %x : {{x}}", function(wide(x)))


def erf(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the error function by its integral's Gauss-Legendre sum: an independent reference."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    at = x[..., None] * (nodes + 1) / 2
    return 2 / np.sqrt(np.pi) * (np.exp(-(at**2)) * weights).sum(-1) * x / 2


UNARY: list[tuple[str, Callable[..., NDArray[np.float64]], float, float]] = [
    ("abs", np.abs, -3, 3),
    ("neg", np.negative, -3, 3),
    ("exp", np.exp, -8, 4),
    ("log", np.log, 0.01, 50),
    ("sqrt", np.sqrt, 0, 50),
    ("rsqrt", lambda x: 1 / np.sqrt(x), 0.01, 50),
    ("reciprocal", lambda x: 1 / x, 0.2, 5),
    ("sigmoid", lambda x: 1 / (1 + np.exp(-x)), -8, 8),
    ("tanh", np.tanh, -4, 4),
    ("erf", erf, -3, 3),
    ("silu", lambda x: x / (1 + np.exp(-x)), -8, 8),
    ("gelu", lambda x: x * (1 + erf(x * np.sqrt(0.5))) / 2, -5, 5),
    ("gelu_tanh", lambda x: x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))) / 2, -5, 5),
    ("floor", np.floor, -9, 9),
    ("ceil", np.ceil, -9, 9),
    ("round", np.round, -9, 9),
    ("sign", np.sign, -1, 1),
    ("sin", np.sin, -9, 9),
    ("cos", np.cos, -9, 9),
    ("atan", np.arctan, -9, 9),
]


def attention(query: Array, key: Array, value: Array, mask: Array, heads: int, scale: float) -> NDArray[np.float64]:
    """Return attention of [b, m, 1, heads * size] matrices; the mask is [b, m, heads, k]."""
    split = [np.stack(np.split(wide(x)[:, :, 0], heads, axis=-1), axis=1) for x in (query, key, value)]
    scores = scale * split[0] @ split[1].swapaxes(-1, -2) + wide(mask).transpose(0, 2, 1, 3)
    power = np.exp(scores - scores.max(axis=-1, keepdims=True))
    result = power / power.sum(axis=-1, keepdims=True) @ split[2]
    return np.concatenate(list(result.swapaxes(0, 1)), axis=-1)[:, :, None]


def attention_case(kind: str, mask: Array, batches: int = 2, heads: int = 3, size: int = 40) -> KernelCase:
    """Return attention with sharp maxima, masked, of operands whose heads begin in the middle."""
    width = heads * size
    x = numbers((batches, 70, 1, 3 * width), kind)
    y = numbers((batches, mask.shape[3], 1, width + 5), kind)
    mask[..., 1::3] -= 60000  # as exporters write it, in f16
    first = f"heads = {heads} : i64, size = {size} : i64, scale = 0.5 : f32, query_offset = {width} : i64"
    body = (
        f"%r = tpu.attention %x, %y, %y, %m {{{first}, key_offset = 5 : i64}} : ({{x}}, {{y}}, {{y}}, {{m}}) -> {{r}}"
    )
    query, key, value = x[..., width : 2 * width], y[..., 5:], y[..., :width]
    expected = attention(query, key, value, mask, heads, 0.5)
    name = "attention-" + "x".join(map(str, mask.shape)) + element(mask)
    return make(name, kind, {"x": x, "y": y, "m": mask}, body, expected)


def attention_cases(kind: str) -> list[KernelCase]:
    """Return attention with masks of every form, of one tensor, and in slices."""
    shapes = [(1, 1, 1, 100), (2, 70, 3, 100), (1, 70, 1, 33), (2, 1, 3, 5)]
    masks = [numbers(shape, mask, -1, 1) for shape in shapes for mask in (kind, "f32")]
    x = numbers((1, 300, 1, 3 * 384), kind)
    parts = np.split(x, 3, axis=-1)
    attributes = (
        "heads = 6 : i64, size = 64 : i64, scale = 0.25 : f32, key_offset = 384 : i64, value_offset = 768 : i64"
    )
    body = f"%r = tpu.attention %x, %x, %x {{{attributes}}} : ({{x}}, {{x}}, {{x}}) -> {{r}}"
    expected = attention(parts[0], parts[1], parts[2], np.zeros((1, 1, 1, 300), np.float32), 6, 0.25)
    return [
        *(attention_case(kind, mask) for mask in masks),
        make("attention-of-one", kind, {"x": x}, body, expected),
    ]


def lengths_cases(kind: str) -> list[KernelCase]:
    """Return softmax and normalisation of rows around the width of a vector and of its quarter."""
    found: list[KernelCase] = []
    for length in (1, 3, 16, 17, 32, 197, 1000):
        x = numbers((2, 70, 1, length), kind, -4, 4)
        power = np.exp(wide(x) - wide(x).max(axis=3, keepdims=True))
        soft = power / power.sum(axis=3, keepdims=True)
        found.append(make(f"softmax-{length}", kind, {"x": x}, "%r = tpu.softmax %x : {x}", soft))
        centred = wide(x) - wide(x).mean(axis=3, keepdims=True)
        normal = centred / np.sqrt((centred**2).mean(axis=3, keepdims=True) + 0.1)
        body = "%r = tpu.normalize %x {epsilon = 0.1 : f32} : {x}"
        found += [make(f"normalize-{length}", kind, {"x": x}, body, normal)] if length > 1 else []
    return found


def row_cases(kind: str) -> list[KernelCase]:
    """Return softmax and normalisation over w."""
    x = numbers((2, 70, 1, 50), kind, -4, 4)
    shifted = wide(x) - wide(x).max(-1, keepdims=True)
    soft = np.exp(shifted) / np.exp(shifted).sum(-1, keepdims=True)
    centred = wide(x) - wide(x).mean(-1, keepdims=True)
    normal = centred / np.sqrt((centred**2).mean(-1, keepdims=True) + 1e-5)
    short = numbers((1, 60, 7, 3), kind, -4, 4)
    powers = np.exp(wide(short))
    return [
        make("softmax-short", kind, {"x": short}, "%r = tpu.softmax %x : {x}", powers / powers.sum(-1, keepdims=True)),
        make("softmax", kind, {"x": x}, "%r = tpu.softmax %x : {x}", soft),
        make("log-softmax", kind, {"x": x}, "%r = tpu.softmax %x {log} : {x}", np.log(soft)),
        make("normalize", kind, {"x": x}, "%r = tpu.normalize %x {epsilon = 1.0e-05 : f32} : {x}", normal),
    ]


def exact(name: str, kind: str, feeds: dict[str, Array], op: str, expected: Array, attributes: str = "") -> KernelCase:
    """Return a case of one op whose result must be equal."""
    operands, types = ", ".join(f"%{key}" for key in feeds), ", ".join(f"{{{key}}}" for key in feeds)
    types = types if len(feeds) == 1 and "concat" not in op else f"({types})"
    body = f"%r = tpu.{op} {operands} {f'{{{attributes}}} ' if attributes else ''}: {types} -> {{r}}"
    return make(name, kind, feeds, body, expected, tolerance=1e-30)


def permute_case(kind: str, x: Array, order: tuple[int, ...]) -> KernelCase:
    """Return a permutation."""
    return exact(f"permute{order}", kind, {"x": x}, "permute", x.transpose(order), f"order = {array_attr(order)}")


def slice_case(kind: str, x: Array, name: str, offsets: tuple[int, ...], steps: tuple[int, ...], expected: Array):
    """Return a slice."""
    attributes = f"offsets = {array_attr(offsets)}, steps = {array_attr(steps)}"
    return exact(name, kind, {"x": x}, "slice", expected, attributes)


def concat_case(kind: str, name: str, *parts: Array) -> KernelCase:
    """Return a concatenation along c."""
    feeds = {f"x{index}": part for index, part in enumerate(parts)}
    return exact(name, kind, feeds, "concat", np.concatenate(parts, 1), "axis = 1 : i64")


def movement_cases(kind: str) -> list[KernelCase]:
    """Return data movement, which must not change a bit."""
    x, y = numbers((2, 70, 5, 9), kind), numbers((2, 6, 5, 9), kind, seed=1)
    one, two = numbers((1, 8, 4, 4), kind), numbers((1, 3, 4, 4), kind, seed=1)
    orders = [(0, 2, 3, 1), (0, 3, 1, 2), (1, 0, 2, 3), (0, 1, 3, 2), (3, 2, 1, 0), (2, 3, 0, 1), (0, 2, 1, 3)]
    tall = numbers((1, 1500, 1, 901), kind, seed=2)  # more than lanes hold at a time
    pairs, triples = numbers((1, 1501, 1, 2), kind, seed=3), numbers((1, 1501, 1, 3), kind, seed=4)
    edge = -1.5 if kind in FLOATS else float(min(np.iinfo(TYPES[kind]).max - 5, 1 << 24))
    padded = np.pad(x, ((0, 1), (1, 0), (2, 0), (0, 3)), constant_values=edge)
    pads = f"low = {array_attr((0, 1, 2, 0))}, high = {array_attr((1, 0, 0, 3))}, value = {edge} : f32"
    row, column = x[:, :, :1], x[..., :1]
    picks = f"offsets = {array_attr((1, 2))}, steps = {array_attr((2, 3))}"
    return [
        *(permute_case(kind, x, order) for order in orders),
        exact("turn", kind, {"x": tall}, "permute", tall.transpose(0, 3, 2, 1), f"order = {array_attr((0, 3, 2, 1))}"),
        slice_case(kind, x, "slice", (1, 3, 0, 8), (1, 2, 2, -1), x[1:, 3:60:2, ::2, 8:2:-1]),
        slice_case(kind, one, "slice-view", (0, 4, 0, 0), (1, 1, 1, 1), one[:, 4:7]),
        concat_case(kind, "concat", x, y),
        concat_case(kind, "concat-view", one, two, one),
        exact(
            "concat-rows", kind, {"x": pairs, "y": triples}, "concat", np.concatenate([pairs, triples], 3), "axis = 3"
        ),
        slice_case(kind, triples, "slice-rows", (0, 3, 0, 1), (1, 1, 1, 1), triples[:, 3:1500, :, 1:]),
        slice_case(kind, tall, "slice-steps", (0, 0, 0, 1), (1, 1, 1, 2), tall[..., 1::2]),
        exact("pad", kind, {"x": x}, "pad", padded, pads),
        exact("broadcast", kind, {"x": row}, "broadcast", np.broadcast_to(row, (2, 70, 4, 9))),
        exact("broadcast-w", kind, {"x": column}, "broadcast", np.broadcast_to(column, (2, 70, 5, 6))),
        exact("copy", kind, {"x": x}, "copy", x),
        exact("subsample", kind, {"x": x}, "subsample", x[:, :, 1::2, 2::3], picks),
        exact("upsample", kind, {"x": x}, "upsample", x.repeat(2, 2).repeat(3, 3), f"scale = {array_attr((2, 3))}"),
    ]


def selection_cases(kind: str) -> list[KernelCase]:
    """Return comparisons; equality is that of numbers, so -0 equals 0."""
    shape = (1, 70, 5, 9)
    a, b = (np.round(wide(numbers(shape, kind, seed=seed))).astype(TYPES[kind]) for seed in (0, 1))
    t, f = numbers(shape, kind, seed=2), numbers((1, 1, 1, 1), kind, seed=3)
    feeds = {"a": a, "b": b, "t": t, "f": f}
    compare = {"gt": np.greater, "lt": np.less, "eq": np.equal}
    return [
        exact(f"select-{name}", kind, feeds, f"select {name}", np.where(function(wide(a), wide(b)), t, f))
        for name, function in compare.items()
    ]


def scalar_cases(kind: str) -> list[KernelCase]:
    """Return arithmetic with a constant."""
    x = numbers((1, 70, 5, 9), kind, 0.5, 3)
    return [
        make("scalar-max", kind, {"x": x}, "%r = tpu.binary_scalar max %x, 1.0 : {x}", np.maximum(wide(x), 1)),
        make("scalar-rsub", kind, {"x": x}, "%r = tpu.binary_scalar sub %x, 1.0 reversed : {x}", 1 - wide(x)),
        make("scalar-rdiv", kind, {"x": x}, "%r = tpu.binary_scalar div %x, 2.0 reversed : {x}", 2 / wide(x)),
    ]


def cast_cases(kind: str) -> list[KernelCase]:
    """Return conversions from the other types."""
    found: list[KernelCase] = []
    for source in sorted(FLOATS.keys() - {kind}):
        x = numbers((1, 70, 5, 9), source)
        found.append(make(f"cast-{source}", kind, {"x": x}, "%r = tpu.cast %x : {x} -> {r}", wide(x), tolerance=1e-30))
    return found


def tiled_cases(kind: str) -> list[KernelCase]:
    """Return modules whose tensors do not fit local memory, or that become groups of several ops."""
    x = numbers((1, 64, 120, 200), kind)
    chain = "\n".join(
        ["%0 = tpu.unary sigmoid %x : {x}", "%1 = tpu.binary mul %x, %0 : ({x}, {x}) -> {x}",
         "%r = tpu.binary_scalar max %1, 0.0 : {x}"]
    )  # fmt: skip
    silu = wide(x) / (1 + np.exp(-wide(x)))
    return [
        conv_case(kind, (1, 3, 200, 300), 16, (3, 3), (2, 2), (1, 1, 1, 1)),
        conv_case(kind, (1, 40, 60, 90), 70, (3, 3), (1, 1), (1, 1, 1, 1), relu=True),
        conv_case(kind, (2, 150, 7, 7), 300, (1, 1)),
        pool_case(kind, "max", (1, 64, 112, 112), (3, 3), (2, 2), (1, 1, 1, 1)),
        make("silu-relu", kind, {"x": x}, chain, np.maximum(silu, 0)),
        matmul_case(kind, 1, 300, 400, 500),
    ]


def cases(kind: str) -> list[KernelCase]:
    """Return every case of an element type."""
    return [
        conv_case(kind, (1, 3, 9, 11), 5, (3, 3), (1, 1), (1, 1, 1, 1)),
        conv_case(kind, (2, 70, 9, 11), 70, (3, 2), (2, 1), (1, 0, 2, 1), relu=True),
        conv_case(kind, (1, 33, 12, 12), 8, (3, 3), (1, 1), (2, 2, 2, 2), dilations=(2, 2)),
        conv_case(kind, (1, 8, 5, 6), 4, (3, 3), (1, 1), (1, 1, 1, 1), insertion=(1, 1)),
        depthwise_case(kind, (2, 70, 9, 11), (3, 3), (1, 1), (1, 1, 1, 1), False),
        depthwise_case(kind, (1, 5, 12, 12), (5, 3), (2, 2), (2, 1, 2, 1), True),
        pool_case(kind, "max", (2, 70, 9, 11), (3, 3), (2, 2), (1, 1, 1, 1)),
        pool_case(kind, "sum", (2, 70, 9, 11), (3, 3), (2, 2), (1, 1, 1, 1), 1 / 9),
        pool_case(kind, "sum", (1, 70, 14, 14), (14, 14), (1, 1), (0, 0, 0, 0), 1 / 196),
        matmul_case(kind, 1, 70, 100, 50),
        matmul_case(kind, 3, 20, 70, 33),
        *([] if kind == "f32" else [matmul_case(kind, 2, 70, 40, 90, transpose=True)]),
        matmul_case(kind, 1, 5, 83, 197),
        matmul_case(kind, 2, 10, 40, 30, shared=True),
        *(binary_case(kind, op, (1, 70, 5, 9), (1, 70, 5, 9)) for op in ("add", "sub", "mul", "div", "max", "min")),
        binary_case(kind, "add", (2, 70, 5, 9), (1, 70, 1, 1)),
        binary_case(kind, "mul", (2, 70, 5, 9), (1, 1, 5, 9)),
        binary_case(kind, "sub", (1, 1, 5, 1), (2, 70, 1, 9)),
        *(unary_case(kind, *entry) for entry in UNARY),
        *row_cases(kind),
        *lengths_cases(kind),
        *([] if kind == "f32" else attention_cases(kind)),
        *movement_cases(kind),
        *selection_cases(kind),
        *scalar_cases(kind),
        *cast_cases(kind),
        *tiled_cases(kind),
    ]


ALL = [case for kind in FLOATS for case in cases(kind)]
