"""How far a bmodel's tensors are from ONNX Runtime's, layer by layer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from tpu_mlir.runtime.session import RunResult, Session
from tpu_mlir.runtime.types import Array, bmodel_type


@dataclass(frozen=True)
class LayerError:
    """The distance of one tensor from the reference.

    `relative` is |bmodel - onnx| / |onnx| in the 2-norm, `largest` the largest absolute difference of an element,
    `cosine` the cosine of the angle between both. A tensor with other infinities or NaNs than the reference has
    `relative` infinite.
    """

    name: str
    data_type: str
    shape: tuple[int, ...]
    is_output: bool
    relative: float
    largest: float
    cosine: float


def distance(value: Array, reference: Array) -> tuple[float, float, float]:
    """Return (relative, largest, cosine) as LayerError defines them; both arrays have as many elements."""
    a = value.astype(np.float64).reshape(-1)
    b = reference.astype(np.float64).reshape(-1)
    special = ~np.isfinite(b)
    if not np.array_equal(a[special], b[special], equal_nan=True) or not np.isfinite(a[~special]).all():
        return float("inf"), float("inf"), float("nan")
    a, b = a[~special], b[~special]
    difference = float(np.linalg.norm(a - b))
    norm_a, norm_b = float(np.linalg.norm(a)), float(np.linalg.norm(b))
    if difference == 0.0:
        return 0.0, 0.0, 1.0
    relative = difference / norm_b if norm_b else float("inf")
    cosine = float(a @ b) / (norm_a * norm_b) if norm_a and norm_b else 0.0
    return relative, float(np.abs(a - b).max()), cosine


class Quantised(Protocol):
    """What a bmodel says of the integers of a tensor."""

    @property
    def scale(self) -> float: ...
    @property
    def zero_point(self) -> int: ...


def real_values(stored: Array, tensor: Quantised) -> Array:
    """Return what the elements stand for: of 8-bit integers (q - zero point) * scale, others as they are."""
    if stored.dtype.itemsize > 1:
        return stored
    return (stored.astype(np.float64) - tensor.zero_point) * tensor.scale


def named_values(session: Session, result: RunResult, stage: int = 0) -> dict[str, tuple[str, Array]]:
    """Return the outputs and inner tensors of a run, {name: (element type as stored, value)}."""
    inner = {record.tensor.name: record.tensor for record in session.stage(stage).tensor_table()}
    values = {name: (_type(stored), real_values(stored, inner[name])) for name, stored in result.tensors.items()}
    outputs = {tensor.name: tensor for tensor in session.stage(stage).outputs}
    return values | {
        name: (_type(stored), real_values(stored, outputs[name])) for name, stored in result.outputs.items()
    }


def _type(value: Array) -> str:
    """Return the element type as bmodels name it."""
    return bmodel_type(value.dtype) or str(value.dtype)


def compare_tensors(
    values: Mapping[str, tuple[str, Array]], references: Mapping[str, Array], outputs: frozenset[str]
) -> list[LayerError]:
    """Return the distances, worst first, of tensors {name: (element type, value)} that the reference has, too.

    A tensor with another number of elements than its reference counts as infinitely wrong.
    """
    errors: list[LayerError] = []
    for name, (data_type, value) in values.items():
        if name not in references:
            continue
        reference = references[name]
        same = value.size == reference.size
        relative, largest, cosine = distance(value, reference) if same else (float("inf"), float("inf"), float("nan"))
        errors.append(LayerError(name, data_type, value.shape, name in outputs, relative, largest, cosine))
    return sorted(errors, key=lambda error: -error.relative)
