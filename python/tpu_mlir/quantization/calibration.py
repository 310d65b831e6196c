"""From a model and data to the ranges of its activations."""

import math
import os
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.compiler import choose_precision, names_of_files, pipeline, run_passes
from tpu_mlir.errors import CalibrationError, CompileError, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.options import CompileOptions
from tpu_mlir.partition.plan import Plan
from tpu_mlir.partition.settle import Source, settle
from tpu_mlir.quantization.auto import choose_by_trial, trial_samples
from tpu_mlir.quantization.methods import METHODS
from tpu_mlir.quantization.network import Network
from tpu_mlir.quantization.observe import Observed, Progress, observe
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Range, Ranges, fingerprint
from tpu_mlir.quantization.samples import Data, find_samples
from tpu_mlir.quantization.statistics import Observation
from tpu_mlir.scratch import scratch_folder

AUTO = "auto"  # for each tensor the method that does least harm
DEFAULT_METHOD = "mse"
ZERO = Range(1.0, 0.0, 1.0)  # of a tensor that was always zero
DEFAULT_SAMPLES = 100

Model = str | os.PathLike[str] | onnx.ModelProto | ir.Module


def calibrate(
    model: Model,
    data: Data,
    *,
    method: str = DEFAULT_METHOD,
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    preprocess: Preprocess | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    skip_bad: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Ranges:
    """Return the ranges of a model's activations on calibration data.

    model: an ONNX file or model, or a `top` module, which is cleaned in place.
    data: what `find_samples` takes: a folder of images, an .npz file, a list of files, or a sequence of {input: array}.
    method: a key of METHODS, or AUTO, which tries them all for each tensor.
    samples: how many to use at most, drawn with `seed`.
    preprocess: how images become inputs. skip_bad: go on without samples that cannot be read.
    workers: number of processes instead of threads. scheduler: address of a Dask cluster to use; its workers see files
    under the same paths. The result is the same for any of these.
    progress: called with the number of samples that are done and that of all.

    Raises CalibrationError, ModelError, CompileError or InputFileError; warns (TpuMlirWarning) about tensors that are
    always zero or infinite somewhere, and data that are left out.
    """
    if method not in (*METHODS, AUTO):
        expected = ", ".join((*METHODS, AUTO))
        raise CalibrationError(f"unknown calibration method '{method}': expected one of {expected}")
    facts = {"method": method}
    if isinstance(model, str | os.PathLike):
        facts["model"] = fingerprint(model)
    given = _Given(method, samples, seed, preprocess or Preprocess(), skip_bad, workers, scheduler)
    try:
        entries, more = _of_network(lambda: _compilable(model, input_shapes or {}), data, given, progress)
    except (ModelError, CompileError) as reason:
        if isinstance(model, ir.Module):
            raise
        entries, more = _of_parts(model, data, input_shapes or {}, given, progress, reason)
    return Ranges(entries, facts | more)


@dataclass(frozen=True)
class _Given:
    """How ranges are found: the options of `calibrate`."""

    method: str
    samples: int
    seed: int
    preprocess: Preprocess
    skip_bad: bool
    workers: int | None
    scheduler: str | None


Table = tuple[dict[str, Range], dict[str, str]]  # ranges by name, and facts


def _compilable(model: Model, input_shapes: Mapping[str, Sequence[int]]) -> ir.Module:
    """Return the cleaned module of a model that is a single network. Raises ModelError or CompileError."""
    module = clean_module(model, input_shapes)
    if not isinstance(model, ir.Module):
        from tpu_mlir.dry_run import check_compilable

        check_compilable(module, CompileOptions())
    return module


def _of_parts(
    model: Source,
    data: Data,
    input_shapes: Mapping[str, Sequence[int]],
    given: _Given,
    progress: Progress,
    reason: ModelError | CompileError,
) -> Table:
    """Return the ranges of all networks of a model with parts for the host, each on what comes before it."""
    from tpu_mlir.quantization.part_data import part_data

    def attempt(plan: Plan) -> Table:
        entries, facts = dict[str, Range](), dict[str, str]()
        for part in (part.model for part in plan.parts if not part.on_host):
            with scratch_folder() as scratch:
                folder = scratch.path / "samples"
                folder.mkdir()
                own = part_data(
                    plan.model,
                    part,
                    data,
                    folder,
                    input_shapes=input_shapes,
                    preprocess=given.preprocess,
                    samples=given.samples,
                    seed=given.seed,
                    skip_bad=given.skip_bad,
                )
                found, facts = _of_network(partial(_compilable, part, {}), own, given, progress)
            entries |= found
        return entries, facts

    return settle(model, input_shapes, reason, attempt)


def _of_network(make: Callable[[], ir.Module], data: Data, given: _Given, progress: Progress) -> Table:
    """Return the ranges of the cleaned module that is made."""
    facts = dict[str, str]()
    with scratch_folder() as scratch:
        # Nothing keeps the module: from here on the model is in the file and in ONNX Runtime.
        network = Network.write(make(), scratch.path / "reference.onnx")
        found = find_samples(data, network.inputs, given.preprocess, count=given.samples, seed=given.seed)
        tried = trial_samples(found if given.method == AUTO else ())
        total = len(found) + len(tried)
        seen = observe(
            network,
            found,
            skip_bad=given.skip_bad,
            workers=given.workers,
            scheduler=given.scheduler,
            progress=lambda done, _: progress(done, total),
        )
        facts["samples"] = f"{seen.used}, seed {given.seed}"
        if seen.bad:
            warnings.warn("\n  ".join([f"{len(seen.bad)} left out:", *seen.bad]), TpuMlirWarning, stacklevel=2)
        _warn_of_infinities(seen)
        moving = moving_tensors(seen)
        if given.method != AUTO:
            chosen = {name: METHODS[given.method](tensor) for name, tensor in moving.items()}
        else:
            trials = choose_by_trial(network, moving, tried, lambda done: progress(len(found) + done, total))
            chosen = {name: trial.best[1] for name, trial in trials.items()}
            counts = Counter(trial.best[0] for trial in trials.values())
            facts["chosen"] = ", ".join(f"{name} {count}" for name, count in counts.most_common())
    return {name: _with_reach(chosen.get(name, ZERO), tensor) for name, tensor in seen.tensors.items()}, facts


def _with_reach(chosen: Range, seen: Observation) -> Range:
    """Return a range that tells how far the values reach where that matters: into infinity, or beyond f16."""
    if seen.largest > float(np.finfo(np.float16).max):
        chosen = Range(chosen.threshold, seen.minimum, seen.maximum)
    low = -math.inf if seen.infinite[0] else chosen.minimum
    high = math.inf if seen.infinite[1] else chosen.maximum
    return Range(chosen.threshold, low, high)


def _warn_of_infinities(seen: Observed) -> None:
    infinite = [name for name, tensor in seen.tensors.items() if any(tensor.infinite)]
    if infinite:
        which = "stays a float" if len(infinite) == 1 else f"and {len(infinite) - 1} computed after it stay floats"
        warnings.warn(f"'{infinite[0]}' takes infinities in calibration; it {which}", TpuMlirWarning, stacklevel=3)


def moving_tensors(seen: Observed) -> dict[str, Observation]:
    """Return the tensors that are not always zero; warns of the others, which get the range ZERO."""
    zero = [name for name, tensor in seen.tensors.items() if not tensor.largest and not any(tensor.infinite)]
    if zero:
        names = ", ".join(map(repr, zero[:10])) + (f" and {len(zero) - 10} more" if len(zero) > 10 else "")
        warnings.warn(
            f"always zero in calibration: {names}; their ranges become [0, 1]; do the data represent real inputs?",
            TpuMlirWarning,
            stacklevel=3,
        )
    return {name: tensor for name, tensor in seen.tensors.items() if tensor.largest}


def clean_module(model: Model, input_shapes: Mapping[str, Sequence[int]] | None = None) -> ir.Module:
    """Return the `top` module whose values get ranges: imported and cleaned."""
    module = _import(model, input_shapes)
    run_passes(module, pipeline("tpu-clean"))
    return module


def quantize(
    model: Model,
    ranges: Ranges | str | os.PathLike[str],
    *,
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    fallback: str = "f16",
    precision_overrides: Mapping[str, str] | str | os.PathLike[str] | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
) -> ir.Module:
    """Return a model as a `top` module whose types say what is computed in 8 bits, and with which scales.

    A module that is given is changed in place. See CompileOptions for the options. Raises ModelError, CompileError,
    or, for ranges that cannot be used, CalibrationError or InputFileError.
    """
    options = CompileOptions(
        precision="int8",
        ranges=ranges,
        asymmetric=asymmetric,
        quantize_outputs=quantize_outputs,
        fallback=fallback,
        precision_overrides=precision_overrides,
    )
    module = _import(model, input_shapes)
    with scratch_folder() as scratch:
        run_passes(module, pipeline(*choose_precision(options, scratch)), names_of_files(options, scratch))
    return module


def quantize_in_f32(
    module: ir.Module,
    ranges: Ranges,
    *,
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    precision_overrides: Mapping[str, str],
) -> ir.Module:
    """Return a quantized copy of a cleaned module for ONNX Runtime, which has few operations in f16 and none in bf16.

    What is to stay a float, of whatever type, is computed in f32 there.
    """
    chosen = {name: kind if kind.lower() == "int8" else "f32" for name, kind in precision_overrides.items()}
    return quantize(
        copy(module),
        ranges,
        asymmetric=asymmetric,
        quantize_outputs=quantize_outputs,
        fallback="f32",
        precision_overrides=chosen,
    )


def _import(model: Model, input_shapes: Mapping[str, Sequence[int]] | None) -> ir.Module:
    if isinstance(model, ir.Module):
        return model
    source = model if isinstance(model, onnx.ModelProto) else Path(model)
    return import_model(source, input_shapes=input_shapes)
