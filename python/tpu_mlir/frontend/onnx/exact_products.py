"""Rewrites products of 8-bit integers so that ONNX Runtime's sums are exact on every processor.

ONNX Runtime adds pairs of u8 * i8 products in 16 bits where the processor has AVX2 or AVX-512 but not VNNI, and pairs
of i8 * i8 products on Arm without dot products, so 255 * 127 + 255 * 127 becomes 32,767 (docs/performance/model-
optimizations/quantization.md of its repository; `session.x64quantprecision`, its remedy, covers constant weights, and
only where graphs are optimised). Products of u8 and u8 are exact everywhere. An integer and its zero point, both moved
by 128, stand for the same number: so every i8 operand becomes a u8 one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import onnx
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnx.inliner import inline_local_functions

_MOVE = 128  # from i8 to u8


@dataclass(frozen=True)
class _Product:
    """Positions of an operator's integers, each with its zero point; `result` is the zero point of the result."""

    operands: tuple[tuple[int, int], ...]
    result: int | None = None


# onnx.ai/onnx/operators and docs/ContribOperators.md of ONNX Runtime's repository
_PRODUCTS: Mapping[str, _Product] = {
    "ConvInteger": _Product(((0, 2), (1, 3))),
    "MatMulInteger": _Product(((0, 2), (1, 3))),
    "QLinearConv": _Product(((0, 2), (3, 5)), 7),
    "QLinearMatMul": _Product(((0, 2), (3, 5)), 7),
    "QGemm": _Product(((0, 2), (3, 5)), 8),
    "MatMulIntegerToFloat": _Product(((0, 4), (1, 5))),
    "DynamicQuantizeMatMul": _Product(((1, 3),)),
}


def with_exact_products(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model that computes the same and multiplies no i8 integers; the model itself if it has none.

    Raises ValueError where an operand's type cannot be told.
    """
    if not any(name in _PRODUCTS for name in _operators(model)):
        return model
    typed = shape_inference.infer_shapes(inline_local_functions(model))
    _rewrite(typed.graph, {})
    return typed


def _operators(model: onnx.ModelProto) -> Iterator[str]:
    for function in model.functions:
        yield from (node.op_type for node in function.node)
    yield from _graph_operators(model.graph)


def _graph_operators(graph: onnx.GraphProto) -> Iterator[str]:
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            yield from _graph_operators(attribute.g)


def _rewrite(graph: onnx.GraphProto, outer: Mapping[str, int]) -> None:
    """Rewrite the nodes of a graph in place; `outer` has the element types of what surrounds it."""
    types = {**outer, **{item.name: item.data_type for item in graph.initializer}}
    for item in (*graph.input, *graph.value_info, *graph.output):
        types[item.name] = item.type.tensor_type.elem_type
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("g"):
                _rewrite(attribute.g, types)
        product = _PRODUCTS.get(node.op_type)
        nodes += [node] if product is None else _exact(node, product, types)
    del graph.node[:]
    graph.node.extend(nodes)


def _exact(node: onnx.NodeProto, product: _Product, types: Mapping[str, int]) -> list[onnx.NodeProto]:
    """Return the node with u8 operands, between those that move its operands and its result."""
    prefix = f"{node.output[0]}/unsigned"
    moved = [pair for pair in product.operands if _is_signed(node, pair, types)]
    before = [_constant(f"{prefix}/zero", 0, TensorProto.INT8), _constant(f"{prefix}/128", _MOVE, TensorProto.INT32)]
    after: list[onnx.NodeProto] = []
    positions = {position for pair in moved for position in pair}
    if product.result is not None and types.get(_operand(node, product.result)) == TensorProto.INT8:
        positions.add(product.result)
        after = _move(f"{prefix}/result", node.output[0], "Sub", TensorProto.INT8, prefix)
        node.output[0] = f"{prefix}/result"
    if not positions:
        return [node]
    node.input.extend("" for _ in range(max(positions) + 1 - len(node.input)))
    for position in sorted(positions):
        name = f"{prefix}/{position}"
        source = node.input[position] or f"{prefix}/zero"
        before += _move(source, name, "Add", TensorProto.UINT8, prefix)
        node.input[position] = name
    return [*before, node, *after]


def _is_signed(node: onnx.NodeProto, pair: tuple[int, int], types: Mapping[str, int]) -> bool:
    """Tell whether an operand is i8, by its own type or by that of its zero point."""
    known = [types[name] for position in pair if types.get(name := _operand(node, position))]
    if not known:
        raise ValueError(f"the element type of operand {pair[0]} of '{node.name or node.output[0]}' is not known")
    return TensorProto.INT8 in known


def _operand(node: onnx.NodeProto, position: int) -> str:
    return node.input[position] if position < len(node.input) else ""


def _move(source: str, target: str, op: str, kind: int, prefix: str) -> list[onnx.NodeProto]:
    """Return the nodes that add or subtract 128 and store the sum in another type of 8 bits."""
    wide, sum_ = f"{target}/wide", f"{target}/sum"
    return [
        helper.make_node("Cast", [source], [wide], to=TensorProto.INT32),
        helper.make_node(op, [wide, f"{prefix}/128"], [sum_]),
        helper.make_node("Cast", [sum_], [target], to=kind),
    ]


def _constant(name: str, value: int, kind: int) -> onnx.NodeProto:
    array = helper.tensor_dtype_to_np_dtype(kind).type(value)
    return helper.make_node("Constant", [], [name], value=numpy_helper.from_array(array.reshape(()), name))
