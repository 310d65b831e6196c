"""`tpuc compile`: from an ONNX model to a bmodel."""

import dataclasses
from typing import TYPE_CHECKING

import typer

from tpu_mlir.cli.calibration import Calibration
from tpu_mlir.cli.compilation.build import build
from tpu_mlir.cli.compilation.check import DIFFERS, check_data, run_check
from tpu_mlir.cli.compilation.corrections import check_network, run_corrections
from tpu_mlir.cli.compilation.evaluation import evaluate
from tpu_mlir.cli.compilation.job import Built, Job
from tpu_mlir.cli.compilation.options import Checking, Integers, Precision, Quality, Request
from tpu_mlir.cli.compilation.part_table import print_parts
from tpu_mlir.cli.compilation.parts import build_parts
from tpu_mlir.cli.compilation.prepare import make_job
from tpu_mlir.cli.compilation.record import messages_apart, record
from tpu_mlir.cli.compilation.report import write_report
from tpu_mlir.cli.compilation.search import run_search
from tpu_mlir.cli.console import errors
from tpu_mlir.cli.records import takes_records
from tpu_mlir.cli.text import examples, json_text, size_text
from tpu_mlir.errors import CompileError, ModelError

if TYPE_CHECKING:
    from tpu_mlir.checking import Check

EPILOG = examples(
    "tpuc compile m.onnx -o m.bmodel",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --input-shape image:1x3x224x224",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --input-shape image:1,4,8x3x224x224   (three stages)",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --precision-override softmax:f32",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --calibration-data samples.npz",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --calibration-data photos/ --mean 127.5 --scale 0.0078125",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --ranges m.ranges",
    "tpuc compile m.onnx -o backbone.bmodel --output-names conv4,conv5",
    "tpuc compile m.onnx -o m.bmodel --json | jq .check.outputs",
    "tpuc compile m.onnx -o m.bmodel --verbose --save-temps stages/   (stages/commands.sh makes them again)",
    "tpuc compile m.onnx -o m.bmodel --precision int8 --calibration-data photos/ --correct auto",
    "tpuc compile m.onnx -o m.bmodel --precision f16 --fuse-preprocess --mean 127.5 --scale 0.0078125",
    "tpuc compile m.onnx -o m.bmodel --precision auto --min-cosine 0.995 --calibration-data photos/ --report r.html",
    "tpuc compile m.onnx -o m.bmodel --precision auto --max-drop 0.5% --evaluate labels.csv --calibration-data photos/",
)


@takes_records
def compile(
    request: Request, integers: Integers, quality: Quality, checking: Checking, calibration: Calibration
) -> None:
    """Compile an ONNX model to a bmodel.

    Precision int8 needs calibration data, or a table of ranges that `tpuc calibrate` has written. With either, f16
    computes in bf16 (or --fallback f32) what reads or writes numbers beyond 65,504.

    In the end the bmodel, already written, runs once on the simulator beside ONNX Runtime. Where they differ, the first
    wrong layer is named and the exit code is 3.

    Lists of sizes, as in --input-shape x:1,4x3x224x224, compile a stage for each: the session takes the one that fits.
    """
    with messages_apart(request.as_json) as warned:
        built, checked = _compile(make_job(request, integers, quality, checking, calibration))
    wrong = next((each for each in checked if each.has_failed), None)
    if request.as_json:
        typer.echo(json_text(record(request.output, built, wrong or next(iter(checked), None), warned)))
    if wrong:
        raise typer.Exit(DIFFERS)


def _compile(job: Job) -> "tuple[Built, list[Check]]":
    """Build every stage, write the bmodel, and check each of them."""
    check_data(job)
    stages = [_stage(dataclasses.replace(job, shapes=shapes or None)) for shapes in job.stages]
    output, built = job.request.output, stages[0][1]
    if len(stages) > 1:
        from tpu_mlir.runtime.combine import combine

        built = dataclasses.replace(built, bmodel=combine([each.bmodel for _, each in stages], built.bmodel.name))
    built.bmodel.save(output)
    errors.print(f"{output}: {size_text(len(built.bmodel.data))}")
    for model in built.bmodel.info().models:
        for stage in model.stages:
            print_parts(stage)
    checked = [found for each, made in stages if (found := run_check(each, made))]
    write_report(stages[0][0], built, evaluate(*stages[0]))
    return built, checked


def _stage(job: Job) -> tuple[Job, Built]:
    """Build a model for one set of input shapes; return its job, with what was corrected."""
    try:
        return _network(job)
    except (ModelError, CompileError) as reason:
        if not job.request.host:
            raise
        return job, build_parts(job, reason, lambda part: _network(part)[1])


def _network(job: Job) -> tuple[Job, Built]:
    """Build a model that is a single network; return its job, with what was corrected. Raises as `build` does."""
    check_network(job)
    job = dataclasses.replace(job, corrected=run_corrections(job))
    return job, run_search(job) if job.request.precision is Precision.AUTO else build(job)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(epilog=EPILOG)(compile)
