"""The step that makes the bmodel of one precision."""

from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.protection import run_protection
from tpu_mlir.cli.compilation.ranges import choose_ranges
from tpu_mlir.cli.console import working


def build(job: Job) -> Built:
    """Compile to floats or int8. Raises TpuMlirError or a usage error."""
    request, corrected = job.request, job.corrected
    ranges = corrected.ranges if corrected else choose_ranges(job)
    protected = run_protection(job, ranges)
    from tpu_mlir import compiler
    from tpu_mlir.quantization.operations import copy

    with working(f"compiling {request.model} to {request.precision.value}"):
        bmodel = compiler.compile(
            copy(corrected.module) if corrected else request.model,
            precision=request.precision.value,
            chip=request.chip.value,
            input_shapes=job.shapes,
            precision_overrides={**dict.fromkeys(protected, job.integers.fallback.value), **job.final_overrides},
            ranges=ranges,
            asymmetric=job.integers.asymmetric,
            quantize_outputs=job.quantize_outputs,
            fallback=job.integers.fallback.value,
            fuse_preprocess=job.preprocess if request.fuse_preprocess else None,
            name=compiler.network_name(request.model) if corrected else None,
        )
    return Built(bmodel, ranges, protected)
