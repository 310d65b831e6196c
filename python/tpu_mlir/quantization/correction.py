"""Corrects a network before it is quantized, as far as that helps."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir.errors import CalibrationError
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.quantization.calibration import (
    DEFAULT_METHOD,
    DEFAULT_SAMPLES,
    Model,
    calibrate,
    clean_module,
    quantize_in_f32,
)
from tpu_mlir.quantization.corrections import CORRECTIONS, Evidence
from tpu_mlir.quantization.corrections.channels import ranges_of_channels
from tpu_mlir.quantization.corrections.editing import SCALED, operations_of, value_name
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.quality import Judge, Tell, least_cosine, split
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.samples import Data, Feeds, Sample, find_samples, readable
from tpu_mlir.reference import Reference, to_onnx

AUTO = "auto"  # all that help
QUICK = "quick"  # those that help of EXACT
EXACT = ("equalize", "smooth-quant")  # that change no result in floats, and take no longer than calibration


@dataclass(frozen=True)
class Step:
    """A correction: how many values or layers it changes, the quality before and after, and whether it stays."""

    correction: str
    changes: int
    before: float
    after: float
    is_kept: bool


@dataclass(frozen=True)
class Corrected:
    """A corrected `top` module, to be compiled with these ranges, and what was tried.

    Inner values whose channels are scaled are named NAME/scaled.
    """

    module: ir.Module
    ranges: Ranges
    steps: tuple[Step, ...]

    def rename(self, overrides: Mapping[str, str]) -> dict[str, str]:
        """Return precision overrides for the names that the values of the original model have now."""
        known = {value_name(result) for op in operations_of(self.module) for result in op.results}
        return {
            name if name in known or name + SCALED not in known else name + SCALED: precision
            for name, precision in overrides.items()
        }


def correct(
    model: Model,
    data: Data,
    *,
    corrections: str | Sequence[str] = AUTO,
    judge: Judge | None = None,
    method: str = DEFAULT_METHOD,
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    preprocess: Preprocess | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    precision_overrides: Mapping[str, str] | None = None,
    skip_bad: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    tell: Tell = lambda what, done, total: None,
) -> Corrected:
    """Return a model with the corrections that make it better in INT8, in the order of CORRECTIONS.

    corrections: names of CORRECTIONS, all of which are made, or AUTO, which makes those that raise the quality, or
    QUICK, which makes those of EXACT that do.
    judge: what measures the quality (see `evaluate`); by default it is the least, over the outputs, of the mean cosine
    with the float model, on up to HELD_OUT samples that no correction has seen. The quantized network is computed by
    ONNX Runtime for it, where rounding differs from the chip's now and then by a step.
    asymmetric, quantize_outputs: as for `quantize`. precision_overrides: what stays floats, and is not corrected.
    data, method, samples, seed, preprocess, skip_bad, workers, scheduler: as for `calibrate`. tell: called with what is
    done and how many of how many.

    Raises TpuMlirError; CalibrationError for a name that is no correction's.
    """
    names = chosen_corrections(corrections)
    module = clean_module(model, input_shapes)
    inputs = resolve(to_onnx(module).graph, {})
    found = find_samples(data, inputs, preprocess or Preprocess(), count=samples, seed=seed)
    fitted, held = split(readable(found) if skip_bad else found)

    def ranges_of(candidate: ir.Module) -> Ranges:
        ranges = calibrate(
            copy(candidate),
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
        channels = ranges_of_channels(candidate, fitted, lambda done, total: tell("channels", done, total))
        return Ranges({**ranges.entries, **channels}, ranges.facts)

    def typed(candidate: ir.Module, ranges: Ranges) -> ir.Module:
        overrides = Corrected(candidate, ranges, ()).rename(precision_overrides or {})
        return quantize_in_f32(
            candidate,
            ranges,
            asymmetric=asymmetric,
            quantize_outputs=quantize_outputs,
            precision_overrides=overrides,
        )

    quality = _quality(judge, module, held)
    ranges = ranges_of(module)
    before = quality(typed(module, ranges))
    steps: list[Step] = []
    for name in names:
        candidate, moved = copy(module), ranges

        def advance(done: int, total: int, name: str = name) -> None:
            tell(name, done, total)

        evidence = Evidence(fitted, lambda item, now=ranges: typed(item, now), seed, advance)
        changes = CORRECTIONS[name].apply(candidate, evidence)
        after = before
        if changes:
            if CORRECTIONS[name].moves_ranges:
                moved = ranges_of(candidate)
            after = quality(typed(candidate, moved))
        is_kept = changes > 0 and (corrections not in (AUTO, QUICK) or after > before)
        steps.append(Step(name, changes, before, after, is_kept))
        if is_kept:
            module, ranges, before = candidate, moved, after
    return Corrected(module, ranges, tuple(steps))


def chosen_corrections(corrections: str | Sequence[str]) -> list[str]:
    """Return the names in the order in which they are made; raises CalibrationError for an unknown one."""
    if corrections in (AUTO, QUICK):
        return list(CORRECTIONS) if corrections == AUTO else [name for name in CORRECTIONS if name in EXACT]
    given = [corrections] if isinstance(corrections, str) else corrections
    for name in given:
        if name not in CORRECTIONS:
            expected = ", ".join((*CORRECTIONS, AUTO, QUICK))
            raise CalibrationError(f"unknown correction '{name}': expected one of {expected}")
    return [name for name in CORRECTIONS if name in given]


def _quality(judge: Judge | None, module: ir.Module, held: Sequence[Sample]) -> Callable[[ir.Module], float]:
    """Return what measures a quantized module."""
    if judge is not None:
        return lambda typed: judge(Reference(typed).run)
    trials: list[Feeds] = [sample.load() for sample in held]
    reference = Reference(module)
    expected = [reference.run(feeds) for feeds in trials]

    def measure(typed: ir.Module) -> float:
        run = Reference(typed).run
        return least_cosine([run(feeds) for feeds in trials], expected)

    return measure
