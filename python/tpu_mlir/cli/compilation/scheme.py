"""What the steps that judge a quantized network share: the network with its options, and samples to judge by."""

from typing import TYPE_CHECKING

from tpu_mlir.cli.compilation.job import Job

if TYPE_CHECKING:
    from tpu_mlir.quantization import Ranges
    from tpu_mlir.quantization.quality import Trials
    from tpu_mlir.quantization.search.scheme import Scheme


def scheme_of(job: Job, ranges: "Ranges") -> "Scheme":
    """Return the network of a job, corrected if it is, and how its integers are made. Raises TpuMlirError."""
    from tpu_mlir.quantization.calibration import clean_module
    from tpu_mlir.quantization.search.scheme import Scheme

    return Scheme(
        job.corrected.module if job.corrected else clean_module(job.network, job.shapes),
        ranges,
        fallback=job.integers.fallback.value,
        asymmetric=job.integers.asymmetric,
        quantize_outputs=job.quantize_outputs,
        overrides=job.final_overrides,
        fuse_preprocess=job.preprocess if job.request.fuse_preprocess else None,
        chip=job.request.chip.value,
    )


def trials_of(job: Job) -> "tuple[Trials, Trials]":
    """Return what the float model computes from samples for a search and from others. Raises TpuMlirError."""
    from tpu_mlir.quantization.quality import held_out

    calibration = job.calibration
    return held_out(
        job.network,
        calibration.data or (),
        samples=calibration.samples,
        seed=calibration.seed,
        preprocess=job.preprocess,
        input_shapes=job.shapes,
        skip_bad=calibration.skip_bad,
    )
