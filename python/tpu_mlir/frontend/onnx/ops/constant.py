"""Values known at compile time: constants, and what follows from shapes, which are all static."""

import numpy as np

from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import ONLY_CONSTANT, Imported, importer
from tpu_mlir.frontend.onnx.values import Constant


@importer("Constant", 1, 9, 11, 12, 13, 19, 21, only="numbers, not strings or sparse tensors")
def constant(n: Node) -> Imported:
    """Import a constant in any of its spellings."""
    if n.given("value"):
        array = n.tensor_attr("value")
    elif n.given("value_float"):
        array = np.array(n.float_attr("value_float"), np.float32)
    elif n.given("value_floats"):
        array = np.array(n.floats_attr("value_floats"), np.float32)
    elif n.given("value_int"):
        array = np.array(n.int_attr("value_int"), np.int64)
    elif n.given("value_ints"):
        array = np.array(n.ints_attr("value_ints"), np.int64)
    else:
        raise Unsupported(
            "Constant expects value, value_float(s) or value_int(s); strings and sparse are not supported"
        )
    return Constant(array, n.outputs[0])


@importer("Shape", 1, 13, 15, 19, 21)
def shape(n: Node) -> Imported:
    """Import the shape of a tensor, or the part of it from `start` to `end`."""
    sizes = n.shape(0)
    chosen = sizes[n.int_attr("start", 0) : n.int_attr("end", len(sizes))]
    return Constant(np.array(chosen, np.int64), n.outputs[0])


@importer("Size", 1, 13, 19, 21)
def size(n: Node) -> Imported:
    """Import the number of elements of a tensor."""
    return Constant(np.array(np.prod(n.shape(0), dtype=np.int64)), n.outputs[0])


@importer("EyeLike", 9)
def eye_like(n: Node) -> Imported:
    """Import a matrix with ones on one diagonal, of the shape of another."""
    if n.rank(0) != 2:
        raise Unsupported(f"EyeLike expects a matrix, found {n.rank(0)} dimensions")
    rows, columns = n.shape(0)
    dtype = n.dtype_attr("dtype") if n.given("dtype") else n.dtype(0)
    return Constant(np.eye(rows, columns, max(-rows, min(n.int_attr("k", 0), columns)), dtype), n.outputs[0])


@importer("ConstantOfShape", 9, 20, 21, only=ONLY_CONSTANT)
@importer("Range", 11, 27, only=ONLY_CONSTANT)
@importer("NonZero", 9, 13, only=ONLY_CONSTANT)
def shape_from_data(n: Node) -> Imported:
    """Refuse an operator whose result shape depends on what the network computes; with constants it is folded."""
    raise Unsupported(f"{n.op} gives a shape that depends on the network's inputs, expected constant operands")


@importer("If", 1, 11, 13, 16, 19, 21, only="with a constant condition")
def choice(n: Node) -> Imported:
    """Refuse an If that is decided at run time; with a constant condition the importer inlines the branch."""
    raise Unsupported("If expects a constant condition, found one that is computed from the inputs")


@exporter("weight")
def export_weight(e: Exported) -> None:
    """Write an initializer under the name of the value."""
    e.graph.initializer(e.elements_attr("value"), e.outputs[0])
