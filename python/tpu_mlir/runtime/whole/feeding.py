"""The caller's arrays against what a model takes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tpu_mlir.errors import FeedError
from tpu_mlir.runtime.types import Array, bmodel_type, numpy_type


@dataclass(frozen=True)
class Declared:
    """An input or output as the model's author declared it; -1 for sizes that the data decide."""

    name: str
    data_type: str
    shape: tuple[int, ...]


def choose_stage(
    model: str, stages: Sequence[Sequence[Declared]], feeds: Mapping[str, Array], wanted: int | None
) -> int:
    """Return the stage that takes these feeds: the one that is wanted, or the first. Raises FeedError."""
    if wanted is not None and not 0 <= wanted < len(stages):
        raise FeedError(f"network '{model}' has no stage {wanted}; its stages count from 0 to {len(stages) - 1}")
    fitting = [number for number, inputs in enumerate(stages) if _fits(inputs, feeds)]
    chosen = wanted if wanted is not None else next(iter(fitting), 0)
    _check_names(model, stages[chosen], feeds)
    if wanted is not None or len(stages) == 1:
        _check_shapes(stages[chosen], feeds)
    elif not fitting:
        shapes = "".join(f"\n  {_shapes(inputs)}" for inputs in stages)
        raise FeedError(f"no stage of network '{model}' takes the shapes given; it was compiled for:{shapes}")
    return chosen


def converted(inputs: Iterable[Declared], feeds: Mapping[str, Array]) -> dict[str, Array]:
    """Return the feeds in the types of the inputs. Raises FeedError where that is more than a matter of width."""
    types = {each.name: numpy_type(each.data_type) for each in inputs}
    found: dict[str, Array] = {}
    for name, array in feeds.items():
        wanted = types.get(name, array.dtype)
        if array.dtype != wanted and not (_is_integer(array.dtype) and _is_integer(wanted)):
            given = bmodel_type(array.dtype)
            if given is None and bmodel_type(wanted):
                raise FeedError(f"input '{name}' has the element type {array.dtype}, which no bmodel takes")
            kind = next(each.data_type for each in inputs if each.name == name)
            raise FeedError(f"input '{name}': expected element type {kind}, but found {given or array.dtype}")
        found[name] = exactly(f"input '{name}'", array, wanted)
    return found


def exactly(what: str, array: Array, dtype: np.dtype[Any]) -> Array:
    """Return an array in another type. Raises FeedError if a number does not fit: an integer, or a float's range."""
    with np.errstate(over="ignore"):
        made = array.astype(dtype, copy=False)
    are_reals = dtype.kind == array.dtype.kind == "f"
    fits = np.array_equal(np.isinf(made), np.isinf(array)) if are_reals else np.array_equal(made, array)
    if not fits and (are_reals or dtype.kind in "iu"):
        raise FeedError(f"{what} holds numbers that {dtype} cannot represent")
    return made


def _is_integer(dtype: np.dtype[Any]) -> bool:
    return dtype.kind in "iu"


def _fits(inputs: Iterable[Declared], feeds: Mapping[str, Array]) -> bool:
    return all(each.name in feeds and feeds[each.name].shape == each.shape for each in inputs)


def _check_names(model: str, inputs: Sequence[Declared], feeds: Mapping[str, Array]) -> None:
    known = ", ".join(f"'{each.name}'" for each in inputs) or "none"
    for each in inputs:
        if each.name not in feeds:
            given = ", ".join(f"'{name}'" for name in feeds) or "none"
            raise FeedError(
                f"input '{each.name}' of network '{model}' is missing; its inputs are {known}, those given are {given}"
            )
    for name in feeds.keys() - {each.name for each in inputs}:
        raise FeedError(f"network '{model}' has no input '{name}'; its inputs are {known}")


def _check_shapes(inputs: Iterable[Declared], feeds: Mapping[str, Array]) -> None:
    for each in inputs:
        found = feeds[each.name].shape
        if found != each.shape:
            raise FeedError(f"input '{each.name}': expected shape {list(each.shape)}, but found {list(found)}")


def _shapes(inputs: Iterable[Declared]) -> str:
    return ", ".join(f"'{each.name}' {list(each.shape)}" for each in inputs)
