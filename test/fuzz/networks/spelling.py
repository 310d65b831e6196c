"""Nodes that the compiler computes in many steps, as the nodes of those steps: each of them may round."""

from collections.abc import Mapping

import numpy as np
import onnx
from onnx import numpy_helper
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.reference import to_onnx

FEW = 2  # operations that a node of its own stands for as well


def spelled_out(single: onnx.ModelProto, constants: Mapping[str, Array]) -> onnx.ModelProto | None:
    """Return a model of one node as what is imported of it; None where that is few operations, or nothing."""
    model = onnx.ModelProto()
    model.CopyFrom(single)
    inputs = [value for value in single.graph.input if value.name not in constants]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    model.graph.initializer.extend(numpy_helper.from_array(array, name) for name, array in constants.items())
    try:
        found = to_onnx(import_model(model))
    except ModelError:
        return None
    return found if len(found.graph.node) > FEW else None


def means_the_same(found: Array, expected: Array) -> bool:
    """Tell whether the steps' result is the node's own but for rounding, of which ONNX Runtime's DFT has the most."""
    if found.dtype.kind != "f":
        return np.array_equal(found, expected)
    finite = np.isfinite(expected)
    most = 1e-3 * float(np.abs(expected[finite]).max(initial=0)) + 1e-30
    return bool((np.abs(found[finite] - expected[finite]) <= most).all())
