"""Inputs for a network when the user has none at hand."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import numpy as np

from tpu_mlir.runtime.types import Array


class InputSpec(Protocol):
    """Name, static shape and element type of a network input."""

    @property
    def name(self) -> str: ...
    @property
    def shape(self) -> tuple[int, ...]: ...
    @property
    def dtype(self) -> np.dtype[Any]: ...


def random_feeds(inputs: Iterable[InputSpec], seed: int) -> Mapping[str, Array]:
    """Return seeded inputs: floats from the normal distribution, integers from 0 to 9, but
    bytes from 0 to 255 as pixels have, booleans."""
    rng = np.random.default_rng(seed)
    return {each.name: _random(rng, each.shape, each.dtype) for each in inputs}


def _random(rng: np.random.Generator, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    if dtype == np.uint8:
        return rng.integers(0, 256, shape, np.uint8)
    if dtype.kind in "iu":
        return rng.integers(0, 10, shape).astype(dtype)
    if dtype.kind == "b":
        return rng.integers(0, 2, shape).astype(dtype)
    return rng.standard_normal(shape).astype(dtype)
