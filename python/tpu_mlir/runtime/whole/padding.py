"""Batches that no stage was compiled for: rows are added for one that is larger, and taken off its outputs again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir.errors import FeedError
from tpu_mlir.runtime.types import Array
from tpu_mlir.runtime.whole.feeding import Declared


@dataclass(frozen=True)
class Padding:
    """How many rows there are, along the first dimension, and how many the stage takes."""

    count: int
    batch: int

    def add(self, feeds: Mapping[str, Array], inputs: Sequence[Declared]) -> dict[str, Array]:
        """Return the feeds with their last row repeated, where an input takes more."""
        shapes = {each.name: each.shape for each in inputs}
        return {name: array if array.shape == shapes[name] else self._longer(array) for name, array in feeds.items()}

    def remove(
        self, outputs: Mapping[str, Array], declared: Sequence[Declared], stages: Sequence[Sequence[Declared]]
    ) -> dict[str, Array]:
        """Return the outputs without the rows that were added. Raises FeedError for one whose rows are not the batch's.

        One that has the same shape in all of several stages does not depend on the batch and stays whole.
        """
        found: dict[str, Array] = {}
        for place, each in enumerate(declared):
            shapes = {stage[place].shape for stage in stages}
            if len(stages) > 1 and len(shapes) == 1 and -1 not in each.shape:
                found[each.name] = outputs[each.name]
            elif each.shape[:1] == (self.batch,):
                found[each.name] = outputs[each.name][: self.count]
            else:
                raise FeedError(
                    f"output '{each.name}' has the shape {list(each.shape)}, expected one that begins with the batch "
                    f"of {self.batch}: rows that were added cannot be taken off; give a batch that a stage takes"
                )
        return found

    def _longer(self, array: Array) -> Array:
        return np.concatenate([array, np.repeat(array[-1:], self.batch - self.count, 0)])


def find_padding(
    stages: Sequence[Sequence[Declared]], feeds: Mapping[str, Array], wanted: int | None
) -> tuple[int, Padding] | None:
    """Return the stage of the smallest batch that feeds fit in, and how; None if one takes them as they are, or none.

    wanted: the only stage that may be taken.
    """
    found: list[tuple[int, int, Padding]] = []
    for number, inputs in enumerate(stages):
        pairs = [(feeds[each.name].shape, each.shape) for each in inputs if each.name in feeds]
        if wanted not in (None, number) or len(pairs) != len(inputs) or len(feeds) != len(inputs):
            continue
        differing = {(given[:1], taken[:1]) for given, taken in pairs if given != taken}
        if not differing:
            return None
        is_row = all(given[1:] == taken[1:] and len(given) == len(taken) > 0 for given, taken in pairs)
        if len(differing) == 1 and is_row:
            ((count,), (batch,)) = differing.pop()
            if 0 < count < batch:
                found.append((batch, number, Padding(count, batch)))
    if not found:
        return None
    _, number, padding = min(found, key=lambda each: each[:2])
    return number, padding
