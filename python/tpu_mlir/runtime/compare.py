"""How far a bmodel's tensors are from ONNX Runtime's, layer by layer."""

import math
from collections.abc import Mapping, Sequence
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


def told_apart(found: float, bound: float, digits: int = 3) -> tuple[str, str]:
    """Return two numbers with digits enough that rounding does not change which is larger."""
    for count in range(digits, 17):
        texts = f"{found:.{count}g}", f"{bound:.{count}g}"
        a, b = map(float, texts)
        if (a < b, a > b) == (found < bound, found > bound):
            return texts
    return repr(found), repr(bound)


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


@dataclass(frozen=True)
class NamedValue:
    """A tensor of a bmodel: the element type that it is stored in, what the elements stand for, and their order.

    order: the ONNX tensor is the stored one with its dimensions permuted by it; empty for its own order. integers: the
    elements themselves, of a tensor in 8 bits.
    """

    data_type: str
    value: Array
    order: tuple[int, ...] = ()
    integers: Array | None = None

    def beside(self, reference: Array) -> Array | None:
        """Return the value as the ONNX tensor of that name; None if it is stored in another way.

        That is with another number of elements or dimensions, or, of a tensor that the model quantizes, as numbers.
        """
        value, shape = self.value, reference.shape
        if reference.dtype.kind in "iu" and reference.dtype.itemsize == 1:
            value = self.integers
        if value is None or value.size != reference.size or len(self.order) not in (0, len(shape)):
            return None
        if not self.order:
            return value.reshape(shape)
        stored = [0] * len(shape)
        for size, source in zip(shape, self.order, strict=True):
            stored[source] = size
        return value.reshape(stored).transpose(self.order)


def named_values(session: Session, result: RunResult, stage: int = 0) -> dict[str, NamedValue]:
    """Return the outputs and inner tensors of a run by name."""
    found: dict[str, NamedValue] = {}
    networks = [part.stage for part in session.networks(stage)]
    for record in (record for network in networks for record in network.tensor_table()):
        stored = result.tensors.get(record.tensor.name)
        if stored is not None:
            found[record.tensor.name] = named_value(stored, record.tensor, record.order)
    made = {tensor.name: tensor for network in networks for tensor in network.outputs}
    for name, value in result.outputs.items():
        found[name] = named_value(value, made[name]) if name in made else NamedValue(_type(value), value)
    return found


def named_value(stored: Array, tensor: Quantised, order: Sequence[int] = ()) -> NamedValue:
    """Return a tensor as a bmodel stores it."""
    integers = stored if stored.dtype.itemsize == 1 else None
    return NamedValue(_type(stored), real_values(stored, tensor), tuple(order), integers)


def _type(value: Array) -> str:
    """Return the element type as bmodels name it."""
    return bmodel_type(value.dtype) or str(value.dtype)


def compare_tensors(
    values: Mapping[str, NamedValue], references: Mapping[str, Array], outputs: frozenset[str]
) -> list[LayerError]:
    """Return the distances, worst first, of the tensors that the reference has, too.

    An output with another number of elements than its reference counts as infinitely wrong; an inner tensor with
    others is stored in another way and cannot be compared.
    """
    errors: list[LayerError] = []
    for name, named in values.items():
        if name not in references:
            continue
        arranged = named.beside(references[name])
        if arranged is None and name not in outputs:
            continue
        relative, largest, cosine = (math.inf, math.inf, math.nan)
        if arranged is not None:
            relative, largest, cosine = distance(arranged, references[name])
        errors.append(
            LayerError(name, named.data_type, references[name].shape, name in outputs, relative, largest, cosine)
        )
    return sorted(errors, key=lambda error: -error.relative)
