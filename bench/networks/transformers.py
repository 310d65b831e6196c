"""Networks of language, speech and pictures as exporters write them: token ids, masks, caches and states are inputs.

Each takes its sizes, so that tests can be small; the sizes that are given by default are those of published models.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto

from bench.networks.graph import Graph
from bench.networks.sequences import attention, gelu, layer_norm, mlp

LEAST = float(np.finfo(np.float32).min)  # what exporters add to scores that do not count


@dataclass(frozen=True)
class Size:
    """Layers of some width, and how many heads share it; `tokens` is the length, `words` the vocabulary."""

    layers: int
    wide: int
    heads: int
    tokens: int
    words: int = 0

    @property
    def each(self) -> int:
        """The width of a head."""
        return self.wide // self.heads


BERT_BASE = Size(12, 768, 12, 128, 30522)
VIT_B = Size(12, 768, 12, 197)
CLIP_TEXT = Size(12, 512, 8, 77, 49408)
WHISPER_TINY = Size(4, 384, 6, 1500, 51865)
GPT2 = Size(12, 768, 12, 128, 50257)


def ids(g: Graph, *shape: int, name: str) -> str:
    """Add an input of indices."""
    return g.input(*shape, name=name, kind=TensorProto.INT64)


def blocks(g: Graph, x: str, size: Size, tokens: int, *masks: str) -> str:
    """Add layers with their norms before the blocks."""
    for _ in range(size.layers):
        x = g.node("Add", x, attention(g, layer_norm(g, x, size.wide), 1, tokens, size.wide, size.heads, *masks))
        x = g.node("Add", x, mlp(g, layer_norm(g, x, size.wide), size.wide))
    return x


def bert(size: Size = BERT_BASE, *, types: bool = True) -> onnx.ModelProto:
    """An encoder of sentences: words, positions and (without `types`, as in DistilBERT, no) types of tokens, a mask."""
    g = Graph("bert" if types else "distilbert")
    words = ids(g, 1, size.tokens, name="input_ids")
    mask = ids(g, 1, size.tokens, name="attention_mask")
    x = g.node("Gather", g.weight(size.words, size.wide, scale=0.5), words)
    x = g.node("Add", x, g.weight(1, size.tokens, size.wide, scale=0.3))
    if types:
        kinds = ids(g, 1, size.tokens, name="token_type_ids")
        x = g.node("Add", x, g.node("Gather", g.weight(2, size.wide, scale=0.3), kinds))
    x = layer_norm(g, x, size.wide)
    reals = g.node("Cast", g.reshape(mask, 1, 1, 1, size.tokens), to=TensorProto.FLOAT)
    hidden = g.node("Mul", g.node("Sub", g.constant(1.0), reals), g.constant(LEAST))
    for _ in range(size.layers):
        x = layer_norm(g, g.node("Add", x, attention(g, x, 1, size.tokens, size.wide, size.heads, hidden)), size.wide)
        x = layer_norm(g, g.node("Add", x, mlp(g, x, size.wide)), size.wide)
    pooled = g.node("Tanh", g.linear(g.reshape(g.slice(x, 1, 0, 1), 1, size.wide), size.wide, size.wide))
    return g.model(x, pooled)


def vit(size: Size = VIT_B, *, patch: int = 16, classes: int = 1000) -> onnx.ModelProto:
    """A classifier of pictures: patches by a convolution, a token for the class, positions."""
    g = Graph("vit")
    rows = int((size.tokens - 1) ** 0.5)
    x = g.input(1, 3, rows * patch, rows * patch)
    filters = g.weight(size.wide, 3, patch, patch, scale=(3 * patch * patch) ** -0.5)
    pixels = g.node("Conv", x, filters, g.weight(size.wide, scale=0.05), strides=[patch, patch])
    tokens = g.node("Transpose", g.reshape(pixels, 1, size.wide, rows * rows), perm=[0, 2, 1])
    x = g.node("Concat", g.weight(1, 1, size.wide, scale=0.5), tokens, axis=1)
    x = blocks(g, g.node("Add", x, g.weight(1, size.tokens, size.wide, scale=0.3)), size, size.tokens)
    first = g.reshape(g.slice(layer_norm(g, x, size.wide), 1, 0, 1), 1, size.wide)
    return g.model(g.linear(first, size.wide, classes))


def clip(size: Size = CLIP_TEXT, picture: Size = VIT_B, *, patch: int = 16) -> onnx.ModelProto:
    """Two towers, of a sentence and a picture: unit vectors, and how alike they are."""
    g = Graph("clip")
    words, end = ids(g, 1, size.tokens, name="input_ids"), ids(g, 1, name="end")
    x = g.node("Gather", g.weight(size.words, size.wide, scale=0.5), words)
    x = g.node("Add", x, g.weight(size.tokens, size.wide, scale=0.3))
    causal = g.constant(np.triu(np.full((size.tokens, size.tokens), -np.inf), 1))
    x = layer_norm(g, blocks(g, x, size, size.tokens, causal), size.wide)
    sentence = g.node(
        "MatMul",
        g.node("Gather", g.reshape(x, size.tokens, size.wide), end),
        g.weight(size.wide, size.wide, scale=size.wide**-0.5),
    )
    rows = int((picture.tokens - 1) ** 0.5)
    pixels = g.input(1, 3, rows * patch, rows * patch, name="pixels")
    filters = g.weight(picture.wide, 3, patch, patch, scale=(3 * patch * patch) ** -0.5)
    patches = g.reshape(g.node("Conv", pixels, filters, strides=[patch, patch]), 1, picture.wide, rows * rows)
    joined = g.node(
        "Concat", g.weight(1, 1, picture.wide, scale=0.5), g.node("Transpose", patches, perm=[0, 2, 1]), axis=1
    )
    y = layer_norm(g, g.node("Add", joined, g.weight(1, picture.tokens, picture.wide, scale=0.3)), picture.wide)
    y = g.reshape(g.slice(blocks(g, y, picture, picture.tokens), 1, 0, 1), 1, picture.wide)
    seen = g.node("MatMul", layer_norm(g, y, picture.wide), g.weight(picture.wide, size.wide, scale=picture.wide**-0.5))
    towers = [g.unit(sentence), g.unit(seen)]
    alike = g.node("MatMul", towers[0], g.node("Transpose", towers[1], perm=[1, 0]))
    return g.model(*towers, g.node("Mul", alike, g.constant(14.3)))


def whisper_encoder(size: Size = WHISPER_TINY, *, bands: int = 80) -> onnx.ModelProto:
    """Speech: two convolutions along time, positions, layers of attention."""
    g = Graph("whisper_encoder")
    x = g.input(1, bands, 2 * size.tokens, name="mel")
    for stride, wide in ((1, bands), (2, size.wide)):
        filters = g.weight(size.wide, wide, 3, scale=(3 * wide) ** -0.5)
        x = gelu(g, g.node("Conv", x, filters, g.weight(size.wide, scale=0.05), pads=[1, 1], strides=[stride]))
    x = g.node("Add", g.node("Transpose", x, perm=[0, 2, 1]), g.weight(size.tokens, size.wide, scale=0.3))
    return g.model(layer_norm(g, blocks(g, x, size, size.tokens), size.wide))


def _heads(g: Graph, x: str, size: Size) -> str:
    """Give each head its part of one token: [1, heads, 1, each]."""
    return g.reshape(g.linear(x, size.wide, size.wide), 1, size.heads, 1, size.each)


def _attend(g: Graph, x: str, size: Size, keys: str, values: str) -> str:
    """Attend with one token to keys and values [1, heads, n, each]."""
    query = g.node("Mul", _heads(g, x, size), g.constant(size.each**-0.5))
    weights = g.node("Softmax", g.node("MatMul", query, g.node("Transpose", keys, perm=[0, 1, 3, 2])), axis=-1)
    mixed = g.node("Transpose", g.node("MatMul", weights, values), perm=[0, 2, 1, 3])
    return g.linear(g.reshape(mixed, 1, 1, size.wide), size.wide, size.wide)


def _cached(g: Graph, x: str, size: Size, layer: int, past: int) -> tuple[str, Sequence[str]]:
    """Attend to the cache and the token itself; return the sum and the cache that is longer by one."""
    normal = layer_norm(g, x, size.wide)
    present = [
        g.node(
            "Concat",
            g.input(1, size.heads, past, size.each, name=f"past_{kind}{layer}"),
            _heads(g, normal, size),
            axis=2,
        )
        for kind in ("key", "value")
    ]
    return g.node("Add", x, _attend(g, normal, size, *present)), present


def _token(g: Graph, size: Size) -> tuple[str, str]:
    """Add the embedding of one token and its position; return it and the embedding's weights."""
    table = g.weight(size.words, size.wide, scale=0.5)
    word = g.node("Gather", table, ids(g, 1, 1, name="input_ids"))
    place = g.node("Gather", g.weight(size.tokens + 1, size.wide, scale=0.3), ids(g, 1, 1, name="position"))
    return g.node("Add", word, place), table


