"""Mixed precision: the fewest operations that stay floats so that a network is as good as it has to be."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir.compiler import compile
from tpu_mlir.errors import CalibrationError
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization.calibration import Model, calibrate, clean_module, quantize_in_f32
from tpu_mlir.quantization.operations import Operation, copy, operations, share_on_integers
from tpu_mlir.quantization.pixels import bmodel_feeds
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.samples import Data, Feeds, find_samples, readable
from tpu_mlir.reference import Reference, to_onnx
from tpu_mlir.runtime import BModel, Session
from tpu_mlir.runtime.compare import distance

DEFAULT_COSINE = 0.995
TRIALS = 8  # samples that bmodels are judged by, unless a judge is given
PROBES = 2  # samples that single operations are judged by
SMALL_SHARE = 0.005  # of the multiplications: what an operation without any counts for

Judge = Callable[[Callable[[Feeds], dict[str, Array]]], float]
Tell = Callable[[str, int, int], None]  # what is done, how many of how many


@dataclass(frozen=True)
class Sensitivity:
    """What the outputs lose when only this operation is on integers: squared error, relative to the squares."""

    operation: Operation
    error: float


@dataclass(frozen=True)
class Point:
    """A compiled choice: what stays floats, how good it is, its simulated time, the share of MACs on integers."""

    floats: tuple[str, ...]
    quality: float
    cycles: int
    share: float


@dataclass(frozen=True)
class Search:
    """The result: operations from the most sensitive on, all points that were compiled, the chosen one."""

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
    model: Model,
    data: Data,
    *,
    min_cosine: float = DEFAULT_COSINE,
    judge: Judge | None = None,
    target: float | None = None,
    ranges: Ranges | None = None,
    method: str = "mse",
    samples: int = 100,
    seed: int = 0,
    preprocess: Preprocess | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    fallback: str = "f16",
    precision_overrides: Mapping[str, str] | None = None,
    fuse_preprocess: bool = False,
    original: Model | None = None,
    skip_bad: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Tell = lambda what, done, total: None,
) -> Search:
    """Compile a model for INT8 with the fewest operations in `fallback` that reach the target.

    The quality of a bmodel is the least, over the outputs, of the mean cosine between its results and the float
    reference on TRIALS samples, and has to reach `min_cosine`; or what `judge` returns for it (see `evaluate`), which
    has to reach `target`. First each operation alone is quantized, in ONNX Runtime, and the error of the outputs is
    measured; then the most sensitive ones, for the multiplications that they are, become floats, in numbers that
    bisection finds, each compiled and run on the simulator.

    data, method, samples, seed, preprocess, skip_bad, workers, scheduler: as for `calibrate`, which is left out if
    `ranges` are given. precision_overrides: operations that are not searched. fuse_preprocess: let the
    bmodels take pixels and do `preprocess` themselves (see CompileOptions). original: the model to be near, if `model`
    is a corrected one. tell: called with what is done and how many of how many. Raises TpuMlirError,
    CalibrationError if no choice reaches the target.
    """
    if judge is not None and target is None:
        raise CalibrationError("a judge comes with the target that its number has to reach, found none")
    module = clean_module(model, input_shapes)
    inputs = resolve(to_onnx(module).graph, {})
    how = preprocess or Preprocess()
    found = find_samples(data, inputs, how, count=samples, seed=seed)
    if ranges is None:
        ranges = calibrate(
            copy(module),
            data,
            method=method,
            samples=samples,
            seed=seed,
            preprocess=preprocess,
            skip_bad=skip_bad,
            workers=workers,
            scheduler=scheduler,
            progress=lambda done, total: tell("calibrating", done, total),
        )
    if skip_bad:
        found = readable(found)
    trials = [sample.load() for sample in found[:: max(1, len(found) // TRIALS)][:TRIALS]]
    reference = Reference(module if original is None else clean_module(original, input_shapes))
    expected = [reference.run(feeds) for feeds in trials]

    fixed = dict(precision_overrides or {})

    def typed(overrides: Mapping[str, str], also_outputs: bool = quantize_outputs) -> ir.Module:
        chosen = {**overrides, **fixed}
        return quantize_in_f32(
            module, ranges, asymmetric=asymmetric, quantize_outputs=also_outputs, precision_overrides=chosen
        )

    every = operations(typed({}))
    candidates = [op for op in every if op.on_integers and not op.moves and op.name not in fixed]
    total = max(sum(op.macs for op in every), 1)
    probes = list(zip(trials, expected, strict=True))[:PROBES]
    losses: list[Sensitivity] = []
    everywhere = [op.name for op in operations(typed({}, also_outputs=True)) if op.on_integers and not op.moves]
    for index, op in enumerate(candidates, 1):
        others = {name: "f32" for name in everywhere if name not in (op.name, op.beside)}
        losses.append(Sensitivity(op, _error(Reference(typed(others, also_outputs=True)), probes)))
        tell("sensitivity", index, len(candidates))
    losses.sort(key=lambda item: -item.error / (item.operation.macs / total + SMALL_SHARE))

    points: dict[int, tuple[Point, BModel]] = {}

    def measure(count: int) -> Point:
        if count not in points:
            floats = {item.operation.name: fallback for item in losses[:count]}
            bmodel = compile(
                copy(module),
                precision="int8",
                ranges=ranges,
                asymmetric=asymmetric,
                quantize_outputs=quantize_outputs,
                fallback=fallback,
                precision_overrides={**floats, **fixed},
                fuse_preprocess=how if fuse_preprocess else None,
            )
            session = Session(bmodel)
            timed = session.run_all(bmodel_feeds(session, trials[0], how), capture=(), timed=True)

            def run(feeds: Feeds) -> dict[str, Array]:
                return session.run(bmodel_feeds(session, feeds, how))

            quality = judge(run) if judge else least_cosine([run(feeds) for feeds in trials], expected)
            share = share_on_integers(operations(typed(dict.fromkeys(floats, "f32"))))
            points[count] = Point(tuple(floats), quality, timed.cycles, share), bmodel
            tell("trials", len(points), 2 + 2 * len(losses).bit_length())
        return points[count][0]

    wanted = min_cosine if target is None else target
    chosen = _fewest(len(losses), lambda count: measure(count).quality >= wanted)
    if chosen is None:
        best = max((point for point, _ in points.values()), key=lambda point: point.quality)
        raise CalibrationError(
            f"no choice of {fallback} operations reaches {wanted:g}: the best found is {best.quality:.5f} with "
            f"{len(best.floats)} of {len(losses)}; lower the target, or compile for {fallback}"
        )
    point, bmodel = points[chosen]
    ordered = tuple(points[count][0] for count in sorted(points))
    return Search(tuple(losses), ordered, point, wanted, ranges, bmodel)


def _fewest(most: int, holds: Callable[[int], bool]) -> int | None:
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


def _error(found: Reference, probes: Sequence[tuple[Feeds, dict[str, Array]]]) -> float:
    """Return the largest relative squared error of an output, the mean over the samples."""
    errors = [
        [_relative(results[name], array) for name, array in expected.items()]
        for results, expected in ((found.run(feeds), expected) for feeds, expected in probes)
    ]
    return float(np.mean(errors, axis=0).max())


def _relative(found: Array, expected: Array) -> float:
    return distance(np.asarray(found), np.asarray(expected))[0] ** 2


def least_cosine(found: Sequence[dict[str, Array]], expected: Sequence[dict[str, Array]]) -> float:
    """Return the least, over the outputs, of the mean cosine with what is expected, over the samples."""
    cosines = [
        [distance(np.asarray(results[name]), np.asarray(array))[2] for name, array in wanted.items()]
        for results, wanted in zip(found, expected, strict=True)
    ]
    return float(np.nan_to_num(cosines).mean(axis=0).min())
