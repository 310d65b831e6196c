"""Inputs for a network when the user has none at hand."""

import math
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np

from tpu_mlir.errors import FeedError
from tpu_mlir.runtime.types import Array

_PIECE = 1 << 20  # elements
_INTEGERS = 10  # below it are numbers of unknown meaning
_MOST_ROWS = 1 << 20  # of a table; larger limits are those of sums
_MOST_BYTES = 1 << 30  # to draw them takes some seconds; no network of use takes more


class InputSpec(Protocol):
    """Name, static shape and element type of a network input."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...


def random_feeds(
    inputs: Iterable[InputSpec],
    seed: int,
    limit: int = _MOST_BYTES,
    index_limits: Mapping[str, int] = MappingProxyType({}),
) -> Mapping[str, Array]:
    """Return seeded inputs: floats from the normal distribution, integers from 0 to 9, but
    bytes from 0 to 255 as pixels have and indices to below their limit (that of a table), booleans.

    Raises FeedError for more than `limit` bytes.
    """
    rng = np.random.default_rng(seed)
    inputs = list(inputs)
    total = sum(math.prod(each.shape) * each.dtype.itemsize for each in inputs)
    if total > limit:
        raise FeedError(f"random inputs would take {total} bytes, more than the limit of {limit}; give a file")
    below = {name: rows for name, rows in index_limits.items() if rows < _MOST_ROWS}
    return {each.name: _random(rng, each.shape, each.dtype, below.get(each.name, _INTEGERS)) for each in inputs}


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any], below: int) -> Array:
    """Return random elements, drawn piece by piece: NumPy draws in wider types than most inputs have."""
    array = np.empty(shape, dtype)
    flat = array.reshape(-1)
    for start in range(0, flat.size, _PIECE):
        piece = flat[start : start + _PIECE]
        piece[:] = _draw(rng, piece.size, dtype, below)
    return array


def _draw(rng: np.random.Generator, count: int, dtype: np.dtype[Any], below: int) -> Array:
    if dtype == np.uint8:
        return rng.integers(0, 256, count, np.uint8)
    if dtype.kind in "iu":
        return rng.integers(0, below, count)
    if dtype.kind == "b":
        return rng.integers(0, 2, count)
    return rng.standard_normal(count)
