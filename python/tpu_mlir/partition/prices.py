"""What it takes to run nodes on the host: orders of magnitude, to tell a backbone from a handful of small nodes."""

from dataclasses import dataclass
from math import prod

from onnx import TensorProto, helper

from tpu_mlir.partition.survey import Tensor

HOST_MACS = 2e9  # 1/s, one thread of ONNX Runtime without fused operators
HOST_ELEMENTS = 2.5e8  # 1/s, read and written by other operators


@dataclass(frozen=True)
class Work:
    """What a node computes: multiply-accumulates, and elements that it reads and makes."""

    macs: int
    elements: int

    @property
    def on_host(self) -> float:
        """Seconds on the host."""
        return self.macs / HOST_MACS + self.elements / HOST_ELEMENTS


def elements(tensor: Tensor | None) -> int:
    """Return the elements of a tensor, 0 where the data decide."""
    shape = tensor.shape if tensor else None
    return 0 if shape is None or -1 in shape else prod(shape)


def size(tensor: Tensor) -> int:
    """Return the bytes of a tensor, 0 where the data decide."""
    return elements(tensor) * helper.tensor_dtype_to_np_dtype(tensor.element_type or TensorProto.FLOAT).itemsize
