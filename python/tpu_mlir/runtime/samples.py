"""Inputs for a network when the user has none at hand."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from tpu_mlir.errors import FeedError
from tpu_mlir.runtime.files import MOST_BYTES
from tpu_mlir.runtime.types import Array


class InputSpec(Protocol):
    """Name, static shape and element type of a network input."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...


def random_feeds(inputs: Iterable[InputSpec], seed: int, limit: int = MOST_BYTES) -> Mapping[str, Array]:
    """Return seeded inputs: floats from the normal distribution, integers from 0 to 9, but
    bytes from 0 to 255 as pixels have, booleans. Raises FeedError for more than `limit` bytes."""
    rng = np.random.default_rng(seed)
    inputs = list(inputs)
    total = sum(math.prod(each.shape) * each.dtype.itemsize for each in inputs)
    if total > limit:
        raise FeedError(f"random inputs would take {total} bytes, more than the limit of {limit}; give a file")
    return {each.name: _random(rng, each.shape, each.dtype) for each in inputs}


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    if dtype == np.uint8:
        return rng.integers(0, 256, shape, np.uint8)
    if dtype.kind in "iu":
        return rng.integers(0, 10, shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)
