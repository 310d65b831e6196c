"""Networks that find objects, faces and text: pyramids of features and many small heads."""

from collections.abc import Sequence

import numpy as np
import onnx

from bench.networks.backbones import stages
from bench.networks.graph import Graph


def head(g: Graph, x: str, values: int, anchors: int = 2) -> str:
    """Return what a level predicts as [1, anchors of all places, values]."""
    found = g.node("Transpose", g.conv(x, values * anchors, act=""), perm=[0, 2, 3, 1])
    return g.reshape(found, 1, -1, values)


def pyramid(g: Graph, levels: Sequence[str], channels: int) -> list[str]:
    """Bring levels, finest first, to the same channels, and add each to the next finer one."""
    sides = [g.conv(each, channels, 1) for each in levels]
    for index in range(len(sides) - 1, 0, -1):
        sides[index - 1] = g.conv(g.node("Add", sides[index - 1], g.resize(sides[index], 2)), channels)
    return sides


def context(g: Graph, x: str, channels: int) -> str:
    """Join what windows of 3, 5 and 7 see."""
    five = g.conv(x, channels // 4)
    parts = [g.conv(x, channels // 2, act=""), g.conv(five, channels // 4, act="")]
    return g.node("Relu", g.concat([*parts, g.conv(g.conv(five, channels // 4), channels // 4, act="")]))


def faces() -> onnx.ModelProto:
    """A narrow backbone, a pyramid, context, and three heads at three levels."""
    g = Graph("faces")
    x = g.conv(g.input(1, 3, 320, 320), 8, stride=2, act="LeakyRelu")
    levels: list[str] = []
    for channels, blocks, stride in ((16, 1, 1), (32, 2, 2), (64, 2, 2), (128, 6, 2), (256, 2, 2)):
        for index in range(blocks):
            x = g.conv(g.depthwise(x, stride=1 if index else stride, act="LeakyRelu"), channels, 1, act="LeakyRelu")
        levels.append(x)
    found = [context(g, each, 64) for each in pyramid(g, levels[2:], 64)]
    boxes, scores, points = (g.concat([head(g, each, n) for each in found], axis=1) for n in (4, 2, 10))
    return g.model(boxes, g.node("Softmax", scores, axis=2), points)


def objects() -> onnx.ModelProto:
    """MobileNet blocks, a pyramid of five levels, depthwise heads; boxes decoded from distances."""
    g = Graph("objects")
    x = g.conv(g.input(1, 3, 320, 320), 16, stride=2, act="HardSwish")
    levels: list[str] = []
    for channels, blocks in ((24, 2), (48, 3), (96, 4), (160, 2)):
        x = stages(g, x, ((4, channels, blocks, 2),), "HardSwish")
        levels.append(x)
    sides = pyramid(g, levels[1:], 96)
    sides += [g.conv(sides[-1], 96, stride=2)]
    classes: list[str] = []
    distances: list[str] = []
    for each in sides:
        own = g.conv(g.depthwise(g.conv(g.depthwise(each, 5), 96, 1), 5), 96, 1)
        classes.append(g.node("Sigmoid", head(g, own, 80, 1)))
        bins = g.node("Softmax", g.reshape(head(g, own, 32, 1), 1, -1, 4, 8), axis=3)
        distances.append(g.reshape(g.node("MatMul", bins, g.constant(np.arange(8).reshape(8, 1))), 1, -1, 4))
    return g.model(g.concat(classes, axis=1), g.concat(distances, axis=1))


def text() -> onnx.ModelProto:
    """MobileNetV3 with squeeze-and-excite, upsampling, concat, and transposed convolutions to full size."""
    g = Graph("text")
    x = g.conv(g.input(1, 3, 480, 480), 16, stride=2, act="HardSwish")
    levels: list[str] = []
    for channels, blocks, kernel in ((16, 1, 3), (24, 2, 3), (40, 3, 5), (96, 3, 5)):
        act = "Relu" if kernel == 3 else "HardSwish"
        for index in range(blocks):
            wide = g.depthwise(g.conv(x, 3 * channels, 1, act=act), kernel, 1 if index else 2, act=act)
            found = g.conv(g.squeeze_excite(wide), channels, 1, act="")
            x = g.node("Add", x, found) if index else found
        levels.append(x)
    sides = [g.conv(each, 96, 1, act="") for each in levels]
    for index in (2, 1, 0):
        sides[index] = g.node("Add", sides[index], g.resize(sides[index + 1], 2))
    parts = [g.conv(each, 24, act="") for each in sides]
    joined = g.concat([g.resize(part, 2**index) if index else part for index, part in enumerate(parts)])
    return g.model(g.node("Sigmoid", g.deconv(g.deconv(g.conv(joined, 24), 24), 1, act="")))


def boxes() -> onnx.ModelProto:
    """Decoding alone: element-wise work on [1, 16800, 4], exponentials, a softmax over two."""
    g = Graph("boxes")
    found, scores = g.input(1, 16800, 4, name="found"), g.input(1, 16800, 2, name="scores")
    centres, sizes = g.weight(1, 16800, 2, scale=1.0), g.weight(1, 16800, 2, scale=0.1, centre=1.0)
    moved = g.node("Mul", g.node("Mul", g.slice(found, 2, 0, 2), g.constant(0.1)), sizes)
    middle = g.node("Add", centres, moved)
    grown = g.node("Exp", g.node("Mul", g.slice(found, 2, 2, 4), g.constant(0.2)))
    half = g.node("Mul", g.node("Mul", sizes, grown), g.constant(0.5))
    corners = [g.node("Sub", middle, half), g.node("Add", middle, half)]
    return g.model(g.concat(corners, axis=2), g.node("Softmax", scores, axis=2))
