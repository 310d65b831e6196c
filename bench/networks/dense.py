"""Networks that answer for each pixel: segmentation, denoising, edges, keypoints, enhancement."""

import onnx

from bench.networks.backbones import inverted_residual, stages
from bench.networks.graph import Graph


def segmentation() -> onnx.ModelProto:
    """Depthwise blocks down to a sixteenth, and up again over bilinear steps with gates."""
    g = Graph("segmentation")
    x = g.conv(g.input(1, 3, 256, 256), 16, stride=2, act="HardSwish")
    steps = [x]
    for channels, blocks in ((24, 2), (40, 3), (96, 3)):
        x = stages(g, x, ((4, channels, blocks, 2),), "Relu")
        steps.append(x)
    x = g.squeeze_excite(x)
    for step in reversed(steps[:-1]):
        up = g.resize(g.conv(x, g.channels[step], 1), 2, "linear")
        x = g.depthwise(g.squeeze_excite(g.node("Add", up, step)))
    return g.model(g.node("Sigmoid", g.conv(g.resize(x, 2, "linear"), 1, 3, act="")))


def denoiser() -> onnx.ModelProto:
    """Seventeen convolutions at full resolution; what they find is taken from the picture."""
    g = Graph("denoiser")
    noisy = g.input(1, 1, 180, 180)
    x = g.conv(noisy, 64)
    for _ in range(15):
        x = g.conv(x, 64)
    return g.model(g.node("Sub", noisy, g.conv(x, 1, act="")))


def edges() -> onnx.ModelProto:
    """Edges at five scales of a plain encoder, each brought to full size, and their fusion."""
    g = Graph("edges")
    x = g.input(1, 3, 256, 256)
    sides: list[str] = []
    for scale, channels in enumerate((16, 32, 64, 96, 128)):
        x = g.pool(x, kernel=3) if scale else x
        x = g.conv(g.conv(x, channels), channels)
        side = g.conv(x, 1, 1, act="")
        for _ in range(scale):
            side = g.deconv(side, 1, act="")
        sides.append(side)
    fused = g.conv(g.concat(sides), 1, 1, act="")
    return g.model(*(g.node("Sigmoid", each) for each in (*sides, fused)))


def instance_norm_edges() -> onnx.ModelProto:
    """Instance norms behind each convolution."""
    g = Graph("instance_norm_edges")

    def block(x: str, channels: int, stride: int = 1) -> str:
        found = g.conv(x, channels, stride=stride, act="")
        scale, bias = g.weight(channels, scale=0.1, centre=1.0), g.weight(channels, scale=0.1)
        return g.node("Relu", g.node("InstanceNormalization", found, scale, bias))

    first = block(g.input(1, 3, 256, 256), 16)
    second = block(block(first, 32, 2), 32)
    third = block(block(second, 64, 2), 64)
    for _ in range(3):
        third = g.node("Add", third, block(block(third, 64), 64))
    up = block(g.node("Add", g.conv(g.resize(third, 2), 32, 1, act=""), second), 32)
    up = block(g.node("Add", g.conv(g.resize(up, 2), 16, 1, act=""), first), 16)
    return g.model(g.node("Sigmoid", g.conv(up, 1, 1, act="")))


def keypoints() -> onnx.ModelProto:
    """A plain encoder, a softmax over the 65 places of a cell, and descriptors of unit length."""
    g = Graph("keypoints")
    x = g.input(1, 1, 240, 320)
    for index, channels in enumerate((64, 64, 128, 128)):
        x = g.pool(x) if index else x
        x = g.conv(g.conv(x, channels), channels)
    scores = g.node("Softmax", g.conv(g.conv(x, 256), 65, 1, act=""), axis=1)
    places = g.node("Transpose", g.slice(scores, 1, 0, 64), perm=[0, 2, 3, 1])
    cells = g.node("Transpose", g.reshape(places, 1, 30, 40, 8, 8), perm=[0, 1, 3, 2, 4])
    vectors = g.conv(g.conv(x, 256), 256, 1, act="")
    return g.model(g.reshape(cells, 1, 240, 320), g.unit(vectors))


def enhancement() -> onnx.ModelProto:
    """Few channels at 400 x 600, and eight steps of a curve on three of them."""
    g = Graph("enhancement")
    picture = g.input(1, 3, 400, 600)
    first = g.conv(picture, 16)
    second = g.conv(first, 16)
    third = g.conv(second, 16)
    fourth = g.conv(third, 16)
    fifth = g.conv(g.concat([third, fourth]), 16)
    sixth = g.conv(g.concat([second, fifth]), 16)
    curves = g.conv(g.concat([first, sixth]), 24, act="Tanh")
    x = picture
    for part in g.nodes("Split", curves, results=8, axis=1):
        x = g.node("Add", x, g.node("Mul", part, g.node("Sub", g.node("Mul", x, x), x)))
    return g.model(x)


def light_enhancement() -> onnx.ModelProto:
    """Depthwise blocks of eight channels at 400 x 600 between element-wise steps."""
    g = Graph("light_enhancement")
    picture = g.input(1, 3, 400, 600)
    x = g.conv(picture, 8, act="PRelu")
    for _ in range(3):
        x = inverted_residual(g, x, 8, expand=2, act="PRelu")
    gain = g.node("Sigmoid", g.conv(x, 3, 1, act=""))
    bright = g.node("Div", picture, g.node("Add", gain, g.constant(0.1)))
    return g.model(g.node("Clip", bright, g.constant(0.0), g.constant(1.0)), gain)
