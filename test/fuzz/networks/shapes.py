"""Random shapes: odd sizes, ones, and large dimensions, bounded in elements."""

import math
from collections.abc import Sequence

import numpy as np

ELEMENTS = 4096  # of a tensor that a graph starts from; results may have some times as many
SIZES = (1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31, 33, 64, 65, 100, 127, 129, 257, 513, 1000, 2049)
SMALL = 10  # so many of the sizes are taken mostly


def size(random: np.random.Generator, limit: int) -> int:
    """Return a size of at most `limit`, mostly a small one."""
    choice = SIZES if random.random() < 0.15 else SIZES[:SMALL]
    return min(int(random.choice(choice)), max(limit, 1))


def shape(random: np.random.Generator, rank: int, limit: int = ELEMENTS) -> tuple[int, ...]:
    """Return a shape of some rank with at most `limit` elements."""
    found: list[int] = []
    for _ in range(rank):
        found.append(size(random, limit // math.prod(found)))
    return tuple(int(item) for item in random.permutation(found))


def partner(random: np.random.Generator, base: Sequence[int]) -> tuple[int, ...]:
    """Return a shape that broadcasts with another: leading dimensions left out, some of 1."""
    kept = base[int(random.integers(len(base) + 1)) if random.random() < 0.4 else 0 :]
    return tuple(1 if random.random() < 0.3 else dim for dim in kept)


def factors(random: np.random.Generator, total: int, count: int) -> tuple[int, ...]:
    """Return `count` sizes whose product is `total`."""
    found = [1] * count
    rest, prime = total, 2
    while rest > 1 and count:
        if rest % prime:
            prime += 1 if prime * prime <= rest else rest - prime
        else:
            found[int(random.integers(count))] *= prime
            rest //= prime
    return tuple(found)


def axes(random: np.random.Generator, rank: int) -> list[int]:
    """Return some axes of a tensor, at least one, part of them counted from the end."""
    count = int(random.integers(1, rank + 1))
    chosen = random.permutation(rank)[:count].tolist()
    return [axis - rank if random.random() < 0.4 else axis for axis in chosen]
