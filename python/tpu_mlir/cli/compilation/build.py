"""The step that makes the bmodel of one precision."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.protection import run_protection
from tpu_mlir.cli.compilation.ranges import choose_ranges
from tpu_mlir.cli.console import working

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.runtime import BModel
    from tpu_mlir.stages import Observer


def build(job: Job) -> Built:
    """Compile to floats or int8. Raises TpuMlirError or a usage error."""
    from tpu_mlir.cli.compilation.watching import observers_of

    request = job.request
    observers = observers_of(request)
    ranges = job.corrected.ranges if job.corrected else choose_ranges(job)
    protected = run_protection(job, ranges)
    overrides = {**dict.fromkeys(protected, job.integers.fallback.value), **job.final_overrides}
    with working(f"compiling {request.model} to {request.precision.value}"):
        bmodel = compile_job(job, ranges, overrides, keep_tensors=request.keep_tensors, observers=observers)
    return Built(bmodel, ranges, overrides, protected)


def compile_job(
    job: Job,
    ranges: "Ranges | None",
    overrides: Mapping[str, str],
    *,
    keep_tensors: bool = False,
    host: bool = False,
    observers: "Sequence[Observer]" = (),
) -> "BModel":
    """Compile what a job is about, corrected if it was, with these ranges and overrides. Raises TpuMlirError.

    `host` lets it become parts, of which those for the host are not compiled.
    """
    request, corrected = job.request, job.corrected
    from tpu_mlir import compiler
    from tpu_mlir.quantization.operations import copy

    return compiler.compile(
        copy(corrected.module) if corrected else job.network,
        precision=job.element_type,
        chip=request.chip.value,
        input_shapes=job.shapes,
        precision_overrides=overrides,
        ranges=ranges,
        asymmetric=job.integers.asymmetric,
        quantize_outputs=job.quantize_outputs,
        fallback=job.integers.fallback.value,
        fuse_preprocess=job.preprocess if request.fuse_preprocess else None,
        keep_tensors=keep_tensors,
        effort=request.effort.value,
        cycles=request.cycles.value,
        name=None if job.network is request.model and not corrected else compiler.network_name(request.model),
        observers=observers,
        host=host,
    )
