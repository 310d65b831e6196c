"""Networks that see a picture as a whole: classifiers, embeddings, landmarks."""

from collections.abc import Iterable

import onnx

from bench.networks.graph import Graph


def inverted_residual(g: Graph, x: str, channels: int, *, expand: int = 6, stride: int = 1, act: str = "Relu6") -> str:
    """Widen, convolve each channel, narrow; add the input where the shapes agree."""
    wide = g.channels[x] * expand
    inner = g.conv(x, wide, 1, act=act) if expand > 1 else x
    result = g.conv(g.depthwise(inner, stride=stride, act=act), channels, 1, act="")
    return g.node("Add", x, result) if stride == 1 and g.channels[x] == channels else result


def stages(g: Graph, x: str, plan: Iterable[tuple[int, int, int, int]], act: str = "Relu6") -> str:
    """Add blocks: (expansion, channels, blocks, first stride) of each stage."""
    for expand, channels, blocks, stride in plan:
        for index in range(blocks):
            x = inverted_residual(g, x, channels, expand=expand, stride=1 if index else stride, act=act)
    return x


def mobilenet() -> onnx.ModelProto:
    """MobileNetV2's plan at 224 x 224."""
    g = Graph("mobilenet")
    x = g.conv(g.input(1, 3, 224, 224), 32, stride=2, act="Relu6")
    plan = (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)
    return g.model(g.dense(g.conv(stages(g, x, plan), 1280, 1, act="Relu6"), 1000))


def embedding() -> onnx.ModelProto:
    """A face embedding: parametric rectifiers, a depthwise convolution over the whole plane, unit length."""
    g = Graph("embedding")
    x = g.depthwise(g.conv(g.input(1, 3, 112, 112), 64, stride=2, act="PRelu"), act="PRelu")
    x = stages(g, x, ((2, 64, 5, 2), (4, 128, 1, 2), (2, 128, 6, 1), (4, 128, 1, 2), (2, 128, 2, 1)), "PRelu")
    x = g.conv(x, 512, 1, act="PRelu")
    whole = g.node("Conv", x, g.weight(512, 1, 7, 7, scale=0.14), group=512)
    return g.model(g.unit(g.node("Flatten", g.conv(whole, 128, 1, act=""))))


def landmarks() -> onnx.ModelProto:
    """98 points of a face from three scales."""
    g = Graph("landmarks")
    x = g.depthwise(g.conv(g.input(1, 3, 112, 112), 64, stride=2))
    x = stages(g, x, ((2, 64, 5, 2), (2, 128, 1, 2), (4, 128, 6, 1), (2, 16, 1, 1)), "Relu")
    small = g.conv(x, 32, stride=2)
    least = g.node("Conv", small, g.weight(128, 32, 7, 7, scale=0.025), g.weight(128, scale=0.05))
    means = (g.node("Flatten", g.node("GlobalAveragePool", each)) for each in (x, small))
    joined = g.concat([*means, g.node("Flatten", least)])
    return g.model(g.node("Gemm", joined, g.weight(196, 176, scale=0.075), g.weight(196, scale=0.05), transB=1))


def small_classifier() -> onnx.ModelProto:
    """Seven classes from 48 x 48 grey pixels."""
    g = Graph("small_classifier")
    x = g.input(1, 1, 48, 48)
    for channels in (32, 64, 128, 128):
        x = g.pool(g.conv(g.conv(x, channels), channels))
    flat = g.linear(g.node("Flatten", x), 128 * 9, 256)
    return g.model(g.node("Softmax", g.linear(g.node("Relu", flat), 256, 7), axis=1))


def keywords() -> onnx.ModelProto:
    """Twelve words from 49 x 10 coefficients: next to no work."""
    g = Graph("keywords")
    x = g.conv(g.input(1, 1, 49, 10), 64, (10, 4), stride=2)
    for _ in range(4):
        x = g.conv(g.depthwise(x), 64, 1)
    return g.model(g.node("Softmax", g.dense(x, 12), axis=1))


def channels_last() -> onnx.ModelProto:
    """As exported from NHWC: each convolution between transposes, batch norms as products and sums of their own."""
    g = Graph("channels_last")
    x, wide = g.input(1, 96, 96, 3), 3

    def conv(x: str, wide: int, channels: int, kernel: int, stride: int = 1, *, depthwise: bool = False) -> str:
        turned = g.node("Transpose", x, perm=[0, 3, 1, 2], channels=wide)
        shape = (channels, 1 if depthwise else wide, kernel, kernel)
        scale = (2 / (shape[1] * kernel * kernel)) ** 0.5
        group = wide if depthwise else 1
        pads = [kernel // 2] * 4
        found = g.node("Conv", turned, g.weight(*shape, scale=scale), strides=[stride] * 2, group=group, pads=pads)
        back = g.node("Transpose", found, perm=[0, 2, 3, 1])
        scaled = g.node("Mul", back, g.weight(channels, scale=0.05, centre=1.0))
        return g.activation(g.node("Add", scaled, g.weight(channels, scale=0.05)), "Relu6")

    x, wide = conv(x, wide, 16, 3, 2), 16
    for channels, stride in ((32, 1), (64, 2), (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (256, 1)):
        x = conv(conv(x, wide, wide, 3, stride, depthwise=True), wide, channels, 1)
        wide = channels
    mean = g.node("ReduceMean", x, axes=[1, 2], keepdims=0)
    return g.model(g.node("Softmax", g.linear(mean, wide, 10), axis=1))
