"""What writes a network: nodes one after the other, values by name, seeded weights that keep activations near 1."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

OPSET, IR_VERSION = 17, 8  # which the vendor's importer reads, too


class Graph:
    """A network in the making; `channels` tells the size of dimension 1 of values that came from convolutions."""

    def __init__(self, name: str, seed: int = 0) -> None:
        self.name = name
        self.channels: dict[str, int] = {}
        self._random = np.random.default_rng(seed)
        self._nodes: list[onnx.NodeProto] = []
        self._inputs: list[onnx.ValueInfoProto] = []
        self._weights: list[onnx.TensorProto] = []

    def input(self, *shape: int, name: str = "x", kind: int = TensorProto.FLOAT) -> str:
        """Add an input, in f32 unless another type is given; return its name."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, shape))
        if len(shape) > 1:
            self.channels[name] = shape[1]
        return name

    def constant(self, values: npt.ArrayLike, kind: type = np.float32) -> str:
        """Add a constant; return its name."""
        name = f"c{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(np.asarray(values, kind), name))
        return name

    def weight(self, *shape: int, scale: float, centre: float = 0.0) -> str:
        """Add normal values of a deviation; return their name."""
        values = self._random.standard_normal(shape, np.float32) * np.float32(scale) + np.float32(centre)
        return self.constant(values)

    def node(self, op: str, *inputs: str, channels: int | None = None, **attributes: object) -> str:
        """Add a node with one result; return its name. Channels are those of the first input unless they are given."""
        (result,) = self.nodes(op, *inputs, results=1, **attributes)
        if channels or inputs[0] in self.channels:
            self.channels[result] = channels or self.channels[inputs[0]]
        return result

    def nodes(self, op: str, *inputs: str, results: int, **attributes: object) -> list[str]:
        """Add a node; return the names of its results."""
        names = [f"{op.lower()}{len(self._nodes)}_{index}" for index in range(results)]
        self._nodes.append(helper.make_node(op, inputs, names, name=names[0], **attributes))
        return names

    def conv(
        self,
        x: str,
        channels: int,
        kernel: int | tuple[int, ...] = 3,
        stride: int = 1,
        *,
        act: str = "Relu",
        group: int = 1,
        dilation: int = 1,
    ) -> str:
        """Add a convolution with bias, padded to keep the size, and an activation ("" is none)."""
        sizes = (kernel, kernel) if isinstance(kernel, int) else kernel
        before = [dilation * (size - 1) // 2 for size in sizes]
        after = [dilation * (size - 1) - pad for size, pad in zip(sizes, before, strict=True)]
        wide = self.channels[x] // group
        filters = self.weight(channels, wide, *sizes, scale=((2 if act else 1) / (wide * int(np.prod(sizes)))) ** 0.5)
        result = self.node(
            "Conv",
            x,
            filters,
            self.weight(channels, scale=0.05),
            channels=channels,
            group=group,
            kernel_shape=sizes,
            pads=before + after,
            strides=[stride] * len(sizes),
            dilations=[dilation] * len(sizes),
        )
        return self.activation(result, act)

    def depthwise(self, x: str, kernel: int | tuple[int, ...] = 3, stride: int = 1, *, act: str = "Relu") -> str:
        """Add a convolution of each channel by itself."""
        return self.conv(x, self.channels[x], kernel, stride, act=act, group=self.channels[x])

    def activation(self, x: str, kind: str) -> str:
        """Add an activation: an operator without arguments, Relu6, PRelu, Swish or none."""
        if kind == "Relu6":
            return self.node("Clip", x, self.constant(0.0), self.constant(6.0))
        if kind == "PRelu":
            return self.node("PRelu", x, self.weight(self.channels[x], 1, 1, scale=0.02, centre=0.25))
        if kind == "Swish":
            return self.node("Mul", x, self.node("Sigmoid", x))
        return self.node(kind, x) if kind else x

    def deconv(self, x: str, channels: int, *, act: str = "Relu") -> str:
        """Add a transposed convolution that doubles height and width."""
        filters = self.weight(self.channels[x], channels, 2, 2, scale=(2 / self.channels[x]) ** 0.5)
        bias = self.weight(channels, scale=0.05)
        sizes = {"kernel_shape": [2, 2], "strides": [2, 2]}
        return self.activation(self.node("ConvTranspose", x, filters, bias, channels=channels, **sizes), act)

    def pool(self, x: str, kind: str = "MaxPool", kernel: int = 2, stride: int = 2) -> str:
        """Add a pool, padded where its kernel is odd."""
        return self.node(kind, x, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[(kernel - 1) // 2] * 4)

    def resize(self, x: str, factor: int, mode: str = "nearest") -> str:
        """Enlarge height and width."""
        scales = self.constant([1, 1, factor, factor])
        how = "asymmetric" if mode == "nearest" else "half_pixel"
        rounding = {"nearest_mode": "floor"} if mode == "nearest" else {}
        return self.node("Resize", x, "", scales, mode=mode, coordinate_transformation_mode=how, **rounding)

    def concat(self, values: Sequence[str], axis: int = 1) -> str:
        """Join values."""
        known = axis == 1 and all(each in self.channels for each in values)
        return self.node(
            "Concat", *values, channels=sum(self.channels[v] for v in values) if known else None, axis=axis
        )

    def squeeze_excite(self, x: str, less: int = 4) -> str:
        """Scale channels by what their means say."""
        wide = self.channels[x]
        inner = self.conv(self.node("GlobalAveragePool", x), max(wide // less, 8), 1)
        return self.node("Mul", x, self.node("HardSigmoid", self.conv(inner, wide, 1, act="")))

    def reshape(self, x: str, *shape: int) -> str:
        """Give a value another shape."""
        return self.node("Reshape", x, self.constant(shape, np.int64), channels=shape[1] if len(shape) > 1 else None)

    def slice(self, x: str, axis: int, start: int, stop: int, step: int = 1) -> str:
        """Take part of a dimension."""
        bounds = (self.constant([each], np.int64) for each in (start, stop, axis, step))
        return self.node("Slice", x, *bounds, channels=len(range(start, stop, step)) if axis == 1 else None)

    def linear(self, x: str, wide: int, channels: int) -> str:
        """Multiply the last dimension, of size `wide`, with a matrix and add a bias."""
        product = self.node("MatMul", x, self.weight(wide, channels, scale=wide**-0.5))
        return self.node("Add", product, self.weight(channels, scale=0.05))

    def dense(self, x: str, channels: int) -> str:
        """Mean of each channel, then a matrix product."""
        flat = self.node("Flatten", self.node("GlobalAveragePool", x))
        matrix = self.weight(channels, self.channels[x], scale=self.channels[x] ** -0.5)
        return self.node("Gemm", flat, matrix, self.weight(channels, scale=0.05), channels=channels, transB=1)

    def unit(self, x: str) -> str:
        """Divide vectors along dimension 1 by their length."""
        return self.node("Div", x, self.node("ReduceL2", x, axes=[1], keepdims=1))

    def model(self, *outputs: str) -> onnx.ModelProto:
        """Return the network with these outputs, their shapes left to inference."""
        values = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self._nodes, self.name, self._inputs, values, self._weights)
        found = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="tpu_mlir.bench"
        )
        return onnx.shape_inference.infer_shapes(found)
