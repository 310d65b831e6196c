"""Small random networks in INT8: each compiles, and the bmodel computes what ONNX Runtime makes of the same integers.

The reference is the quantized module written back to ONNX, so the bound is that of rounding alone: a tie, or a float
that the chip rounds otherwise, changes an integer by one step here and there.
"""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate, quantize
from tpu_mlir.reference import Reference
from tpu_mlir.runtime import Session

SEEDS = 60
Shape = tuple[int, ...]


class Builder:
    """A network under construction: values by shape, and how to add to them."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        channels, side = int(self.random.integers(1, 7)), int(self.random.integers(3, 10))
        self.shape: Shape = (int(self.random.integers(1, 3)), channels, side, int(self.random.integers(3, 10)))
        self.values: list[tuple[str, Shape]] = [("x", self.shape)]
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, array: Array) -> str:
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def normal(self, *shape: int, scale: float = 1.0) -> str:
        return self.constant((self.random.normal(size=shape) * scale).astype(np.float32))

    def add(self, op: str, inputs: list[str], shape: Shape, **attributes: object) -> None:
        name = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))  # pyright: ignore[reportArgumentType]
        self.values.append((name, shape))

    def pick(self, rank: int | None = None) -> tuple[str, Shape] | None:
        """Return one of the latest values, of a rank if given."""
        fitting = [item for item in self.values if rank in (None, len(item[1]))][-4:]
        return fitting[int(self.random.integers(len(fitting)))] if fitting else None

    def model(self) -> onnx.ModelProto:
        read = {name for node in self.nodes for name in node.input}
        outputs = [onnx.ValueInfoProto(name=name) for name, _ in self.values[1:] if name not in read]
        graph = helper.make_graph(
            self.nodes,
            "random",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, self.shape)],
            outputs,
            self.weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def convolution(b: Builder, x: str, shape: Shape) -> None:
    n, c, h, w = shape
    depthwise = b.random.random() < 0.3
    out, into = (c, 1) if depthwise else (int(b.random.integers(1, 9)), c)
    kernel = int(b.random.choice([1, 3]))
    filters = b.normal(out, into, kernel, kernel, scale=(into * kernel**2) ** -0.5)
    operands = [x, filters, b.normal(out, scale=0.2)][: int(b.random.integers(2, 4))]
    b.add("Conv", operands, (n, out, h, w), pads=[kernel // 2] * 4, group=c if depthwise else 1)


def function(b: Builder, x: str, shape: Shape) -> None:
    b.add(
        str(b.random.choice(["Relu", "Sigmoid", "Tanh", "HardSwish", "Abs", "Neg", "Elu", "Sin", "Softplus"])),
        [x],
        shape,
    )


def relu6(b: Builder, x: str, shape: Shape) -> None:
    b.add("Clip", [x, b.constant(np.float32(0)), b.constant(np.float32(6))], shape)


def with_constant(b: Builder, x: str, shape: Shape) -> None:
    sides = [size if b.random.random() < 0.5 else 1 for size in shape]
    array = b.random.uniform(0.25, 2, sides).astype(np.float32)
    b.add(str(b.random.choice(["Mul", "Mul", "Add", "Sub", "Div", "Max", "Min"])), [x, b.constant(array)], shape)


def with_value(b: Builder, x: str, shape: Shape) -> None:
    fitting = [name for name, other in b.values if other == shape]
    other = fitting[int(b.random.integers(len(fitting)))]
    b.add(str(b.random.choice(["Add", "Sub", "Mul", "Max", "Min"])), [x, other], shape)


def product(b: Builder, x: str, shape: Shape) -> None:
    if b.random.random() < 0.5:
        out = int(b.random.integers(1, 9))
        b.add("MatMul", [x, b.normal(shape[-1], out, scale=shape[-1] ** -0.5)], (*shape[:-1], out))
        return
    turned = (*shape[:-2], shape[-1], shape[-2])
    order = [*range(len(shape) - 2), len(shape) - 1, len(shape) - 2]
    b.add("Transpose", [x], turned, perm=order)
    b.add("MatMul", [x, b.values[-1][0]], (*shape[:-1], shape[-2]))
    b.add("Mul", [b.values[-1][0], b.constant(np.float32([shape[-1] ** -0.5]))], b.values[-1][1])


def softmax(b: Builder, x: str, shape: Shape) -> None:
    if b.random.random() < 0.5:
        value = float(b.random.choice([-np.inf, -1e4, -100]))
        mask = np.where(b.random.random(shape[-1]) < 0.5, value, 0).astype(np.float32)
        mask[0] = 0
        b.add("Add", [x, b.constant(mask)], shape)
        x, _ = b.values.pop()  # nothing else reads infinities
    b.add("Softmax", [x], shape, axis=-1)


def move(b: Builder, x: str, shape: Shape) -> None:
    kind = b.random.integers(4)
    if kind == 0:
        order = [int(dim) for dim in b.random.permutation(len(shape))]
        b.add("Transpose", [x], tuple(shape[dim] for dim in order), perm=order)
    elif kind == 1:
        flat = (shape[0], int(np.prod(shape[1:-1])), shape[-1])
        b.add("Reshape", [x, b.constant(np.array(flat))], flat)
    elif kind == 2:
        b.add("Concat", [x, x], (shape[0], 2 * shape[1], *shape[2:]), axis=1)
    elif shape[-1] > 1:
        b.add("Slice", [x, *(b.constant(np.array([at])) for at in (1, shape[-1], -1))], (*shape[:-1], shape[-1] - 1))


def pool(b: Builder, x: str, shape: Shape) -> None:
    kind = str(b.random.choice(["MaxPool", "AveragePool", "GlobalAveragePool"]))
    if kind == "GlobalAveragePool":
        b.add(kind, [x], (*shape[:2], 1, 1))
    elif min(shape[2:]) > 1:
        b.add(kind, [x], (*shape[:2], shape[2] - 1, shape[3] - 1), kernel_shape=[2, 2])


# What adds an operation, and the rank that it needs.
STEPS: list[tuple[Callable[[Builder, str, Shape], None], int | None]] = [
    (convolution, 4),
    (convolution, 4),
    (function, None),
    (function, None),
    (relu6, None),
    (with_constant, None),
    (with_constant, 4),
    (with_value, None),
    (product, None),
    (product, 3),
    (softmax, None),
    (move, None),
    (move, None),
    (pool, 4),
]


def random_network(seed: int) -> onnx.ModelProto:
    b = Builder(seed)
    convolution(b, "x", b.shape)
    for _ in range(int(b.random.integers(3, 11))):
        step, rank = STEPS[int(b.random.integers(len(STEPS)))]
        if found := b.pick(rank):
            step(b, *found)
    return b.model()


@pytest.mark.parametrize("seed", range(SEEDS))
def test_bmodel_is_the_quantized_module(seed: int) -> None:
    network, random = random_network(seed), np.random.default_rng([seed, 1])
    shape = [dim.dim_value for dim in network.graph.input[0].type.tensor_type.shape.dim]
    samples = [{"x": random.normal(size=shape).astype(np.float32)} for _ in range(3)]
    ranges = calibrate(network, samples)
    names = sorted(ranges.keys())
    options: dict[str, object] = {
        "asymmetric": bool(random.random() < 0.3),
        "quantize_outputs": bool(random.random() < 0.5),
        "fallback": "f32",
        "precision_overrides": {name: "f32" for name in names if name != "x" and random.random() < 0.1},
    }
    bmodel = tpu_mlir.compile(network, precision="int8", ranges=ranges, **options)  # pyright: ignore[reportArgumentType]
    typed = quantize(network, ranges, **options)  # pyright: ignore[reportArgumentType]
    expected = Reference(typed).run(samples[0])
    found = Session(bmodel).run(samples[0])
    for name, array in expected.items():
        difference = np.abs(found[name] - array)
        assert np.isfinite(found[name]).all()
        assert np.linalg.norm(difference) <= 0.03 * np.linalg.norm(array) + 1e-6, name
