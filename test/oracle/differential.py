"""Run random commands on the chip model and on our simulator and compare every byte of memory they changed.

    PYTHONPATH=build/python_packages:test python -m oracle.differential --oracle DIR [--cases 50] [--seed 1]
    [PATTERN ...]

prints one line a form: commands tried, differences, refusals; a failing case with its seed, fields and first
differing bytes.
PATTERN is part of a form's name ("arith.add", "f16").
"""

import argparse
import importlib
import pkgutil
import sys
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

import oracle.generators
from oracle.case import Case, Forms, Generate, Scene
from oracle.machines import ROW_BYTES, Change, ChipModel, ChipModelStopped, CommandError, Simulator, random_background


def all_forms() -> dict[str, tuple[str, Generate]]:
    """Form name -> (generator module, generator), from every file in generators/."""
    forms: dict[str, tuple[str, Generate]] = {}
    for module in pkgutil.iter_modules(oracle.generators.__path__):
        found: Forms = importlib.import_module(f"oracle.generators.{module.name}").FORMS
        for name, generate in found.items():
            if name in forms:
                raise ValueError(f"form {name!r} is in generators {forms[name][0]} and {module.name}")
            forms[name] = (module.name, generate)
    return forms


def make_case(name: str, generate: Generate, seed: int, small: bool = False) -> Case:
    """The case of a seed; the form's name is part of the seed, so forms differ."""
    return generate(Scene(np.random.default_rng([zlib.crc32(name.encode()), seed]), small))


def difference(expected: list[Change], found: list[Change]) -> str | None:
    """The first differing bytes, or None."""
    for chip, ours in zip(expected, found, strict=True):
        if np.array_equal(chip.offsets, ours.offsets) and np.array_equal(chip.values, ours.values):
            continue
        chip_bytes = dict(zip(chip.offsets.tolist(), chip.values.tolist(), strict=True))
        our_bytes = dict(zip(ours.offsets.tolist(), ours.values.tolist(), strict=True))
        places = [at for at in sorted(chip_bytes | our_bytes) if chip_bytes.get(at) != our_bytes.get(at)]
        lines = [
            f"  {chip.space} row {at // ROW_BYTES[chip.space]} byte {at % ROW_BYTES[chip.space]:#x}: "
            f"chip model {show(chip_bytes.get(at))}, simulator {show(our_bytes.get(at))}"
            for at in places[:8]
        ]
        return "\n".join([f"  {len(places)} bytes of {len(chip_bytes | our_bytes)} changed ones differ", *lines])
    return None


def show(byte: int | None) -> str:
    return "unchanged" if byte is None else f"{byte:02x}"


@dataclass
class Tally:
    """What happened to the cases of one form."""

    tried: int = 0
    silent: int = 0  # commands that changed nothing: a suspicious generator
    failures: list[str] = field(default_factory=list[str])


def compare(chip: ChipModel, simulator: Simulator, case: Case) -> tuple[str | None, bool]:
    """What differs, if anything, and whether any byte changed."""
    try:
        expected = chip.run(case.blocks, case.commands)
    except ChipModelStopped as stop:
        return f"  the chip model refuses the command: {stop}", False
    try:
        found = simulator.run(case.blocks, case.commands)
    except CommandError as error:
        return f"  the simulator refuses the command: {error}", False
    return difference(expected, found), any(len(change.offsets) for change in expected)


def check_form(chip: ChipModel, simulator: Simulator, name: str, generate: Generate, seeds: Iterable[int]) -> Tally:
    """Tries the cases of these seeds."""
    tally = Tally()
    for seed in seeds:
        case = make_case(name, generate, seed)
        tally.tried += 1
        problem, wrote = compare(chip, simulator, case)
        tally.silent += not wrote
        if problem:
            fields = ", ".join(f"{key}={value}" for key, value in case.fields.items())
            tally.failures.append(f"{name}, seed {seed}: {fields}\n{problem}")
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--oracle", type=Path, default=Path("build/oracle"), help="where the chip model is installed")
    parser.add_argument("--cases", type=int, default=50, help="commands tried of each form")
    parser.add_argument("--seed", type=int, default=1, help="first seed")
    parser.add_argument("--show", type=int, default=1, help="failing cases printed of each form")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN")
    options = parser.parse_args()
    background = random_background(options.seed)
    chip, simulator = ChipModel(options.oracle, background), Simulator(background)
    failed = 0
    for name, (_, generate) in sorted(all_forms().items()):
        if options.patterns and not any(pattern in name for pattern in options.patterns):
            continue
        tally = check_form(chip, simulator, name, generate, range(options.seed, options.seed + options.cases))
        failed += len(tally.failures)
        print(f"{name:44s} {tally.tried:5d} tried {len(tally.failures):5d} differ {tally.silent:5d} silent", flush=True)
        for failure in tally.failures[: options.show]:
            print(failure, flush=True)
    if stray := chip.stray():
        failed += 1
        print(f"the chip model wrote outside the watched windows: {', '.join(stray)}")
    chip.close()
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
