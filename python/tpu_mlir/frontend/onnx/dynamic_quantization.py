"""Products of activations that are quantized at run time, as products of reals with weights that keep their integers.

Such a model quantizes an activation by its own extremes, multiplies integers, and multiplies the result by both scales.
What that stands for is the product of the reals; its noise is left out, and calibration chooses the scale for INT8.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.tensors import Array

_REALS = {"MatMulInteger": "MatMul", "ConvInteger": "Conv"}
_FLOATS = (TensorProto.FLOAT, TensorProto.FLOAT16)


@dataclass
class _Graph:
    """Who makes and who reads each tensor of a graph, and its small constants."""

    graph: onnx.GraphProto
    makers: dict[str, onnx.NodeProto] = field(init=False)
    readers: dict[str, list[onnx.NodeProto]] = field(init=False)
    constants: dict[str, onnx.TensorProto] = field(init=False)

    def __post_init__(self) -> None:
        self.makers = {name: node for node in self.graph.node for name in node.output if name}
        self.readers = {}
        for node in self.graph.node:
            for name in node.input:
                self.readers.setdefault(name, []).append(node)
        self.constants = {item.name: item for item in self.graph.initializer}
        for node in self.graph.node:
            if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
                self.constants[node.output[0]] = node.attribute[0].t

    def only_reader(self, name: str, op: str) -> onnx.NodeProto | None:
        """Return the node of an operator that alone reads a tensor, which is no output of the graph."""
        found = self.readers.get(name, [])
        is_inner = all(item.name != name for item in self.graph.output)
        return found[0] if len(found) == 1 and found[0].op_type == op and is_inner else None

    def quantizer(self, name: str) -> onnx.NodeProto | None:
        """Return the DynamicQuantizeLinear whose integers a tensor is."""
        maker = self.makers.get(name)
        if maker is None or maker.op_type != "DynamicQuantizeLinear" or len(maker.output) < 3:
            return None
        return maker if maker.output[0] == name else None

    def constant_factor(self, node: onnx.NodeProto, other: str) -> Array | None:
        """Return the constant that a Mul multiplies another operand by."""
        names = [name for name in node.input if name != other]
        if node.op_type != "Mul" or len(names) != 1 or names[0] not in self.constants:
            return None
        return numpy_helper.to_array(self.constants[names[0]])


@dataclass(frozen=True)
class _Product:
    """A sum of integers that is cast to floats, and multiplied by both scales; `factor` is that of the weights."""

    integers: onnx.NodeProto
    cast: str
    result: str
    factor: Array


def with_real_products(graph: onnx.GraphProto) -> onnx.GraphProto:
    """Return a graph that multiplies reals where the given one quantizes them first; itself if it never does.

    Nodes keep their places: the cast now makes reals of the weights, and the last node multiplies. Those between and
    before them compute what nothing reads.
    """
    known = _Graph(graph)
    instead = dict(_contributed(known))
    scales: list[TensorProto] = []
    for product in _products(known):
        weights = known.constants[product.integers.input[1]]
        axis = 0 if product.integers.op_type == "ConvInteger" else len(weights.dims) - 1
        if product.factor.size not in (1, weights.dims[axis]):
            continue
        factor = product.factor.astype(np.float32).reshape(-1 if product.factor.size > 1 else ())
        scales.append(numpy_helper.from_array(factor, f"{product.result}/scale"))
        instead[product.cast], instead[product.result] = _real_nodes(known, product, axis)
    if not instead:
        return graph
    changed = onnx.GraphProto()
    changed.CopyFrom(graph)
    del changed.node[:]
    changed.node.extend(instead.get(next(iter(node.output), ""), node) for node in graph.node)
    changed.initializer.extend(scales)
    return changed


def _contributed(known: _Graph) -> Iterator[tuple[str, onnx.NodeProto]]:
    """Yield by its result what ONNX Runtime's optimiser has made one node, but for the quantizer before it."""
    for node in known.graph.node:
        quantizer = known.quantizer(node.input[0]) if node.op_type == "MatMulIntegerToFloat" else None
        if quantizer is None or len(node.input) < 5 or node.input[1] not in known.constants:
            continue
        _, weights, scale, factor, zero, *rest = node.input
        if [scale, zero] == list(quantizer.output[1:]):
            names = [quantizer.input[0], weights, factor, *rest]
            yield (
                node.output[0],
                helper.make_node("DynamicQuantizeMatMul", names, node.output, node.name, domain=MICROSOFT),
            )


def _products(known: _Graph) -> Iterator[_Product]:
    for node in known.graph.node:
        quantizer = known.quantizer(node.input[0]) if node.op_type in _REALS and len(node.input) > 2 else None
        if quantizer is None or node.input[2] != quantizer.output[2] or node.input[1] not in known.constants:
            continue
        found = _scaled(known, node, quantizer.output[1])
        if found is not None:
            yield found


def _real_nodes(known: _Graph, product: _Product, axis: int) -> tuple[onnx.NodeProto, onnx.NodeProto]:
    """Return the node that makes reals of the weights, and the product."""
    integers, weights = product.integers, f"{product.result}/weights"
    stored = [integers.input[1], f"{product.result}/scale", *(name for name in integers.input[3:4] if name)]
    quantizer = known.makers[integers.input[0]]
    made = helper.make_node("DequantizeLinear", stored, [weights], axis=axis)
    real = helper.make_node(_REALS[integers.op_type], [quantizer.input[0], weights], [product.result], integers.name)
    real.attribute.extend(integers.attribute)
    return made, real


def _scaled(known: _Graph, integers: onnx.NodeProto, scale: str) -> _Product | None:
    """Return what is made of a sum of integers, if that is a product with both scales and nothing else."""
    cast = known.only_reader(integers.output[0], "Cast")
    if cast is None or not any(item.name == "to" and item.i in _FLOATS for item in cast.attribute):
        return None
    first = known.only_reader(cast.output[0], "Mul")
    if first is None:
        return None
    (other,) = [name for name in first.input if name != cast.output[0]] or [""]
    if other != scale:
        last, both = first, known.makers.get(other)
        factor = known.constant_factor(both, scale) if both is not None and scale in both.input else None
    else:
        last = known.only_reader(first.output[0], "Mul")
        factor = known.constant_factor(last, first.output[0]) if last is not None else None
    return None if last is None or factor is None else _Product(integers, cast.output[0], last.output[0], factor)
