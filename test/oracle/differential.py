"""Run random commands on the chip model and on our simulator and compare every byte of memory they changed.

    PYTHONPATH=build/python_packages:test python -m oracle.differential --oracle DIR [--report FILE] [PATTERN ...]

tries at least --commands commands of each instruction form and --each of each of its sub-functions, in --jobs
processes, and prints (and writes to FILE) a table of them. A failing case is shrunk and printed with the command line
that repeats it alone:

    ... -m oracle.differential --oracle DIR --case SEED [--small] [--set FIELD=VALUE ...] 'FORM'

PATTERN is part of a form's name ("arith.add", "f16"); FORM is a whole one.
"""

import argparse
import sys
import time
from pathlib import Path

from oracle.campaign import Failure, Plan, run_campaign
from oracle.forms import all_forms, make_case
from oracle.machines import ChipModel, Simulator, random_background
from oracle.outcome import BACKGROUND_SEED, compare, with_fields
from oracle.report import document, summary


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path, default=Path("build/oracle"), help="where the chip model is installed")
    parser.add_argument("--commands", type=int, default=2000, help="least commands of an instruction form")
    parser.add_argument("--each", type=int, default=100, help="least commands of a sub-function of a form")
    parser.add_argument("--seed", type=int, default=1, help="first seed of every form")
    parser.add_argument("--jobs", type=int, default=2, help="processes; each has a chip model of its own")
    parser.add_argument("--report", type=Path, help="document to write the table to")
    parser.add_argument("--case", type=int, metavar="SEED", help="run this one case of the one form given")
    parser.add_argument("--small", action="store_true", help="with --case: a case as for golden vectors")
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=VALUE", help="with --case: change a field")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    return parser.parse_args()


def repeat(chosen: argparse.Namespace) -> int:
    """Run one case and say what differs."""
    (name,) = chosen.patterns
    case = make_case(name, all_forms()[name][1], chosen.case, small=chosen.small)
    changes = dict(change.split("=", 1) for change in chosen.set)
    case = with_fields(case, {field: int(value, 0) for field, value in changes.items()})
    background = random_background(BACKGROUND_SEED)
    chip = ChipModel(chosen.oracle, background)
    outcome = compare(chip, Simulator(background), case)
    chip.close()
    print(case.describe())
    print(outcome.problem or "no difference")
    return int(outcome.problem is not None)


def show(failure: Failure) -> None:
    print(
        f"\n{failure.form}, seed {failure.seed}: {failure.case}\n{failure.problem}\n  again: {failure.command_line()}"
    )


def main() -> int:
    chosen = options()
    if chosen.case is not None:
        return repeat(chosen)
    names = [n for n in all_forms() if not chosen.patterns or any(p in n for p in chosen.patterns)]
    start = time.monotonic()
    plan = Plan(chosen.oracle, chosen.seed, chosen.commands, chosen.each, chosen.jobs)
    tallies, stray = run_campaign(plan, sorted(names), lambda line: print(line, file=sys.stderr, flush=True))
    print(summary(tallies))
    failures = [failure for tally in tallies.values() for failure in tally.failures]
    for failure in failures:
        show(failure)
    for memory in sorted(stray):
        print(f"{memory} memory was written where nobody looked")
    seconds = time.monotonic() - start
    if chosen.report:
        chosen.report.write_text(document(tallies, plan, seconds), encoding="utf-8")
        print(f"wrote {chosen.report}")
    return int(bool(failures or stray))


if __name__ == "__main__":
    sys.exit(main())
