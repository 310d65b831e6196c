"""The simulator: time, memory and growth of its runs, the chip model beside it, and how near the cycle model is."""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import tpu_mlir
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import BModel

from bench.cycle_model import cycle_rows
from bench.report import Report, arguments, finish, machine, table
from bench.runs import Run, chip_model, simulate
from bench.zoo import BY_NAME, Array, Network, example

# Limits of ResNet-50, batch 1, on two cores; held against the time of all cores together, which other work on the
# machine disturbs less: with both free, a run takes half of it.
SECONDS = {"int8": 0.8, "f16": 1.5, "f32": 2.0}
OVERHEAD = 100e6  # bytes that a run may take beside 1.5 times the global memory of its bmodel
BATCHES = (1, 2, 4, 8)
GROWTH = 1.25  # limit of the time per image, relative to batch 1
SCALED = ("super_resolution", "f16")  # a network whose batch is open


@dataclass(frozen=True)
class Prepared:
    """ResNet-50 in one precision, on disk, with its inputs."""

    precision: str
    bmodel: Path
    feeds: dict[str, Array]


def prepare(network: Network, path: Path, folder: Path) -> Iterator[Prepared | str]:
    """Compile a network in all precisions; yield what failed as text."""
    feeds = example(network, path).feeds
    folder.mkdir(parents=True, exist_ok=True)
    for precision in SECONDS:
        try:
            ranges = calibrate(path, [feeds]) if precision == "int8" else None
            bmodel = tpu_mlir.compile(path, precision=precision, ranges=ranges)
        except TpuMlirError as error:
            yield f"{network.name} {precision}: {error}"
            continue
        bmodel.save(folder / f"{network.name}-{precision}.bmodel")
        yield Prepared(precision, folder / f"{network.name}-{precision}.bmodel", feeds)


def run_rows(each: Prepared, repeat: int) -> tuple[Run, tuple[str, ...], list[str]]:
    """Measure one bmodel: its row and the limits that do not hold."""
    run = simulate(each.bmodel, each.feeds, repeat)
    timed = simulate(each.bmodel, each.feeds, 1, timed=True)  # alone in its process: its peak is that of one run
    allowed = 1.5 * run.global_bytes + OVERHEAD
    seconds = SECONDS[each.precision]
    row = (
        each.precision.upper(),
        *(f"{value:.2f}" for value in (run.cpu_seconds, seconds, run.seconds, timed.cpu_seconds)),
        *(f"{value / 1e6:.0f}" for value in (timed.peak_bytes, allowed)),
    )
    failures: list[str] = []
    if run.cpu_seconds > seconds:
        failures.append(f"{each.precision}: a run takes {run.cpu_seconds:.2f} s, expected at most {seconds:g} s")
    if timed.peak_bytes > allowed:
        failures.append(
            f"{each.precision}: a run takes {timed.peak_bytes / 1e6:.0f} MB, expected at most {allowed / 1e6:.0f} MB"
        )
    return run, row, failures


def growth(options: argparse.Namespace) -> tuple[str, list[str]]:
    """Return the CPU time per image for growing batches."""
    name, precision = SCALED
    network = BY_NAME[name]
    path = network.path(options.models)
    if not path.is_file():
        return "", [f"{name}: no file {path}"]
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    first = 0.0
    for batch in BATCHES:
        shapes = {key: (batch, *shape[1:]) for key, shape in network.shapes.items()}
        scaled = Network(network.name, network.low, network.high, network.reason, shapes)
        target = options.output / f"{name}-{batch}.bmodel"
        tpu_mlir.compile(path, precision=precision, input_shapes=shapes).save(target)
        seconds = simulate(target, example(scaled, path).feeds, options.repeat).cpu_seconds / batch
        first = first or seconds
        rows.append((str(batch), f"{seconds * batch:.2f}", f"{seconds:.2f}", f"{seconds / first:.2f}"))
        if seconds > GROWTH * first:
            failures.append(f"batch {batch}: an image takes {seconds / first:.2f} times that of batch 1")
    headings = ("batch", "CPU seconds", "per image", f"relative to batch 1, at most {GROWTH:g}")
    return f"## Growth: {name} in {precision.upper()}\n\n{table(headings, rows)}", failures


def beside(options: argparse.Namespace, runs: list[tuple[Prepared, Run]]) -> str:
    """Run the same bmodels on the vendor's chip model; a difference of the outputs is told, not hidden."""
    rows: list[tuple[str, ...]] = []
    for each, run in runs:
        if each.precision != "int8" and not options.oracle_all:
            continue
        outputs, seconds = chip_model(options.oracle, BModel.load(each.bmodel), each.feeds)
        same = "yes" if outputs == run.outputs else "**no**"
        rows.append(
            (each.precision.upper(), f"{seconds:.1f}", f"{run.seconds:.2f}", f"{seconds / run.seconds:.0f}", same)
        )
    headings = ("precision", "chip model, s", "simulator, s", "times as fast", "same bytes")
    return f"## Beside the vendor's chip model\n\n{table(headings, rows)}" if rows else ""


def report(options: argparse.Namespace) -> Report:
    """Measure everything; limits that do not hold are failures."""
    if not options.resnet50.is_file():
        return Report("", [f"resnet50: no file {options.resnet50}"])
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    runs: list[tuple[Prepared, Run]] = []
    for each in prepare(BY_NAME["resnet50"], options.resnet50, options.output):
        if isinstance(each, str):
            failures.append(each)
            continue
        run, row, wrong = run_rows(each, options.repeat)
        rows.append(row)
        failures += wrong
        runs.append((each, run))
    scaled, wrong = growth(options)
    cycles, distant = cycle_rows()
    headings = ("precision", "CPU seconds", "limit", "seconds", "CPU seconds with the cycle model", "peak MB", "limit")
    sections = (
        "# The simulator\n\n"
        f"Written by `python -m bench.simulator`: the fastest of {options.repeat} runs, each in a process of "
        f"its own, on {machine()}.\n\n## ResNet-50, batch 1\n\n{table(headings, rows)}",
        beside(options, runs) if options.oracle else "",
        scaled,
        "## Cycle model\n\nCommands of the vendor's compiler against the vendor's static model: those within 5 %, and "
        "the end of the last one, with dependencies between the two engines.\n\n"
        + table(("network", "commands", "within 5 %", "ends after", "vendor's model", "difference"), cycles),
    )
    return Report("\n".join(filter(None, sections)), failures + wrong + distant)


def main(words: list[str] | None = None) -> int:
    """Write the tables; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs")
    parser.add_argument(
        "--oracle", type=Path, help="where the vendor's chip model is installed (tools/oracle/setup.sh)"
    )
    parser.add_argument(
        "--oracle-all", action="store_true", help="beside it, not only INT8 (20 s), but F16 and F32 (minutes)"
    )
    options = parser.parse_args(words)
    return finish("simulator", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
