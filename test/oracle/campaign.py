"""Many cases of many forms in several processes, until every instruction form and sub-function has had its share."""

import itertools
import math
import multiprocessing
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tpu_mlir._native import isa
from tpu_mlir.isa import INSTRUCTIONS

from oracle.case import PRECISION_NAMES, Case
from oracle.forms import all_forms, make_case
from oracle.machines import ChipModel, Simulator, random_background
from oracle.outcome import BACKGROUND_SEED, judge
from oracle.shrink import shrink

CHUNK = 25  # cases of a task; also what every form is tried with at first
SHOWN = 2  # failures of a form that are shrunk and printed
Key = tuple[str, str]  # an instruction form as the vendor names it ("sAR" is the short AR), and a sub-function


@dataclass(frozen=True)
class Plan:
    """What a campaign does. `commands`: least of an instruction form; `each`: least of a sub-function of it."""

    oracle: Path
    seed: int
    commands: int
    each: int
    jobs: int


@dataclass(frozen=True)
class Failure:
    """A shrunk failure and where it came from."""

    form: str
    seed: int
    case: str
    problem: str
    small: bool
    shrunk_seed: int
    changes: dict[str, int]

    def command_line(self) -> str:
        """What repeats the shrunk case, without where the chip model is."""
        small = " --small" if self.small else ""
        changes = "".join(f" --set {name}={value}" for name, value in self.changes.items())
        return f"python -m oracle.differential --case {self.shrunk_seed}{small}{changes} '{self.form}'"


@dataclass
class Tally:
    """What happened to the commands of one sub-function of one instruction form."""

    tried: int = 0
    differ: int = 0
    silent: int = 0  # commands that changed nothing
    precisions: set[str] = field(default_factory=set[str])
    failures: list[Failure] = field(default_factory=list[Failure])

    def add(self, other: "Tally") -> None:
        self.tried += other.tried
        self.differ += other.differ
        self.silent += other.silent
        self.precisions |= other.precisions
        self.failures += other.failures


Tallies = dict[Key, Tally]


def key_of(case: Case) -> tuple[Key, set[str]]:
    """The row that a case counts for, and the names of its precisions."""
    engine, data = case.commands[case.tested]
    command = isa.decode(engine, data, 0)
    vendor = INSTRUCTIONS[command.name].vendor_name
    short = command.is_short and not vendor.startswith("s")
    codes = {command.fields[name] for name in ("res0_prec", "opd0_prec", "src_data_format") if name in command.fields}
    names = {PRECISION_NAMES[code] for code in codes if code < len(PRECISION_NAMES)}
    return ("s" + vendor if short else vendor, command.mnemonic), names


class Worker:
    """The two machines of one process."""

    def __init__(self, oracle: Path) -> None:
        background = random_background(BACKGROUND_SEED)
        self.chip, self.simulator = ChipModel(oracle, background), Simulator(background)

    def try_form(self, name: str, seeds: range) -> Tallies:
        """Run the cases of these seeds; shrink the first failures."""
        generate = all_forms()[name][1]
        tallies: Tallies = {}
        failed = 0
        cases = [make_case(name, generate, seed) for seed in seeds]
        expected = self.chip.run_all([case.job() for case in cases])
        for seed, case, found in zip(seeds, cases, expected, strict=True):
            outcome = judge(found, self.simulator, case)
            key, precisions = key_of(case)
            tally = tallies.setdefault(key, Tally())
            tally.tried += 1
            tally.silent += not outcome.changed
            tally.precisions |= precisions
            if outcome.problem is None:
                continue
            tally.differ += 1
            failed += 1
            if failed <= SHOWN:
                small = shrink(self.chip, self.simulator, name, generate, seed)
                problem = small.outcome.problem or ""
                tally.failures.append(
                    Failure(name, seed, small.case.describe(), problem, small.small, small.seed, small.changes)
                )
        return tallies


worker: Worker | None = None  # of this process


def start_worker(oracle: Path) -> None:
    global worker  # noqa: PLW0603  a pool gives its processes no other place
    worker = Worker(oracle)


def do_task(task: tuple[str, int, int]) -> tuple[str, Tallies, list[str]]:
    """A form, its tallies, and the memories that were written where nobody looked."""
    name, first, count = task
    assert worker is not None
    tallies = worker.try_form(name, range(first, first + count))
    return name, tallies, [*worker.chip.stray(), *worker.simulator.stray()]


def missing(plan: Plan, tallies: Tallies, found: dict[str, Counter[Key]]) -> dict[str, int]:
    """How many more cases each form needs; what a row of the table lacks is shared among the forms that give it."""
    tried: Counter[str] = Counter()
    for (instruction, _), tally in tallies.items():
        tried[instruction] += tally.tried
    functions = Counter(instruction for instruction, _ in tallies)
    wanted: Counter[str] = Counter()
    for key, tally in tallies.items():
        part = math.ceil((plan.commands - tried[key[0]]) / functions[key[0]])
        lacking = max(plan.each - tally.tried, part)
        sources = [name for name, counts in found.items() if counts[key]]
        for name in sources if lacking > 0 else ():
            share = found[name][key] / found[name].total()
            wanted[name] = max(wanted[name], math.ceil(lacking / len(sources) / share))
    return dict(wanted)


def run_campaign(plan: Plan, names: list[str], report: Callable[[str], None]) -> tuple[Tallies, set[str]]:
    """Run rounds of cases until every row that the forms give has its share; `report` gets lines of progress."""
    tallies: Tallies = {}
    found: dict[str, Counter[Key]] = {name: Counter() for name in names}
    next_seed = dict.fromkeys(names, plan.seed)
    stray: set[str] = set()
    context = multiprocessing.get_context("spawn")
    with context.Pool(plan.jobs, start_worker, (plan.oracle,)) as pool:
        for turn in itertools.count(1):
            needs = dict.fromkeys(names, CHUNK) if turn == 1 else missing(plan, tallies, found)
            if not needs:
                return tallies, stray
            tasks: list[tuple[str, int, int]] = []
            for name, count in needs.items():
                for begin in range(0, count, CHUNK):
                    size = min(CHUNK, count - begin)
                    tasks.append((name, next_seed[name], size))
                    next_seed[name] += size
            done = 0
            total = sum(size for _, _, size in tasks)
            for index, (name, partial, memories) in enumerate(pool.imap_unordered(do_task, tasks), 1):
                stray.update(memories)
                for key, tally in partial.items():
                    for failure in tally.failures:
                        report(f"{name}, seed {failure.seed}:\n{failure.problem}")
                    tallies.setdefault(key, Tally()).add(tally)
                    found[name][key] += tally.tried
                    done += tally.tried
                if index % 20 == 0 or index == len(tasks):
                    differ = sum(tally.differ for tally in tallies.values())
                    report(f"round {turn}: {done} of {total} commands, {differ} differ so far")
    raise AssertionError("the rounds end by themselves")
