"""Evaluates single nodes at import where all operands are known, with ONNX Runtime."""

from collections.abc import Sequence

import numpy as np
import onnx
from onnx import helper

from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import BFLOAT16, Array, onnx_type

_IR_VERSION = 10  # the newest that every supported ONNX Runtime reads; goes with opset 21


def fold(proto: onnx.NodeProto, operands: Sequence[Array | None], opset: int) -> list[Array]:
    """Return the results of a node; raises Unsupported with the runtime's reason where it cannot be evaluated.

    An operator that draws random numbers is not evaluated: its result is not a constant.
    """
    if proto.op_type.startswith(("Random", "Bernoulli", "Multinomial")):
        raise Unsupported(f"{proto.op_type} draws random numbers")
    feeds: dict[str, Array] = {}
    inputs: list[str] = []
    for index, array in enumerate(operands):
        inputs.append("" if array is None else f"in{index}")
        if array is not None:
            feeds[inputs[-1]] = array.astype(np.float32) if array.dtype == BFLOAT16 else np.asarray(array)
    node = onnx.NodeProto()
    node.CopyFrom(proto)
    del node.input[:], node.output[:]
    node.input.extend(inputs)
    node.output.extend(f"out{index}" if name else "" for index, name in enumerate(proto.output))
    results = [onnx.ValueInfoProto(name=name) for name in node.output if name]
    values = [helper.make_tensor_value_info(name, onnx_type(a.dtype), a.shape) for name, a in feeds.items()]
    graph = helper.make_graph([node], "fold", values, results)
    imports = [helper.make_opsetid("" if proto.domain == "ai.onnx" else proto.domain, opset)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=_IR_VERSION)
    try:
        found = Session(model).run(feeds)
    except SessionError as reason:
        raise Unsupported(f"constant {proto.op_type} cannot be evaluated: {reason}") from None
    if any(name and name not in found for name in node.output):
        raise Unsupported(f"constant {proto.op_type} gives a result that is not a tensor")
    return [found[name] if name else np.zeros(0, np.float32) for name in node.output]
