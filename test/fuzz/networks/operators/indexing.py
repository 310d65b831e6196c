"""Elements chosen, put and ordered by constant indices."""

import numpy as np
from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes
from tpu_mlir.frontend.onnx.tensors import Array


def _tuples(d: Draft, shape: tuple[int, ...], *outer: int) -> Array:
    """Return [outer.., width] indices into the first `width` dimensions of a shape."""
    width = d.integer(1, len(shape))
    return np.stack([d.random.integers(-size, size, outer) for size in shape[:width]], -1)


@writes("GatherND")
def gather_nd(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 4))
    return d.emit(op, [x, d.parameter(_tuples(d, d.values[x].shape, *[d.integer(1, 5)] * d.integer(0, 2)))])


@writes("ScatterND")
def scatter_nd(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 4))
    shape, how = d.values[x].shape, _reduction(d)
    indices = _tuples(d, shape, d.integer(1, 9))
    if not how:  # which of equal ones counts is open
        indices = np.unique(indices % np.array(shape[: indices.shape[-1]]), axis=0)
    updates = d.fresh((*indices.shape[:-1], *shape[indices.shape[-1] :]))
    return d.emit(op, [x, d.parameter(indices), updates], **how)


@writes("Scatter", "ScatterElements")
def scatter_elements(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 4))
    shape = d.values[x].shape
    axis, how = d.integer(0, len(shape) - 1), _reduction(d) if op == "ScatterElements" else {}
    sizes = [d.integer(1, size) for size in shape]
    indices = d.random.permuted(np.broadcast_to(_line(shape, axis), shape), axis=axis)[tuple(map(slice, sizes))]
    return d.emit(op, [x, d.parameter(indices), d.fresh(sizes)], axis=axis, **how)


def _line(shape: tuple[int, ...], axis: int) -> Array:
    return np.arange(shape[axis]).reshape([-1 if place == axis else 1 for place in range(len(shape))])


def _reduction(d: Draft) -> dict[str, object]:
    if d.opset < 16 or d.chance(0.5):
        return {}
    return {"reduction": d.choice(["add", "mul", "max", "min"] if d.opset >= 18 else ["add", "mul"])}


@writes("ReverseSequence")
def reverse_sequence(d: Draft, op: str) -> list[str]:
    x = d.floats((2, 4))
    steps, batch = d.values[x].shape[:2]
    return d.emit(op, [x, d.parameter(d.random.integers(1, steps + 1, batch))])


@writes("OneHot")
def one_hot(d: Draft, op: str) -> list[str]:
    x = d.floats((0, 3))
    places = d.emit("Round", [x]) if d.opset >= 11 else d.emit("Floor", [x])
    values = d.fresh((2,), -2, 2)
    return d.emit(op, [*places, d.parameter([d.integer(1, 9)], np.float32), values], axis=-1) if places else []
