"""The function that a graph becomes: its block, its signature, and which of the graph's values it needs."""

import warnings
from collections.abc import Sequence
from typing import Any

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.tensors import border, mlir_type, untyped


def empty_main(graph: onnx.GraphProto, inputs: Sequence[Input]) -> tuple[ir.Module, ir.Operation, ir.Block]:
    """Return a module with a function `@main` of these inputs, and its block."""
    module = ir.Module.create()
    module.operation.attributes["sym_name"] = ir.StringAttr.get(graph.name or "model")
    attributes: dict[str, ir.Attribute] = {"sym_name": ir.StringAttr.get("main"), "function_type": _type([], [])}
    with ir.InsertionPoint(module.body):
        main = ir.Operation.create("func.func", attributes=attributes, regions=1)
    types = [ir.RankedTensorType.get(list(item.shape), mlir_type(border(item.dtype))) for item in inputs]
    blocks: Any = main.regions[0].blocks
    block: ir.Block = blocks.append(*types, arg_locs=[ir.Location.name(item.name) for item in inputs])
    return module, main, block


def close_main(main: ir.Operation, block: ir.Block, arguments: Sequence[str], results: Sequence[str]) -> None:
    """Give `@main` the types of its block's arguments and of what that returns, and these names."""
    end: Any = block.operations[len(block.operations) - 1]
    kinds = [block.arguments[index].type for index in range(len(block.arguments))]
    main.attributes["function_type"] = _type(kinds, [value.type for value in end.operands])
    main.attributes["arg_attrs"] = _names(arguments)
    main.attributes["res_attrs"] = _names(results)


def compare_shape(declared: onnx.ValueInfoProto, found: list[int], *, frozen: bool) -> None:
    """Raise where an output has another shape than the declared one; warn if the user has frozen the inputs'."""
    if not declared.type.tensor_type.HasField("shape"):
        return
    dims = declared.type.tensor_type.shape.dim
    sizes = [dim.dim_value if dim.HasField("dim_value") and dim.dim_value >= 0 else -1 for dim in dims]
    if len(sizes) == len(found) and all(size in (-1, real) for size, real in zip(sizes, found, strict=True)):
        return
    expected = ", ".join("?" if size < 0 else str(size) for size in sizes)
    text = f"output '{declared.name}' has the shape [{expected}] in the model, but what is computed has {found}"
    if not frozen:
        raise ModelError(f"{text}; correct the model's output, or export it again")
    warnings.warn(text, TpuMlirWarning, stacklevel=2)


def needed(graph: onnx.GraphProto, wanted: set[str]) -> set[str]:
    """Return the names of the values that the wanted ones depend on, themselves included."""
    found = set(wanted)
    for proto in reversed(graph.node):
        if found.intersection(proto.output):
            found.update(name for name in proto.input if name)
            for attribute in proto.attribute:
                if attribute.HasField("g"):
                    found |= needed(attribute.g, {value.name for value in attribute.g.output})
    return found


def _type(arguments: Sequence[ir.Type], results: Sequence[ir.Type]) -> ir.TypeAttr:
    return ir.TypeAttr.get(ir.FunctionType.get(list(arguments), list(results)))


def _names(names: Sequence[str]) -> ir.ArrayAttr:
    return untyped.ArrayAttr.get([untyped.DictAttr.get({"top.name": ir.StringAttr.get(name)}) for name in names])
