"""Simulated cycles of networks beside the vendor's compiler's, their floor, and the figures on record."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tpu_mlir.errors import TpuMlirError
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.floor import Floor
from tpu_mlir.runtime.profile import profile

from bench.compile import Cost, compile_once
from bench.figures import OURS, VENDOR, Cycles, cycles_of, read, write
from bench.networks import KINDS, written
from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, MODELS, Network, random_feeds

SLOWER = 0.01  # part of the figure on record that a network may get slower by
GOAL = 0.8  # part of the vendor's cycles
PARTS = {"vit_b": 0.7, "swin": 0.7}  # where it is another
GOALS = {  # cycles, where it does not depend on the vendor's
    "resnet50 int8": 480_000,
    "resnet50_b4 int8": 1_180_000,
    "resnet50 f16": 980_000,
    "resnet50_b4 f16": 2_250_000,
    "resnet50 f32": 4_500_000,
    "yolov5s int8": 1_150_000,
    "yolov5s f16": 1_800_000,
    "bert_base_384 f16": 5_500_000,
}
ZOO = ("squeezenet_fp16", "resnet20_cifar10", "ultraface_rfb320", "lprnet", "yolox_nano", "vittracker")
PRECISIONS = ("f16", "int8")  # of networks of which nothing else is said
NETWORKS: Mapping[str, tuple[str, ...]] = {
    "resnet50": ("int8", "f16", "f32"),
    "resnet50_b4": PRECISIONS,
    "yolov5s": PRECISIONS,
    "bert_base_384": ("f16",),
    **dict.fromkeys((*ZOO, *KINDS), PRECISIONS),
    "vit_b": ("f16",),
    "swin": ("f16",),
}
HEADINGS = (
    "network",
    "precision",
    "cycles",
    "on record",
    "change",
    "vendor",
    "of the vendor's",
    "silicon",
    "goal",
    "floor",
    "floor reached",
)
RECORD = "python -m bench.cycles --record"


@dataclass(frozen=True)
class Task:
    """A network to compile in a precision."""

    network: str
    path: Path
    precision: str

    @property
    def key(self) -> str:
        """Its name among the figures."""
        return f"{self.network} {self.precision}"


@dataclass(frozen=True)
class Measured:
    """What came of a task: either cycles, the floor and what compiling cost, or why it was refused."""

    task: Task
    cycles: Cycles | None = None
    floor: Floor | None = None
    cost: Cost | None = None
    refusal: str = ""


def find(name: str, options: argparse.Namespace) -> Path | None:
    """Return a network's file: one of KINDS is written, others are in --models or its onnx/, or beside --resnet50."""
    if name in KINDS:
        return written(name, options.output / "networks")
    folders = options.models, options.models / "onnx", options.resnet50.parent, MODELS / "onnx"
    places = (folder / f"{name}.onnx" for folder in folders)
    return next((place for place in places if place.is_file()), None)


def measure(task: Task, folder: Path) -> Measured:
    """Compile in a process of its own, for INT8 with the extremes of one seeded input as ranges."""
    target = folder / f"{task.network}.{task.precision}.bmodel"
    network = BY_NAME.get(task.network, Network(task.network, 0, 1, "not trained"))
    options: dict[str, object] = {"precision": task.precision, "input_shapes": dict(network.shapes)}
    try:
        if task.precision == "int8":
            options["ranges"] = str(target.with_suffix(".ranges"))
            ranges = calibrate(task.path, [random_feeds(network, task.path)], method="minmax")
            ranges.save(target.with_suffix(".ranges"))
        cost = compile_once(task.path, target, options)
        bmodel = BModel.load(target)
        return Measured(task, cycles_of(bmodel), profile(bmodel).floor, cost)
    except TpuMlirError as error:
        return Measured(task, refusal=str(error))


def row(found: Measured, ours: Mapping[str, Cycles], vendor: Mapping[str, Cycles]) -> tuple[str, ...]:
    """Return the cells of a network; a dash for what is not known."""
    key, cycles, floor = found.task.key, found.cycles, found.floor
    before, theirs = ours.get(key), vendor.get(key)
    goal = GOALS.get(key) or (round(PARTS.get(found.task.network, GOAL) * theirs.static) if theirs else None)
    return (
        found.task.network,
        found.task.precision.upper(),
        f"{cycles.static:,}" if cycles else "refused",
        f"{before.static:,}" if before else "-",
        f"{cycles.static / before.static - 1:+.1%}" if cycles and before else "-",
        f"{theirs.static:,}" if theirs else "-",
        f"{cycles.static / theirs.static:.2f}" if cycles and theirs else "-",
        f"{cycles.silicon / theirs.silicon:.2f}" if cycles and theirs else "-",
        f"{goal:,}" if goal else "-",
        f"{floor.cycles:,}" if floor else "-",
        f"{floor.cycles / cycles.static:.0%}" if cycles and floor else "-",
    )


