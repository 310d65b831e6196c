"""Decides the shape of each network input: that of the model, with the open dimensions frozen by the user."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import onnx

from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.limits import check_elements
from tpu_mlir.frontend.onnx.tensors import DType, onnx_numpy_type


@dataclass(frozen=True)
class Input:
    """A network input: its name, static shape and the element type that the user feeds."""

    name: str
    shape: tuple[int, ...]
    dtype: DType


Dim = int | str  # a size, or the name of an open dimension ("" where it has none)


def resolve(graph: onnx.GraphProto, given: Mapping[str, Sequence[int]]) -> list[Input]:
    """Return the inputs in the model's order, without those that are initializers.

    `given` maps names to full shapes. A named dimension has one size in the whole model, so giving it for one input
    is enough. Raises one error that lists every problem.
    """
    constants = {tensor.name for tensor in graph.initializer} | {s.values.name for s in graph.sparse_initializer}
    declared = {value.name: value for value in graph.input if value.name not in constants}
    problems = [_unknown(name, declared) for name in given if name not in declared]
    shapes: dict[str, list[Dim] | None] = {name: _declared_shape(value) for name, value in declared.items()}
    sizes: dict[str, int] = {}
    for name, shape in given.items():
        if name in declared:
            problems += _bind(name, shapes[name], shape, sizes)
    results: list[Input] = []
    for name, value in declared.items():
        dtype = onnx_numpy_type(value.type.tensor_type.elem_type, f"input '{name}'")
        shape = _static(shapes[name], given.get(name), sizes)
        if shape is None:
            problems.append(_open(name, shapes[name]))
        else:
            results.append(Input(name, shape, dtype))
    if problems:
        raise ModelError("; ".join(problems))
    for item in results:
        check_elements(item.shape, f"input '{item.name}'")
    return results


def _declared_shape(value: onnx.ValueInfoProto) -> list[Dim] | None:
    """Return the shape in the model; some exporters write -1 for an open dimension."""
    if not value.type.HasField("tensor_type"):
        kind = value.type.WhichOneof("value") or "no type"
        raise ModelError(f"input '{value.name}' is expected to be a tensor, found {kind.removesuffix('_type')}")
    tensor = value.type.tensor_type
    if not tensor.HasField("shape"):
        return None
    return [
        dim.dim_value if dim.HasField("dim_value") and dim.dim_value >= 0 else dim.dim_param for dim in tensor.shape.dim
    ]


def _bind(name: str, declared: list[Dim] | None, shape: Sequence[int], sizes: dict[str, int]) -> list[str]:
    """Check a given shape against the declared one and note the sizes of named dimensions."""
    text = "x".join(map(str, shape))
    if any(size < 0 for size in shape):
        return [f"shape {text} given for input '{name}' is expected to have dimensions of at least 0"]
    if declared is None:
        return []
    if len(declared) != len(shape):
        return [f"input '{name}' has rank {len(declared)}, but the shape {text} given for it has rank {len(shape)}"]
    problems: list[str] = []
    for axis, (dim, size) in enumerate(zip(declared, shape, strict=True)):
        known = dim if isinstance(dim, int) else sizes.setdefault(dim, size) if dim else size
        if known != size:
            reason = "is fixed to" if isinstance(dim, int) else f"is '{dim}', already set to"
            problems.append(f"dimension {axis} of input '{name}' {reason} {known} in the model, but {size} was given")
    return problems


def _static(declared: list[Dim] | None, given: Sequence[int] | None, sizes: dict[str, int]) -> tuple[int, ...] | None:
    if given is not None:
        return tuple(given)
    if declared is None:
        return None
    shape = [dim if isinstance(dim, int) else sizes.get(dim) for dim in declared]
    known = tuple(size for size in shape if size is not None)
    return known if len(known) == len(shape) else None


def _unknown(name: str, declared: Mapping[str, object]) -> str:
    return f"a shape was given for '{name}', but the inputs of the model are {', '.join(map(repr, declared)) or 'none'}"


def _open(name: str, declared: list[Dim] | None) -> str:
    if declared is None:
        return f"input '{name}' has no shape in the model; give it with --input-shape {name}:<d0>x<d1>x..."
    axes = [(axis, dim) for axis, dim in enumerate(declared) if isinstance(dim, str)]
    found = ", ".join(f"{axis} ('{dim}')" if dim else str(axis) for axis, dim in axes)
    pattern = "x".join(
        str(dim) if isinstance(dim, int) else f"<{dim or f'd{axis}'}>" for axis, dim in enumerate(declared)
    )
    noun = "dimension" if len(axes) == 1 else "dimensions"
    return f"input '{name}' leaves {noun} {found} open; give the shape with --input-shape {name}:{pattern}"
