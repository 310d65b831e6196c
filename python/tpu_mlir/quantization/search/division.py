"""Where a loss comes from: the network is divided into parts, each put in floats by itself, the best ones further."""

import heapq
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tpu_mlir.quantization.operations import Operation
from tpu_mlir.quantization.quality import Trials
from tpu_mlir.quantization.search.noise import own_noise
from tpu_mlir.quantization.search.prices import Prices
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.reference import Reference

PROBES = 3  # samples that parts are measured by
LEAST_PARTS = 6  # that are measured whatever it takes,
WORK = 4e11  # multiply-accumulates,
SESSIONS = 12000  # and operations in all that are
SUSPECTED = 6  # one of so many parts is an operation that adds much noise of its own, measured by itself from the first
NOISE = 0.02  # of all gains: a part that has less is not looked into


@dataclass(frozen=True, order=True)
class Part:
    """Operations, and minus what the outputs gain when these are in floats."""

    negated: float
    rank: int  # of its measurement: of equal losses the first comes first
    operations: tuple[Operation, ...] = field(compare=False)

    @property
    def gain(self) -> float:
        """By how much the loss becomes less; negative where it becomes more."""
        return -self.negated


def measured_parts(
    scheme: Scheme, candidates: Sequence[Operation], searched: Trials, most: int, tell: Callable[[int, int], None]
) -> list[Part]:
    """Return all candidates in parts, each with what the outputs gain when it is in floats.

    The gain is the sum of two measures: the loss when only the part is on integers, which is steady but may need steps
    that its neighbours spare it, and what the whole network loses less when only the part is in floats, which is what
    counts but jumps where the loss is large. tell: called with how many of how many parts are measured. Raises
    TpuMlirError.
    """
    probes = searched.some(PROBES)
    every = scheme.operations()
    limit = parts_within(sum(op.macs for op in every) * len(probes.feeds), len(every), most)
    noise = own_noise(scheme, probes.feeds[0])
    suspects = sorted(candidates, key=lambda op: -noise.get(op.name, 0.0))[: limit // SUSPECTED]
    others = [op for op in candidates if op not in suspects]

    whole = probes.loss(Reference(scheme.typed()).run)

    def measure(ops: Sequence[Operation]) -> float:
        alone = probes.loss(Reference(scheme.alone(ops)).run)
        less = whole - probes.loss(Reference(scheme.typed([op.name for op in ops])).run)
        return sum(value for value in (alone, less) if math.isfinite(value))

    rows = [*([op] for op in suspects), *([others] if others else [])]
    return list(divide(rows, measure, limit, lambda done: tell(done, limit)))


def parts_within(macs: int, operations: int, most: int) -> int:
    """Return how many parts may be measured, by what one takes: work is limited, not time."""
    return max(LEAST_PARTS, min(most, int(WORK / max(macs, 1)), SESSIONS // max(operations, 1)))


def divide(
    rows: Sequence[Sequence[Operation]],
    measure: Callable[[Sequence[Operation]], float],
    limit: int,
    tell: Callable[[int], None],
) -> Iterator[Part]:
    """Yield parts with their gains: rows, the best ones halved until they are single or `limit` is reached."""
    done = 0

    def part(rank: int, ops: Sequence[Operation]) -> Part:
        nonlocal done
        done += 1
        tell(done)
        return Part(-measure(ops), rank, tuple(ops))

    waiting = [part(index, row) for index, row in enumerate(rows)]
    heapq.heapify(waiting)
    least = NOISE * sum(max(part.gain, 0.0) for part in waiting)
    while waiting:
        best = heapq.heappop(waiting)
        if len(best.operations) == 1 or done + 2 > limit or best.gain < least:
            yield best
            continue
        middle = len(best.operations) // 2
        for ops in (best.operations[:middle], best.operations[middle:]):
            heapq.heappush(waiting, part(done, ops))


def price(part: Part, prices: Prices, least: float) -> float:
    """Return the share of the cycles that a part takes longer in floats, `least` added for each operation."""
    return sum(prices.share(op.name) + least for op in part.operations)


def by_worth(parts: Sequence[Part], prices: Prices, least: float) -> list[Part]:
    """Return the parts, those first that gain most for their price."""
    return sorted(parts, key=lambda part: -part.gain / price(part, prices, least))
