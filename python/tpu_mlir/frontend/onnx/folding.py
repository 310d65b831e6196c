"""Evaluates single nodes at import where all operands are known, with ONNX Runtime."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

from tpu_mlir.frontend.onnx.limits import FoldedBytes
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.schemas.inference import SMALL, InferenceError, declare, result_types, small_model
from tpu_mlir.frontend.onnx.schemas.versions import domain_of, has_body, runtime_opset
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array, DType


def fold(proto: onnx.NodeProto, operands: Sequence[Array | None], opset: int, room: FoldedBytes) -> list[Array]:
    """Return the results of a node.

    Raises Unsupported where the node cannot be evaluated, with the runtime's reason, and for an operator that draws
    random numbers, whose result is not a constant; ModelError, before it runs, where its results have no room.
    """
    if proto.op_type.startswith(("Random", "Bernoulli", "Multinomial")):
        raise Unsupported(f"{proto.op_type} draws random numbers")
    what = f"constant {proto.op_type}"
    opset = runtime_opset(proto.op_type, opset, domain_of(proto))
    feeds = {f"in{index}": np.asarray(array) for index, array in enumerate(operands) if array is not None}
    node = onnx.NodeProto()
    node.CopyFrom(proto)
    del node.input[:], node.output[:]
    node.input.extend("" if array is None else f"in{index}" for index, array in enumerate(operands))
    node.output.extend(f"out{index}" if name else "" for index, name in enumerate(proto.output))
    types = _result_types(node, feeds, opset)
    is_foreign = node.domain not in ("", "ai.onnx") or has_body(node.op_type, opset)
    is_part = node.op_type in ("Slice", "Compress", "Unique")  # ONNX may not tell the shape
    size = sum(_bytes(tensor, feeds, what, is_foreign=is_foreign, is_part=is_part) for tensor in types.values())
    room.spend(size, what)
    try:
        found = _evaluate(node, feeds, types, opset)
    except SessionError as reason:
        raise Unsupported(f"{what} cannot be evaluated: {reason}") from None
    if any(name not in found for name in types):
        raise Unsupported(f"{what} gives a result that is not a tensor")
    return [found[name] if name else np.zeros(0, np.float32) for name in node.output]


def _result_types(node: onnx.NodeProto, feeds: Mapping[str, Array], opset: int) -> dict[str, onnx.TypeProto.Tensor]:
    """Return what ONNX infers of the results, for which it reads operands that are shapes."""
    fixed = {name: array for name, array in feeds.items() if array.size <= SMALL}
    others = [declare(name, array.dtype, array.shape) for name, array in feeds.items() if array.size > SMALL]
    try:
        return result_types(node, others, fixed, opset)
    except InferenceError as error:
        raise Unsupported(f"constant {node.op_type} cannot be evaluated: {error}") from None


def _bytes(
    tensor: onnx.TypeProto.Tensor, feeds: Mapping[str, Array], what: str, *, is_foreign: bool, is_part: bool
) -> int:
    """Return how many bytes a result takes; a dimension that depends on values is at most the operands' elements.

    `is_part`: of an operator that returns some elements of its operand.
    `is_foreign`: of an operator that ONNX does not have, or has as a function of others whose shape it may not tell,
    such as GroupNormalization; the importer evaluates those that make nothing larger.
    """
    most = sum(array.size for array in feeds.values())
    if not tensor.HasField("shape"):
        if not is_foreign:
            raise Unsupported(f"{what} cannot be evaluated: ONNX does not tell its shape")
        return most * 8
    dims = [dim.dim_value if dim.HasField("dim_value") else most for dim in tensor.shape.dim]
    if min(dims, default=0) < 0:
        raise Unsupported(f"{what} gives the shape {dims}, which no tensor has")
    count = min(math.prod(dims), most) if is_part else math.prod(dims)
    return count * (_dtype(tensor).itemsize if tensor.elem_type else 8)


def _evaluate(
    node: onnx.NodeProto, feeds: Mapping[str, Array], types: Mapping[str, onnx.TypeProto.Tensor], opset: int
) -> dict[str, Array]:
    """Return the results; types that the runtime's Python has no arrays of enter as constants and leave as f32.

    Where the runtime has no kernel for such a type either, the node is computed in f32 and its results are rounded.
    """
    exotic = {name for name, array in feeds.items() if not _is_native(array.dtype)}
    known = {name: _dtype(tensor) for name, tensor in types.items() if tensor.elem_type}
    rounded = {name: dtype for name, dtype in known.items() if not _is_native(dtype)}
    plain = [helper.make_node("Cast", [name], [f"{name}/f32"], to=TensorProto.FLOAT) for name in rounded]
    outputs = [f"{name}/f32" if name in rounded else name for name in types]
    fixed = {name: feeds[name] for name in exotic}
    others = {name: array for name, array in feeds.items() if name not in exotic}
    try:
        found = Session(_model([node, *plain], others, fixed, outputs, opset)).run(others)
    except SessionError:
        if not exotic:
            raise
        others = others | {name: array.astype(np.float32) for name, array in fixed.items()}
        found = Session(_model([node, *plain], others, {}, outputs, opset)).run(others)
    return {
        name: found[output].astype(rounded[name]) if name in rounded else found[output]
        for name, output in zip(types, outputs, strict=True)
        if output in found
    }


def _model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Mapping[str, Array],
    constants: Mapping[str, Array],
    outputs: Sequence[str],
    opset: int,
) -> onnx.ModelProto:
    declared = (declare(name, array.dtype, array.shape) for name, array in inputs.items())
    return small_model(nodes, declared, constants, outputs, opset)


def _dtype(tensor: onnx.TypeProto.Tensor) -> DType:
    return np.dtype(helper.tensor_dtype_to_np_dtype(tensor.elem_type))


def _is_native(dtype: DType) -> bool:
    """Tell whether NumPy itself has the type: bfloat16, the 8-bit floats and 4-bit integers are registered with it."""
    return dtype.isbuiltin != 2
