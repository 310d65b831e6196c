"""Rows as channels: networks that `tpu-fold-rows` changes compute what NumPy does, in f16 and i8."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tpu_mlir._mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.runtime import BModel, Session

Array = NDArray[np.generic]
Doubles = NDArray[np.float64]
TOGETHER = {"f16": 32, "i8": 64}  # input channels that a filter has beside each other
DTYPES = {"f16": np.dtype(np.float16), "i8": np.dtype(np.int8), "f32": np.dtype(np.float32)}
ZERO_POINT = 3  # of 8-bit inputs


@dataclass(frozen=True)
class Conv:
    """A convolution that keeps the size, or halves it."""

    filter: Doubles  # [oc, ic, kh, kw]
    bias: Doubles
    stride: int = 1
    dilation: int = 1
    scale: float = 1.0  # of sums of 8-bit numbers

    @property
    def pads(self) -> tuple[int, int]:
        """Zeros above and on the left."""
        return self.filter.shape[2] // 2 * self.dilation, self.filter.shape[3] // 2 * self.dilation

    def compute(self, x: Doubles, padding: float) -> Doubles:
        """Return the exact sums."""
        (ph, pw), (kh, kw), d = self.pads, self.filter.shape[2:], self.dilation
        extent = (kh - 1) * d + 1, (kw - 1) * d + 1
        padded = np.pad(x, ((0, 0), (0, 0), (ph, ph), (pw, pw)), constant_values=padding)
        windows = np.lib.stride_tricks.sliding_window_view(padded, extent, axis=(2, 3))
        windows = windows[:, :, :: self.stride, :: self.stride, ::d, ::d]
        return np.einsum("ncyxhw,ochw->noyx", windows, self.filter)


def random_conv(kind: str, channels: tuple[int, int], kernel: int, seed: int, **rest: int) -> Conv:
    random = np.random.default_rng(seed)
    shape = (channels[1], channels[0], kernel, kernel)
    if kind == "i8":
        inputs = channels[0] * kernel * kernel
        return Conv(
            random.integers(-9, 10, shape).astype(np.float64),
            np.round(random.uniform(-9, 9, channels[1])),
            scale=2.0 ** -round(np.log2(3 * inputs**0.5)),
            **rest,
        )
    spread = (channels[0] * kernel * kernel) ** -0.5
    values = random.standard_normal(shape) * spread
    return Conv(values.astype(np.float16).astype(np.float64), random.standard_normal(channels[1]), **rest)


def dense(array: Array) -> str:
    names = {np.dtype(np.float16): "f16", np.dtype(np.int8): "i8", np.dtype(np.float32): "f32"}
    shape = "x".join(map(str, array.shape))
    return f'dense<"0x{array.tobytes().hex()}"> : tensor<{shape}x{names[array.dtype]}>'


def type_of(kind: str, shape: tuple[int, ...]) -> str:
    return f"tensor<{'x'.join(map(str, shape))}x{kind}>"


def packed(conv: Conv, kind: str) -> Array:
    """Return the filter as [1, oc, ceil(ic / P) * kh * kw, P]."""
    together = TOGETHER[kind]
    oc, ic, kh, kw = conv.filter.shape
    blocks = -(-ic // together)
    wide = np.zeros((oc, blocks * together, kh * kw))
    wide[:, :ic] = conv.filter.reshape(oc, ic, kh * kw)
    turned = wide.reshape(oc, blocks, together, kh * kw).transpose(0, 1, 3, 2)
    return turned.reshape(1, oc, blocks * kh * kw, together).astype(DTYPES[kind])


def text_of(conv: Conv, kind: str, name: str, operand: str, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Return the op on an operand of the shape, and the shape of its result."""
    oc, _, kh, kw = conv.filter.shape
    filters = packed(conv, kind)
    result = (1, oc, shape[2] // conv.stride, shape[3] // conv.stride)
    if kind == "i8":
        table = np.stack([np.full(oc, conv.scale), conv.bias], 1).reshape(1, oc, 1, 2).astype(np.float32)
        rest = f"requant %{name}b"
    else:
        table = conv.bias.reshape(1, oc, 1, 1).astype(np.float32)
        rest = f", %{name}b"
    (ph, pw), d = conv.pads, conv.dilation
    attributes = (
        f"kernel = array<i64: {kh}, {kw}>, strides = array<i64: {conv.stride}, {conv.stride}>, "
        f"pads = array<i64: {ph}, {pw}, {ph - (conv.stride - 1)}, {pw - (conv.stride - 1)}>, "
        f"dilations = array<i64: {d}, {d}>, input_zero_point = {ZERO_POINT if kind == 'i8' else 0} : i64"
    )
    types = ", ".join((type_of(kind, shape), type_of(kind, filters.shape), type_of("f32", table.shape)))
    return (
        f"%{name}f = top.weight {dense(filters)}\n%{name}b = top.weight {dense(table)}\n"
        f"%{name} = tpu.conv {operand}, %{name}f{' ' if kind == 'i8' else ''}{rest} {{{attributes}}} : ({types}) "
        f"-> {type_of(kind, result)}\n"
    ), result


def after(conv: Conv, kind: str, sums: Doubles) -> Doubles:
    """Return the result of exact sums."""
    bias = conv.bias.reshape(1, -1, 1, 1)
    if kind == "i8":
        return np.clip(np.rint(sums * conv.scale + bias), -128, 127)
    return (sums + bias).astype(np.float16).astype(np.float64)


@pytest.mark.parametrize("kind", ["f16", "i8"])
def test_region(kind: str, tmp_path: Path) -> None:
    """Strides, dilations, a concatenation and a slice of channels, element-wise work, several uses."""
    shape = (1, 3, 256, 128)
    first = random_conv(kind, (3, 12), 3, 1, stride=2)
    second = random_conv(kind, (12, 12), 3, 2, dilation=2)
    third = random_conv(kind, (24, 8), 5, 3)
    random = np.random.default_rng(4)
    x = random.integers(-128, 128, shape).astype(np.int8) if kind == "i8" else random.standard_normal(shape)
    x = x.astype(DTYPES[kind])
    body, inner = text_of(first, kind, "a", "%x", shape)
    clamp = "tpu.lookup %a, %t" if kind == "i8" else "tpu.binary_scalar max %a, 0.0"
    if kind == "i8":
        table = np.maximum(np.arange(256).astype(np.uint8).view(np.int8), 0).reshape(1, 1, 1, 256)
        body += f"%t = top.weight {dense(table)}\n"
        clamp += f" : ({type_of(kind, inner)}, tensor<1x1x1x256xi8>) -> {type_of(kind, inner)}"
    else:
        clamp += f" : {type_of(kind, inner)}"
    body += f"%r = {clamp}\n"
    body += text_of(second, kind, "b", "%r", inner)[0]
    joined = (1, 24, *inner[2:])
    one, two = type_of(kind, inner), type_of(kind, joined)
    body += f"%j = tpu.concat %b, %r {{axis = 1 : i64}} : ({one}, {one}) -> {two}\n"
    text, outer = text_of(third, kind, "c", "%j", joined)
    part = (1, 4, *outer[2:])
    body += f"{text}%s = tpu.slice %c {{offsets = array<i64: 0, 4, 0, 0>, steps = array<i64: 1, 1, 1, 1>}} : "
    body += f"{type_of(kind, outer)} -> {type_of(kind, part)}\n"
    results = f"{type_of(kind, part)}, {one}"
    module_text = f"func.func @main(%x: {type_of(kind, shape)}) -> ({results}) {{\n{body}return %s, %b : {results}\n}}"

    padding = ZERO_POINT if kind == "i8" else 0
    a = np.maximum(after(first, kind, first.compute(x.astype(np.float64), padding)), 0)
    b = after(second, kind, second.compute(a, padding))
    c = after(third, kind, third.compute(np.concatenate([b, a], 1), padding))

    path = tmp_path / "folded.bmodel"
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(module_text)
        run_passes(module, "builtin.module(func.func(tpu-fold-rows))")
        assert str(module).count("tpu.permute") >= 2, "nothing was folded"
        run_passes(module, f"builtin.module(tpu-schedule,tpu-codegen{{output={path}}})")
    session = Session(BModel.load(path), check_races=True, check_uninitialised=True)
    found = list(session.run(None, {session.get_inputs()[0].name: x}))
    # f16: sums in another order, in f32, may round to the other neighbour, and b to c adds some of these.
    tolerance = 0 if kind == "i8" else 4e-3
    for expected, result in zip((c[:, 4:], b), found, strict=True):
        assert np.abs(result.astype(np.float64) - expected).max() <= tolerance * np.abs(expected).max()