def failures(results: Iterable[Measured], ours: Mapping[str, Cycles]) -> Iterator[str]:
    """Yield what is slower than on record, or refused though it is on record."""
    for found in results:
        key, cycles, before = found.task.key, found.cycles, ours.get(found.task.key)
        if before is None:
            continue
        if cycles is None:
            yield f"{key}: expected {before.static:,} cycles, the figure on record, but it is refused: {found.refusal}"
        elif cycles.ratio(before) > 1 + SLOWER:
            yield (
                f"{key}: expected at most {SLOWER:.0%} more than the {before.static:,} cycles on record (silicon "
                f"{before.silicon:,}), found {cycles.static:,} ({cycles.silicon:,}); if that is meant: {RECORD}"
            )


def page(results: list[Measured], ours: Mapping[str, Cycles], vendor: Mapping[str, Cycles]) -> str:
    """Return the tables with what a reader must know about them."""
    costs = [
        (each.task.network, each.task.precision.upper(), f"{each.cost.seconds:.1f}", f"{each.cost.megabytes:.0f}")
        for each in results
        if each.cost
    ]
    refused = "".join(f"- {each.task.key}: {each.refusal.splitlines()[0]}\n" for each in results if each.refusal)
    return (
        "# Simulated cycles beside the vendor's compiler\n\n"
        "Written by `python -m bench.cycles`: static cycle model, one run. The vendor's figures are those of\n"
        f"`python -m bench.vendor` ({VENDOR.name} says of which version); `silicon` is the part of the vendor's\n"
        "cycles by that preset of the cycle model. The floor is the larger of two: the cycles of all convolutions\n"
        "and matrix products as compiled; weights, inputs and outputs, each moved once at 58 bytes a cycle.\n"
        "INT8 has the extremes of one seeded input as ranges.\n\n"
        f"{table(HEADINGS, [row(each, ours, vendor) for each in results])}\n"
        + (f"Refused:\n\n{refused}\n" if refused else "")
        + f"Compiling, each in a process of its own, on {machine()}:\n\n"
        + table(("network", "precision", "seconds", "peak MB"), costs)
    )


def report(options: argparse.Namespace) -> Report:
    """Measure the networks that are asked for; those that are not there are left out, unless they were named."""
    tasks, missing = list[Task](), list[str]()
    for name in options.networks or NETWORKS:
        path = find(name, options)
        chosen = [each for each in NETWORKS[name] if each in (options.precision or NETWORKS[name])]
        tasks += [Task(name, path, precision) for precision in chosen if path]
        if path is None and options.networks:
            missing.append(f"{name}: no file {name}.onnx in the folder of --models or beside --resnet50")
    options.output.mkdir(parents=True, exist_ok=True)
    results: list[Measured] = []
    with ThreadPoolExecutor(options.jobs) as pool:
        for found in pool.map(lambda task: measure(task, options.output), tasks):
            results.append(found)
            text = f"{found.cycles.static:,} cycles" if found.cycles else "refused"
            print(f"[{len(results)}/{len(tasks)}] {found.task.key}: {text}", file=sys.stderr, flush=True)
    ours, vendor = read(OURS), read(VENDOR)
    text = page(results, ours, vendor)
    if options.record:
        write(OURS, RECORD, {each.task.key: each.cycles for each in results})
        ours = read(OURS)
    return Report(text, [*missing, *failures(results, ours)])


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a network is slower than on record."""
    parser = arguments(__doc__)
    add = parser.add_argument
    add("networks", nargs="*", metavar="NETWORK", help=f"of {', '.join(NETWORKS)}; default: all that are found")
    add("--precision", nargs="+", choices=("int8", "f16", "f32"), help="not all, but these")
    add("-j", "--jobs", type=int, default=1, help="networks at once; their compile times are those of a busy machine")
    add("--record", action="store_true", help="put the figures on record instead of comparing with it")
    options = parser.parse_args(words)
    if unknown := set(options.networks) - set(NETWORKS):
        parser.error(f"expected networks of {', '.join(NETWORKS)}, found {', '.join(sorted(unknown))}")
    return finish("cycles", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
