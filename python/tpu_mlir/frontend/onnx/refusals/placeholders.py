"""Stand-ins for what cannot be imported, so that all that cannot is found at once."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.schemas.inference import SMALL, InferenceError, names_read, result_types
from tpu_mlir.frontend.onnx.tensors import Array, is_float, mlir_type, onnx_numpy_type
from tpu_mlir.frontend.onnx.values import Constant, Missing, Value, type_of


class Placeholders:
    """Further arguments of a function, each for a value that a refused node computes.

    `read` has the floats that such nodes read: without a use, passes would take what computes them for dead.
    """

    def __init__(self, block: ir.Block) -> None:
        self._block = block
        self.names: list[str] = []
        self.read: dict[str, ir.Value] = {}

    def argument(self, name: str, kind: ir.Type) -> ir.Value:
        """Return a new argument."""
        self.names.append(name)
        block: Any = self._block  # its stub lacks the method
        return block.add_argument(kind, ir.Location.name(name))

    def results(
        self,
        proto: onnx.NodeProto,
        live: Iterable[str],
        scope: Mapping[str, Value],
        opset: int,
        declared: Mapping[str, onnx.TypeProto.Tensor],
    ) -> dict[str, Value]:
        """Return an argument for each result that is used, Missing for one whose shape ONNX does not tell.

        `declared` tells of those of registered operators.
        """
        inputs: list[onnx.ValueInfoProto] = []
        constants: dict[str, Array] = {}
        for name in dict.fromkeys(names_read(proto)):
            item = scope.get(name)
            if isinstance(item, Constant) and item.array.size <= SMALL:
                constants[name] = item.array.astype(np.float32) if is_float(item.array.dtype) else item.array
            elif item is not None:
                inputs.append(onnx.ValueInfoProto(name=name, type=type_of(item)))
            if isinstance(item, ir.Value) and ir.F32Type.isinstance(ir.RankedTensorType(item.type).element_type):
                self.read[name] = item
        try:
            types = result_types(proto, inputs, constants, opset)
        except (InferenceError, ModelError, ValueError):  # the second of a type that ONNX lacks, the last of damage
            types = {}
        types |= declared
        return {name: self._result(name, types.get(name)) for name in live}

    def _result(self, name: str, found: onnx.TypeProto.Tensor | None) -> Value:
        missing = Missing(onnx.TypeProto(tensor_type=found))
        if found is None or not found.elem_type or not found.HasField("shape"):
            return missing
        dims = found.shape.dim
        shape = [dim.dim_value for dim in dims]
        try:
            dtype = onnx_numpy_type(found.elem_type, f"'{name}'")
            check_elements(shape, f"'{name}'")
        except ModelError:
            return missing
        if not all(dim.HasField("dim_value") for dim in dims):
            return missing
        inner = np.dtype(np.float32) if is_float(dtype) else dtype
        return self.argument(name, ir.RankedTensorType.get(shape, mlir_type(inner)))
