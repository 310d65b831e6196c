"""Writes a `top` module as an ONNX model, the names of its values kept."""

from collections.abc import Iterator
from typing import Any

import onnx
from onnx import helper

from tpu_mlir import __version__
from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx import ops as ops
from tpu_mlir.frontend.onnx.exporting import OPSET, Graph, export
from tpu_mlir.frontend.onnx.tensors import numpy_type, onnx_type
from tpu_mlir.locations import result_names
from tpu_mlir.modules import block_operations, main_function

_IR_VERSION = 10  # the one that came with opset 21


def to_onnx(module: ir.Module, *, intermediates: bool = False) -> onnx.ModelProto:
    """Return the module's `@main` as a model of opset 21.

    `intermediates` makes every value that is computed an output, under the name in its location or, where that is
    taken, with a number behind it; an output's doc_string always is the name in the location. Raises ModelError where
    the module has no `@main`, or holds an operation that ONNX cannot express.
    """
    with module.context:
        return _write(main_function(module), intermediates)


def _write(main: ir.Operation, intermediates: bool) -> onnx.ModelProto:
    block = main.regions[0].blocks[0]
    arguments = [block.arguments[index] for index in range(len(block.arguments))]
    input_names, output_names = _names(main, "arg_attrs", "input"), _names(main, "res_attrs", "output")
    graph = Graph(taken={*input_names, *output_names})
    inputs = [_value_info(value, name) for value, name in zip(arguments, input_names, strict=True)]
    graph.names.update(zip(arguments, input_names, strict=True))
    *body, terminator = block_operations(block)
    returned = list(_values(terminator.operands))
    for value, name in zip(returned, output_names, strict=True):
        graph.names.setdefault(value, name)
    computed = [value for op in body if op.name != "top.weight" for value in _name_results(op, graph)]
    for op in body:  # weights after what is computed, since folding names them like the results they lead to
        _name_results(op, graph)
        export(op, graph)
    for value, name in zip(returned, output_names, strict=True):
        if graph.names[value] != name:
            graph.node("Identity", [graph.names[value]], [name], {})
    outputs = [_value_info(value, name) for value, name in zip(returned, output_names, strict=True)]
    if intermediates:
        extra = [value for value in computed if graph.names[value] not in output_names]
        outputs += [_value_info(value, graph.names[value]) for value in extra]
    proto = onnx.GraphProto(name="main", node=graph.nodes, input=inputs, output=outputs, initializer=graph.initializers)
    return helper.make_model(
        proto,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=_IR_VERSION,
        producer_name="tpu-mlir",
        producer_version=__version__,
    )


def _name_results(op: ir.Operation, graph: Graph) -> list[ir.Value]:
    """Give the results of an operation that have no name yet those in its location."""
    results = list(_values(op.results))
    for value, name in zip(results, result_names(op), strict=True):
        if value not in graph.names:
            graph.names[value] = graph.fresh(name)
    return results


def _values(values: ir.OpOperandList | ir.OpResultList) -> Iterator[ir.Value]:
    return (values[index] for index in range(len(values)))


def _names(main: ir.Operation, attribute: str, default: str) -> list[str]:
    """Return the `top.name` of each argument or result, a numbered default where there is none."""
    kind: Any = ir.FunctionType(ir.TypeAttr(main.attributes["function_type"]).value)
    count = len(kind.inputs if attribute == "arg_attrs" else kind.results)
    if attribute not in main.attributes:
        return [f"{default}{index}" for index in range(count)]
    entries = [ir.DictAttr(entry) for entry in ir.ArrayAttr(main.attributes[attribute])]
    return [
        ir.StringAttr(entry["top.name"]).value if "top.name" in entry else f"{default}{index}"
        for index, entry in enumerate(entries)
    ]


def _value_info(value: ir.Value, name: str) -> onnx.ValueInfoProto:
    kind = ir.RankedTensorType(value.type)
    found = _location(value) or name
    return helper.make_tensor_value_info(name, onnx_type(numpy_type(kind.element_type)), list(kind.shape), found)


def _location(value: ir.Value) -> str:
    """Return the name in the location of a computed value, nothing for an argument."""
    if not ir.OpResult.isinstance(value):
        return ""
    owner: Any = ir.OpResult(value).owner  # its stub names a base class
    return result_names(owner)[ir.OpResult(value).result_number]
