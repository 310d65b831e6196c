"""The few operations that stay floats by default: those whose 8 bits cost the outputs most, for the time they take."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tpu_mlir.quantization.quality import Tell, Trials
from tpu_mlir.quantization.search.division import Part, by_worth, measured_parts, price
from tpu_mlir.quantization.search.prices import Prices
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.reference import Reference

GOOD = 5e-4  # loss of an output that needs no protection: a centred cosine of 0.99975
WORTH = 0.8  # of the loss: more must not be left, or the floats are not worth it
SLOWER = 0.1  # of the cycles: what the floats may take by their price,
SLOWEST = 0.15  # and in the end, with what converts to and fro
FEW = 0.1  # of the operations, those that are no slower in floats left aside
PARTS = 40  # parts that are measured at most
NEARLY = 1.1  # times the least loss
VERIFIED = 6  # choices that are measured on the samples held out


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

    The operations that add most noise of their own are put in floats one by one, and all others together, the best part
    of which is halved, and so on, PARTS times at most. The parts that gain most for the cycles that they take in floats
    then stay floats, as far as the loss on samples that the search has not seen becomes less, and as few as do. All do
    where that is no slower. Raises TpuMlirError.
    """

    def loss(floats: Sequence[str]) -> float:
        return held.loss(Reference(scheme.typed(floats)).run)

    before = loss(())
    candidates = scheme.candidates()
    if not candidates:
        return Protection((), before, before)
    prices = prices or Prices.of(scheme, candidates)
    found, cycles = Protection((), before, before), prices.on_integers
    if before > GOOD and cycles < prices.in_floats:
        parts = measured_parts(
            scheme, candidates, searched, PARTS, lambda done, total: tell("protecting", done, total + VERIFIED)
        )
        found, cycles = _within(affordable(parts, prices, len(candidates)), scheme, prices.on_integers, before, loss)
    if prices.in_floats <= cycles:
        every = tuple(op.name for op in candidates)
        return Protection(every, before, loss(every))
    return found


def _within(
    order: Sequence[str], scheme: Scheme, on_integers: int, before: float, loss: Callable[[Sequence[str]], float]
) -> tuple[Protection, int]:
    """Return the first operations of an order that take no longer than SLOWEST allows, and the cycles with them."""
    while True:
        found = _fewest(order, before, loss)
        cycles = scheme.cycles(found.floats) if found.floats else on_integers
        if cycles <= (1 + SLOWEST) * on_integers:
            return found, cycles
        order = found.floats[: 3 * len(found.floats) // 4]


def affordable(parts: Sequence[Part], prices: Prices, count: int) -> list[str]:
    """Return the operations of parts that gain most for their price, as many as SLOWER and FEW allow.

    What is no slower in floats does not count among the few.
    """
    least = SLOWER / (4 * max(count, 1))  # nothing is free: it is converted to floats and back
    chosen: list[str] = []
    spent, few = 0.0, max(4, FEW * count)
    for part in by_worth([part for part in parts if part.gain > 0], prices, least):
        cost = price(part, prices, least)
        counted = sum(prices.share(op.name) > 0 for op in part.operations)
        if spent + cost <= SLOWER and counted <= few:
            spent, few = spent + cost, few - counted
            chosen += [op.name for op in part.operations]
    return chosen


def _fewest(order: Sequence[str], before: float, loss: Callable[[Sequence[str]], float]) -> Protection:
    """Return the first operations of an order, all of them, half, a quarter ..., so few as do nearly as well as any."""
    tried: dict[int, float] = {}
    count = len(order)
    while count and len(tried) < VERIFIED:
        tried[count] = loss(order[:count])
        count //= 2
    least = min(tried.values(), default=before)
    if not least <= WORTH * before:
        return Protection((), before, before)
    chosen = min(size for size, reached in tried.items() if reached <= max(GOOD, NEARLY * least))
    return Protection(tuple(order[:chosen]), before, tried[chosen])
