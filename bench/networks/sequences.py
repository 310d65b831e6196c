"""Networks on sequences: speech by convolutions, encoders of sentences and pictures, attention in windows."""

import onnx

from bench.networks.graph import Graph


def speech() -> onnx.ModelProto:
    """Separable convolutions along time, residual, without recurrence; log-softmax of 29 letters."""
    g = Graph("speech")
    x = g.conv(g.input(1, 64, 1, 400), 256, (1, 33), stride=2)
    for channels, kernel in ((256, 33), (256, 39), (512, 51), (512, 63)):
        side = g.conv(x, channels, 1, act="")
        for index in range(3):
            x = g.conv(g.depthwise(x, (1, kernel), act=""), channels, 1, act="Relu" if index < 2 else "")
        x = g.node("Relu", g.node("Add", x, side))
    letters = g.node("Transpose", g.conv(g.conv(x, 512, 1), 29, 1, act=""), perm=[0, 3, 1, 2])
    return g.model(g.node("LogSoftmax", g.reshape(letters, 1, 200, 29), axis=2))


def layer_norm(g: Graph, x: str, wide: int) -> str:
    """Normalise the last dimension."""
    return g.node("LayerNormalization", x, g.weight(wide, scale=0.1, centre=1.0), g.weight(wide, scale=0.1), axis=-1)


def gelu(g: Graph, x: str) -> str:
    """x (1 + erf(x / sqrt 2)) / 2, as exporters write it."""
    error = g.node("Erf", g.node("Div", x, g.constant(2**0.5)))
    return g.node("Mul", g.node("Mul", x, g.node("Add", error, g.constant(1.0))), g.constant(0.5))


def attention(g: Graph, x: str, batch: int, tokens: int, wide: int, heads: int, *masks: str) -> str:
    """Attention of tokens [batch, tokens, wide]; masks are added to the scores."""
    each = wide // heads

    def part(perm: list[int]) -> str:
        return g.node("Transpose", g.reshape(g.linear(x, wide, wide), batch, tokens, heads, each), perm=perm)

    query, key, value = part([0, 2, 1, 3]), part([0, 2, 3, 1]), part([0, 2, 1, 3])
    scores = g.node("Mul", g.node("MatMul", query, key), g.constant(each**-0.5))
    for mask in masks:
        scores = g.node("Add", scores, mask)
    weights = g.node("Softmax", scores, axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", weights, value), perm=[0, 2, 1, 3])
    return g.linear(g.reshape(mixed, batch, tokens, wide), wide, wide)


def mlp(g: Graph, x: str, wide: int) -> str:
    """Four times as wide and back."""
    return g.linear(gelu(g, g.linear(x, wide, 4 * wide)), 4 * wide, wide)


def sentences() -> onnx.ModelProto:
    """Six layers of width 384 on 128 hidden states, norms behind the sums; the mean of unit length."""
    g = Graph("sentences")
    x, mask = g.input(1, 128, 384, name="states"), g.input(1, 1, 1, 128, name="mask")
    for _ in range(6):
        x = layer_norm(g, g.node("Add", x, attention(g, x, 1, 128, 384, 12, mask)), 384)
        x = layer_norm(g, g.node("Add", x, mlp(g, x, 384)), 384)
    return g.model(g.unit(g.node("ReduceMean", x, axes=[1], keepdims=0)))


def vit_b() -> onnx.ModelProto:
    """ViT-B's encoder: twelve layers of width 768 on 197 tokens, norms before the blocks."""
    g = Graph("vit_b")
    x = g.input(1, 197, 768)
    for _ in range(12):
        x = g.node("Add", x, attention(g, layer_norm(g, x, 768), 1, 197, 768, 12))
        x = g.node("Add", x, mlp(g, layer_norm(g, x, 768), 768))
    return g.model(layer_norm(g, x, 768))


def roll(g: Graph, x: str, by: int, size: int) -> str:
    """Move rows and columns of [1, size, size, c] round by `by`."""
    for axis in (1, 2):
        x = g.concat([g.slice(x, axis, by % size, size), g.slice(x, axis, 0, by % size)], axis=axis)
    return x


def swin() -> onnx.ModelProto:
    """Two blocks of attention in windows of 7 x 7 over 56 x 56 x 96, the second with shifted windows."""
    g = Graph("swin")
    side, wide, heads, window = 56, 96, 3, 7
    count, tokens = side // window, window * window
    x = g.input(1, side * side, wide)
    for shift in (0, window // 2):
        picture = g.reshape(layer_norm(g, x, wide), 1, side, side, wide)
        picture = roll(g, picture, shift, side) if shift else picture
        cut = g.node("Transpose", g.reshape(picture, 1, count, window, count, window, wide), perm=[0, 1, 3, 2, 4, 5])
        masks = [g.weight(1, heads, tokens, tokens, scale=0.1)]
        if shift:
            masks.append(g.input(count * count, 1, tokens, tokens, name="mask"))
        found = attention(g, g.reshape(cut, count * count, tokens, wide), count * count, tokens, wide, heads, *masks)
        back = g.reshape(found, 1, count, count, window, window, wide)
        joined = g.reshape(g.node("Transpose", back, perm=[0, 1, 3, 2, 4, 5]), 1, side, side, wide)
        joined = roll(g, joined, -shift, side) if shift else joined
        x = g.node("Add", x, g.reshape(joined, 1, side * side, wide))
        x = g.node("Add", x, mlp(g, layer_norm(g, x, wide), wide))
    return g.model(x)
