"""Mixed precision: the fewest operations that stay floats so that a network is as good as it has to be."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from tpu_mlir.errors import CalibrationError
from tpu_mlir.quantization.operations import Operation, share_on_integers
from tpu_mlir.quantization.quality import Judge, Run, Tell, Trials, least_cosine
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.search.division import by_worth, measured_parts
from tpu_mlir.quantization.search.prices import Prices
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.reference import Reference
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.profile import profile

DEFAULT_COSINE = 0.995
MARGIN = 0.2  # of what a cosine may lack: other samples lose more now and then than those that judge
PARTS = 64  # parts of the network that are quantized alone, at most
REPAIRS = 4  # choices that are tried after one whose bmodel is worse than ONNX Runtime had it
FREE = 0.001  # of the cycles: what an operation in floats takes at least, being converted to and fro


@dataclass(frozen=True)
class Goal:
    """How good a bmodel has to be.

    Without a judge, its quality is the least, over the outputs, of the mean cosine with the float network on samples
    that the search has not seen, and has to reach `min_cosine` with MARGIN. A judge (see `evaluate`) returns a number
    for a function that runs a network, which has to reach `target`. Raises CalibrationError for a judge without target.
    """

    min_cosine: float = DEFAULT_COSINE
    judge: Judge | None = None
    target: float | None = None

    def __post_init__(self) -> None:
        if self.judge is not None and self.target is None:
            raise CalibrationError("a judge comes with the target that its number has to reach, found none")

    @property
    def wanted(self) -> float:
        """The number that the user asks for."""
        return self.min_cosine if self.target is None else self.target

    @property
    def with_margin(self) -> float:
        """The number that a choice has to reach."""
        return self.min_cosine + MARGIN * (1 - self.min_cosine) if self.target is None else self.target

    def within(self, quality: float) -> float:
        """Return the number that one could ask for where a choice has that quality, rounded down."""
        asked = quality if self.target is not None else (quality - MARGIN) / (1 - MARGIN)
        digits = 10 ** (5 if asked < 0.9999 else 8)
        return math.floor(asked * digits) / digits

    def quality(self, run: Run, trials: Trials) -> float:
        """Return the number of what runs a network."""
        if self.judge is not None:
            return self.judge(run)
        return least_cosine([run(feeds) for feeds in trials.feeds], trials.expected)


@dataclass(frozen=True)
class Sensitivity:
    """What the outputs gain when this operation is a float, or its part of that of a row of operations."""

    operation: Operation
    gain: float


@dataclass(frozen=True)
class Point:
    """A compiled choice: what stays floats, how good it is, its simulated time, the share of MACs on integers."""

    floats: tuple[str, ...]
    quality: float
    cycles: int
    share: float


@dataclass(frozen=True)
class Search:
    """The result: operations in the order in which they become floats, the points compiled, the chosen one."""

    sensitivities: tuple[Sensitivity, ...]
    points: tuple[Point, ...]
    chosen: Point
    target: float
    ranges: Ranges
    bmodel: BModel

    @property
    def front(self) -> list[Point]:
        """The Pareto front: the points that no other one beats in both quality and time."""
        return [
            point
            for point in self.points
            if not any(
                other.quality >= point.quality and other.cycles <= point.cycles and other != point
                for other in self.points
            )
        ]


def search_precision(
    scheme: Scheme,
    searched: Trials,
    held: Trials,
    goal: Goal | None = None,
    *,
    tell: Tell = lambda what, done, total: None,
) -> Search:
    """Compile a network for INT8 with the fewest operations in the fallback that reach the goal, or all in it.

    Where the loss comes from is found as `protect` does, on `searched`. Those operations that gain most for their price
    become floats, in numbers that bisection finds in ONNX Runtime. That choice, with more if it is not enough, all on
    integers and all in floats are compiled, run on the simulator and judged on `held`; the fastest that reaches the
    goal is returned, so none that floats beat in time and quality. tell: called with what is done and how many of how
    many. Raises TpuMlirError, CalibrationError, with what would reach it, if the goal is out of reach.
    """
    goal = goal or Goal()
    candidates = scheme.candidates()
    losses = _order(scheme, candidates, searched, tell)
    names = [item.operation.name for item in losses]
    points: dict[int, tuple[Point, BModel]] = {}

    def measure(count: int) -> bool:
        if count not in points:
            points[count] = _point(scheme, names[:count], held, goal)
            tell("trials", len(points), REPAIRS + 3)
        return points[count][0].quality >= goal.with_margin

    def holds(count: int) -> bool:
        return goal.quality(Reference(scheme.typed(names[:count])).run, searched) >= goal.with_margin

    if not measure(0):
        enough, repairs = fewest(len(names), holds), 0
        count = len(names) if enough is None else enough
        while not measure(count) and count < len(names) and repairs < REPAIRS:
            count, repairs = min(max(2 * count, 1), len(names)), repairs + 1
    measure(len(names))
    ordered = tuple(points[count][0] for count in sorted(points))
    good = [item for item in points.values() if item[0].quality >= goal.with_margin]
    if not good:
        raise CalibrationError(_refusal(scheme, names, held, goal, ordered))
    chosen, bmodel = min(good, key=lambda item: (item[0].cycles, -item[0].quality))
    return Search(tuple(losses), ordered, chosen, goal.wanted, scheme.ranges, bmodel)


def _order(scheme: Scheme, candidates: Sequence[Operation], searched: Trials, tell: Tell) -> list[Sensitivity]:
    """Return the candidates, those first that gain most for the time that they take in floats."""
    if not candidates:
        return []
    parts = measured_parts(scheme, candidates, searched, PARTS, lambda done, total: tell("sensitivity", done, total))
    return [
        Sensitivity(op, part.gain / len(part.operations))
        for part in by_worth(parts, Prices.of(scheme, candidates), FREE)
        for op in part.operations
    ]


def _point(scheme: Scheme, floats: Sequence[str], held: Trials, goal: Goal) -> tuple[Point, BModel]:
    """Compile a choice, run it on the simulator and judge it. Raises TpuMlirError."""
    bmodel = scheme.compile(floats)
    quality = goal.quality(scheme.runner(bmodel), held)
    share = share_on_integers(scheme.operations(floats))
    return Point(tuple(floats), quality, profile(bmodel).cycles, share), bmodel


def _refusal(scheme: Scheme, names: Sequence[str], held: Trials, goal: Goal, points: Sequence[Point]) -> str:
    """Return why no choice is good enough, and what is, after one more try in f32."""
    found = ", ".join(f"{_text(point.quality)} with {len(point.floats)}" for point in points)
    remedy = f"lower the goal to {goal.within(max(point.quality for point in points)):.8g}"
    if scheme.fallback != "f32":
        other = replace(scheme, fallback="f32")
        quality = goal.quality(other.runner(other.compile(names)), held)
        if quality >= goal.with_margin:
            remedy = f"--fallback f32 reaches {_text(quality)} with all of them, or {remedy}"
    margin = f" ({_text(goal.with_margin)} on these samples)" if goal.with_margin != goal.wanted else ""
    return (
        f"no choice of {scheme.fallback} operations reaches {goal.wanted:.8g}{margin}: found {found} of {len(names)}; "
        f"{remedy}"
    )


def _text(quality: float) -> str:
    return f"{quality:.5f}" if abs(1 - quality) > 1e-4 else f"{quality:.8f}"


def fewest(most: int, holds: Callable[[int], bool]) -> int | None:
    """Return the least number up to `most` for which something holds that then holds for all greater ones, too.

    Steps double from 0 on, then halve. None if it does not hold for `most`.
    """
    low, high = -1, 0
    while not holds(high):
        if high == most:
            return None
        low, high = high, min(max(2 * high, 1), most)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