def gpt_step(size: Size = GPT2) -> onnx.ModelProto:
    """One token behind a cache of `tokens`: scores of the next word, and the caches with this token."""
    g = Graph("gpt_step")
    x, table = _token(g, size)
    caches: list[str] = []
    for layer in range(size.layers):
        x, present = _cached(g, x, size, layer, size.tokens)
        caches += present
        x = g.node("Add", x, mlp(g, layer_norm(g, x, size.wide), size.wide))
    scores = g.node("MatMul", layer_norm(g, x, size.wide), g.node("Transpose", table, perm=[1, 0]))
    return g.model(scores, *caches)


def whisper_step(size: Size = WHISPER_TINY, *, past: int = 64) -> onnx.ModelProto:
    """One token of a decoder: its own cache, and keys and values of what the encoder heard."""
    g = Graph("whisper_step")
    x, table = _token(g, size)
    caches: list[str] = []
    for layer in range(size.layers):
        x, present = _cached(g, x, size, layer, past)
        caches += present
        heard = [
            g.input(1, size.heads, size.tokens, size.each, name=f"heard_{kind}{layer}") for kind in ("key", "value")
        ]
        x = g.node("Add", x, _attend(g, layer_norm(g, x, size.wide), size, *heard))
        x = g.node("Add", x, mlp(g, layer_norm(g, x, size.wide), size.wide))
    scores = g.node("MatMul", layer_norm(g, x, size.wide), g.node("Transpose", table, perm=[1, 0]))
    return g.model(scores, *caches)


