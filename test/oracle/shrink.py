"""From a failing case to the smallest one: a small scene if one fails too, then smaller sizes and fewer set fields."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from oracle.case import Case, Generate
from oracle.forms import make_case
from oracle.outcome import Executor, Outcome, compare, fields_of, with_fields

SMALL_SEEDS = 60  # small scenes tried
MOST_RUNS = 600  # commands run for one failure
SIZES = ("_n", "_c", "_h", "_w", "nsize", "csize", "hsize", "wsize")
KEPT = ("cmd_", "tsk_typ", "tsk_eu_typ", "_addr", "_prec", "data_format", "stride_enable", "localmem_mask", "tsk_lane")


@dataclass(frozen=True)
class Shrunk:
    """A failing case: its scene, and the fields that were changed since."""

    case: Case
    outcome: Outcome
    seed: int
    small: bool
    changes: dict[str, int]


def smaller(fields: dict[str, int]) -> Iterator[dict[str, int]]:
    """Changes that make a command simpler, the boldest first: equal sizes become smaller together, other fields 0."""
    sizes = {name: value for name, value in fields.items() if name.endswith(SIZES) and value > 1}
    for value in sorted(set(sizes.values()), reverse=True):
        together = [name for name in sizes if sizes[name] == value]
        for less in dict.fromkeys((1, value // 2, value - 1)):
            yield dict.fromkeys(together, less)
            if len(together) > 1:
                yield from ({name: less} for name in together)
    for name, value in fields.items():
        if value and name not in sizes and not name.endswith(SIZES) and not any(part in name for part in KEPT):
            yield {name: 0}


def shrink(chip: Executor, simulator: Executor, name: str, generate: Generate, seed: int) -> Shrunk:
    """The smallest case found that fails in the same way as that of the seed."""
    case = make_case(name, generate, seed)
    best = Shrunk(case, compare(chip, simulator, case), seed, False, {})
    kind = best.outcome.kind
    runs = itertools.count(1)
    for small_seed in range(1, SMALL_SEEDS + 1):
        case = make_case(name, generate, small_seed, small=True)
        outcome = compare(chip, simulator, case)
        if outcome.kind == kind:
            best = Shrunk(case, outcome, small_seed, True, {})
            break
    progress = True
    while progress:
        progress = False
        for change in smaller(fields_of(best.case)):
            if next(runs) > MOST_RUNS:
                return best
            try:
                case = with_fields(best.case, change)
            except ValueError:
                continue  # the form has no room for it
            outcome = compare(chip, simulator, case)
            if outcome.kind == kind:
                best = Shrunk(case, outcome, best.seed, best.small, best.changes | change)
                progress = True
                break
    return best
