"""Small networks whose structure is known to suffer from 8 bits; their weights are seeded, nothing is trained."""

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from bench.cases import Array, Case, photos


class _Builder:
    """A graph in the making; the values of nodes are called by what they are for."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def node(self, kind: str, *inputs: str | Array, **attributes: object) -> str:
        """Add a node; arrays among its inputs become constants."""
        names = [item if isinstance(item, str) else self._constant(item) for item in inputs]
        result = f"{kind.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, names, [result], **attributes))
        return result

    def conv(self, x: str, before: int, after: int, size: int = 3, stride: int = 1, gain: float = 1.0) -> str:
        """Add a convolution that keeps the power of its input, times `gain` squared."""
        filters = self.random.normal(0, gain / np.sqrt(before * size * size), (after, before, size, size))
        bias = self.random.normal(0, 0.1 * gain, after)
        pads = [size // 2] * 4
        return self.node("Conv", x, np.float32(filters), np.float32(bias), strides=[stride] * 2, pads=pads)

    def dense(self, x: str, before: int, after: int) -> str:
        """Add a product with a bias."""
        weights = self.random.normal(0, 1 / np.sqrt(before), (before, after))
        return self.node("Add", self.node("MatMul", x, np.float32(weights)), np.zeros(after, np.float32))

    def backbone(self, x: str) -> str:
        """Return 32 channels at a quarter of the size."""
        x = self.node("Relu", self.conv(x, 3, 16, stride=2, gain=1.4))
        x = self.node("Relu", self.conv(x, 16, 32, stride=2, gain=1.4))
        return self.node("Relu", self.conv(x, 32, 32, gain=1.4))

    def model(self, name: str, shape: tuple[int, ...], *outputs: str) -> onnx.ModelProto:
        """Return the network from `x` of a shape to the outputs."""
        results = [onnx.ValueInfoProto(name=output) for output in outputs]
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)
        graph = helper.make_graph(self.nodes, name, [x], results, self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)

    def _constant(self, array: Array) -> str:
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(array, name))
        return name


def one_tensor() -> onnx.ModelProto:
    """Return a detector whose output has boxes, 0 to about 300, beside scores that are nearly all zero."""
    graph = _Builder(1)
    x = graph.backbone("x")
    boxes = graph.node("Mul", graph.node("Relu", graph.conv(x, 32, 4, 1)), np.float32(100))
    logits = graph.node("Add", graph.conv(x, 32, 3, 1, gain=1.5), np.full((3, 1, 1), -5, np.float32))
    whole = graph.node("Concat", boxes, graph.node("Sigmoid", logits), axis=1)
    return graph.model("one_tensor", (1, 3, 64, 64), graph.node("Reshape", whole, np.array([1, 7, -1], np.int64)))


def presence() -> onnx.ModelProto:
    """Return landmarks and the presence of what they belong to, one element, from one backbone."""
    graph = _Builder(2)
    x = graph.node("GlobalAveragePool", graph.backbone("x"))
    x = graph.node("Reshape", x, np.array([1, 32], np.int64))
    landmarks = graph.node("Mul", graph.dense(x, 32, 20), np.float32(64))
    return graph.model("presence", (1, 3, 64, 64), landmarks, graph.node("Sigmoid", graph.dense(x, 32, 1)))


def outlier_channels() -> onnx.ModelProto:
    """Return a transformer of three blocks in which two channels of the residual sum are 60 times the others."""
    graph = _Builder(3)
    width, tokens, heads = 64, 64, 4
    x = graph.conv("x", 3, width, 8, 8)
    x = graph.node("Transpose", graph.node("Reshape", x, np.array([1, width, -1], np.int64)), perm=[0, 2, 1])
    x = graph.node("Slice", x, *(np.array([value], np.int64) for value in (0, tokens, 1)))
    outliers = np.ones(width, np.float32)
    outliers[[5, 23]] = 60
    x = graph.node("Mul", x, outliers)
    split, merge = np.array([1, tokens, heads, -1], np.int64), np.array([1, tokens, width], np.int64)
    for _ in range(3):
        y = _norm(graph, x, width)
        q, k, v = (
            graph.node("Transpose", graph.node("Reshape", graph.dense(y, width, width), split), perm=perm)
            for perm in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3])
        )
        weights = graph.node("Softmax", graph.node("Mul", graph.node("MatMul", q, k), np.float32(0.25)), axis=3)
        y = graph.node("Transpose", graph.node("MatMul", weights, v), perm=[0, 2, 1, 3])
        x = graph.node("Add", x, graph.dense(graph.node("Reshape", y, merge), width, width))
        y = graph.dense(_norm(graph, x, width), width, 4 * width)
        gelu = graph.node("Mul", y, graph.node("Sigmoid", graph.node("Mul", y, np.float32(1.702))))
        x = graph.node("Add", x, graph.node("Mul", graph.dense(gelu, 4 * width, width), outliers))
    return graph.model("outlier_channels", (1, 3, 64, 64), graph.dense(_norm(graph, x, width), width, 16))


def _norm(graph: _Builder, x: str, width: int) -> str:
    scale = np.float32(graph.random.uniform(0.5, 1.5, width))
    return graph.node("LayerNormalization", x, scale, np.zeros(width, np.float32), axis=-1)


def constructed() -> list[Case]:
    """Return the networks of this file, on photos."""
    models = one_tensor, presence, outlier_channels
    return [Case(model.__name__, model, photos("x", 64, 64, -1, 1)) for model in models]
