"""The few operations that stay floats by default: those whose 8 bits cost the outputs most, for the time they take."""

import heapq
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from tpu_mlir.quantization.operations import Operation
from tpu_mlir.quantization.prices import Prices
from tpu_mlir.quantization.quality import Trials
from tpu_mlir.quantization.scheme import Scheme
from tpu_mlir.reference import Reference

GOOD = 1e-3  # loss of an output that needs no protection: a centred cosine of 0.9995
WORTH = 0.8  # of the loss: more must not be left, or the floats are not worth it
SLOWER = 0.1  # of the cycles: what the floats may take by their price
FEW = 0.1  # of the operations
PARTS = 24  # parts that are measured at most,
WORK = 4e11  # and multiply-accumulates in all of them
PROBES = 2  # samples of each
VERIFIED = 6  # choices that are measured on the samples held out
NOISE = 0.02  # of the whole loss: a part that costs less is not looked into

Tell = Callable[[str, int, int], None]


@dataclass(frozen=True, order=True)
class Part:
    """Operations in a row and minus the loss when only they are on integers."""

    negated: float
    start: int
    operations: tuple[Operation, ...] = field(compare=False)

    @property
    def loss(self) -> float:
        return -self.negated


@dataclass(frozen=True)
class Protection:
    """The operations that stay floats, and the outputs' loss on samples held out, without and with that."""

    floats: tuple[str, ...]
    before: float
    after: float


def protect(
    scheme: Scheme,
    searched: Trials,
    held: Trials,
    *,
    prices: Prices | None = None,
    tell: Tell = lambda what, done, total: None,
) -> Protection:
    """Choose the operations that stay floats though they could be on integers; none where the loss is small.

    The loss is divided: operations in a row are quantized alone, the worst rows are halved, and so on, PARTS times at
    most. The parts that lose most for the cycles that they take in floats then stay floats, as far as the loss on
    samples that the search has not seen becomes less, and as few as do. Raises TpuMlirError.
    """

    def loss(floats: Sequence[str], trials: Trials = held) -> float:
        return trials.loss(Reference(scheme.typed(floats)).run)

    before = loss(())
    candidates = scheme.candidates()
    if before <= GOOD or not candidates:
        return Protection((), before, before)
    probes = searched.some(PROBES)
    limit = parts_within(sum(op.macs for op in scheme.operations()) * len(probes.feeds))
    parts = list(divide(candidates, lambda ops: probes.loss(Reference(scheme.alone(_names(ops))).run), limit, tell))
    prices = prices or Prices.of(scheme, candidates)
    order = affordable(parts, prices, len(candidates))
    while True:
        found = _fewest(order, before, loss, lambda done: tell("protecting", limit + done, limit + VERIFIED))
        if not found.floats or scheme.cycles(found.floats) <= (1 + SLOWER) * prices.on_integers:
            return found
        order = found.floats[: len(found.floats) // 2]


def parts_within(macs: int) -> int:
    """Return how many parts may be measured, by the multiply-accumulates of one: work is limited, not time."""
    return max(6, min(PARTS, int(WORK / max(macs, 1))))


def divide(
    candidates: Sequence[Operation], measure: Callable[[Sequence[Operation]], float], limit: int, tell: Tell
) -> Iterator[Part]:
    """Yield parts with their losses, the worst ones halved until they are single operations or `limit` is reached."""
    done = 0

    def part(start: int, ops: Sequence[Operation]) -> Part:
        nonlocal done
        done += 1
        tell("protecting", done, limit + VERIFIED)
        return Part(-measure(ops), start, tuple(ops))

    waiting = [part(0, candidates)]
    least = NOISE * waiting[0].loss
    while waiting:
        worst = heapq.heappop(waiting)
        if len(worst.operations) == 1 or done + 2 > limit or worst.loss < least:
            yield worst
            continue
        middle = len(worst.operations) // 2
        for start, ops in ((0, worst.operations[:middle]), (middle, worst.operations[middle:])):
            heapq.heappush(waiting, part(worst.start + start, ops))


def affordable(parts: Sequence[Part], prices: Prices, count: int) -> list[str]:
    """Return the operations of parts that lose most for their price, as many as SLOWER and FEW allow."""
    least = SLOWER / max(count, 1)  # nothing is free: it is converted to floats and back

    def price(part: Part) -> float:
        return sum(prices.share(op.name) + least for op in part.operations)

    chosen: list[str] = []
    spent = 0.0
    for part in sorted(parts, key=lambda part: -part.loss / price(part)):
        if spent + price(part) <= SLOWER and len(chosen) + len(part.operations) <= max(4, FEW * count):
            spent += price(part)
            chosen += _names(part.operations)
    return chosen


def _fewest(
    order: Sequence[str], before: float, loss: Callable[[Sequence[str]], float], tell: Callable[[int], None]
) -> Protection:
    """Return the first operations of an order that do nearly as much as all of them."""
    if not order:
        return Protection((), before, before)
    high, after = len(order), loss(order)
    if not after <= WORTH * before:
        return Protection((), before, before)
    wanted, low, done = max(GOOD, 1.1 * after), 0, 0
    while high - low > 1 and done < VERIFIED - 1:
        middle = (low + high) // 2
        tell(done := done + 1)
        if (reached := loss(order[:middle])) <= wanted:
            high, after = middle, reached
        else:
            low = middle
    return Protection(tuple(order[:high]), before, after)


def _names(ops: Sequence[Operation]) -> list[str]:
    return [op.name for op in ops]
