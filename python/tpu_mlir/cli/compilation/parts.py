"""The step that makes the bmodel of a model with parts for the host: each network is a job of its own."""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.options import Precision
from tpu_mlir.cli.console import errors

if TYPE_CHECKING:
    from onnx import ModelProto

    from tpu_mlir.errors import CompileError, ModelError
    from tpu_mlir.options import CompileOptions
    from tpu_mlir.runtime import BModel
    from tpu_mlir.scratch import Scratch


def build_parts(job: Job, reason: "ModelError | CompileError", network: Callable[[Job], Built]) -> Built:
    """Build the networks of a model that is no single one for `reason`, and put them together with the host's parts.

    Ranges, corrections and precisions are each network's own, on what the model computes before it. Raises TpuMlirError
    or a usage error.
    """
    _check(job)
    from tpu_mlir.compiler import network_name
    from tpu_mlir.options import CompileOptions
    from tpu_mlir.partition.build import build
    from tpu_mlir.scratch import scratch_folder

    built: dict[str, Built] = {}
    options = CompileOptions(
        chip=job.request.chip.value,
        input_shapes=job.shapes or {},
        precision_overrides=job.overrides,
        fuse_preprocess=job.preprocess if job.request.fuse_preprocess else None,
        name=network_name(job.request.model),
    )
    with scratch_folder() as scratch:

        def compiled(part: "ModelProto", chosen: "CompileOptions") -> "BModel":
            if job.is_quantized:
                errors.print(f"network {chosen.name}:")
            built[chosen.name] = network(_job(job, part, chosen, scratch))
            return built[chosen.name].bmodel

        bmodel = build(job.network, options, compiled, reason)
    return _together(bmodel, list(built.values()))


def _check(job: Job) -> None:
    """Refuse what judges or shows a network as a whole. Raises a usage error."""
    if job.quality.report is not None:
        raise typer.BadParameter("shows one network, but parts of this model run on the host", param_hint="--report")
    if job.request.precision is Precision.AUTO and job.labels:
        raise typer.BadParameter(
            "searches one network by its labels, but parts of this model run on the host; take --min-cosine",
            param_hint="--max-drop",
        )


def _job(job: Job, part: "ModelProto", options: "CompileOptions", scratch: "Scratch") -> Job:
    """Return the job of a part, with data that the model computes for it."""
    request = dataclasses.replace(job.request, fuse_preprocess=options.fuse_preprocess is not None)
    calibration = job.calibration
    if request.save_temps is not None:
        request = dataclasses.replace(request, save_temps=request.save_temps / options.name)
    if calibration.data is not None:
        from tpu_mlir.frontend.onnx.loading import load_whole
        from tpu_mlir.quantization.part_data import part_data

        folder = scratch.path / options.name
        folder.mkdir(exist_ok=True)
        data = part_data(
            load_whole(job.network),
            part,
            calibration.data,
            folder,
            input_shapes=job.shapes or {},
            preprocess=job.preprocess,
            samples=calibration.samples,
            seed=calibration.seed,
            skip_bad=calibration.skip_bad,
        )
        calibration = dataclasses.replace(calibration, data=data)
    return dataclasses.replace(
        job, request=request, calibration=calibration, shapes=None, cut=part, overrides=options.overrides, labels=[]
    )


def _together(bmodel: "BModel", built: list[Built]) -> Built:
    from tpu_mlir.quantization.ranges import Ranges

    tables = [each.ranges for each in built if each.ranges is not None]
    entries = {name: table[name] for table in tables for name in table}
    return Built(
        bmodel,
        Ranges(entries, tables[0].facts) if tables else None,
        {name: kind for each in built for name, kind in each.overrides.items()},
        [name for each in built for name in each.protected],
    )