def conformer(size: Size = Size(1, 256, 4, 200), *, kernel: int = 31) -> onnx.ModelProto:
    """Blocks of half a feed-forward, attention, a gated convolution along time, and the other half."""
    g = Graph("conformer")
    x, wide = g.input(1, size.tokens, size.wide), size.wide
    for _ in range(size.layers):
        for last in (False, True):
            inner = g.activation(g.linear(layer_norm(g, x, wide), wide, 4 * wide), "Swish")
            x = g.node("Add", x, g.node("Mul", g.linear(inner, 4 * wide, wide), g.constant(0.5)))
            if last:
                continue
            x = g.node("Add", x, attention(g, layer_norm(g, x, wide), 1, size.tokens, wide, size.heads))
            x = g.node("Add", x, _gated_convolution(g, layer_norm(g, x, wide), wide, kernel))
        x = layer_norm(g, x, wide)
    return g.model(x)


def _gated_convolution(g: Graph, x: str, wide: int, kernel: int) -> str:
    """Convolve tokens [1, n, wide] along time, each channel by itself, between products; half of the first gates."""
    along = g.node("Conv", g.node("Transpose", x, perm=[0, 2, 1]), g.weight(2 * wide, wide, 1, scale=wide**-0.5))
    value, gate = g.nodes("Split", along, results=2, axis=1)
    gated = g.node("Mul", value, g.node("Sigmoid", gate))
    deep = g.node("Conv", gated, g.weight(wide, 1, kernel, scale=kernel**-0.5), pads=[kernel // 2] * 2, group=wide)
    parameters = [g.weight(wide, scale=0.1, centre=centre) for centre in (1.0, 0.0, 0.0)]
    variance = g.constant(np.linspace(0.5, 1.5, wide))
    normal = g.activation(g.node("BatchNormalization", deep, *parameters, variance), "Swish")
    return g.node("Transpose", g.node("Conv", normal, g.weight(wide, wide, 1, scale=wide**-0.5)), perm=[0, 2, 1])


def voice_detector(*, samples: int = 512, window: int = 256, hidden: int = 64, steps: int = 4) -> onnx.ModelProto:
    """Whether sound is speech: a spectrum by a convolution, convolutions, an LSTM whose states are inputs."""
    g = Graph("voice_detector")
    sound = g.reshape(g.input(1, samples, name="sound"), 1, 1, samples)
    bins = window // 2 + 1
    angles = np.outer(np.arange(bins), np.arange(window)) * (2 * np.pi / window)
    basis = np.concatenate([np.cos(angles), np.sin(angles)])[:, None] * np.hanning(window) * (4 / window)
    parts = g.node("Conv", sound, g.constant(basis), strides=[(samples - window) // (steps - 1)])
    squares = g.node("Mul", parts, parts)
    real, imaginary = (g.slice(squares, 1, first, first + bins) for first in (0, bins))
    x, wide = g.node("Sqrt", g.node("Add", real, imaginary)), bins
    for channels in (128, 64, hidden):
        filters = g.weight(channels, wide, 3, scale=(2 / (3 * wide)) ** 0.5)
        x, wide = g.node("Relu", g.node("Conv", x, filters, g.weight(channels, scale=0.05), pads=[1, 1])), channels
    states = [g.input(1, 1, hidden, name=name) for name in ("h", "c")]
    w, r = g.weight(1, 4 * hidden, hidden, scale=hidden**-0.5), g.weight(1, 4 * hidden, hidden, scale=hidden**-0.5)
    bias = g.weight(1, 8 * hidden, scale=0.05)
    along = g.node("Transpose", x, perm=[2, 0, 1])
    y, h, c = g.nodes("LSTM", along, w, r, bias, "", *states, results=3, hidden_size=hidden)
    last = g.reshape(g.node("Relu", y), steps, hidden)
    speech = g.node("Sigmoid", g.node("ReduceMean", g.linear(last, hidden, 1), axes=[0], keepdims=1))
    return g.model(speech, h, c)
