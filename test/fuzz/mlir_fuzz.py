"""Gives tpu-opt the tests' own modules with numbers and words damaged; prints those that end it by a signal.

PYTHONPATH=test .venv/bin/python -m fuzz.mlir_fuzz FIRST COUNT [TPU-OPT]
"""

import random
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parents[1]
NUMBERS = (
    *("0", "1", "-1", "2", "3", "7", "64", "65536", "2147483647", "2147483648", "4294967296", "4611686018427387904"),
    *("9223372036854775807", "-9223372036854775808", "99999999999999999999"),
)
WORDS = ("f32", "f16", "bf16", "i8", "ui8", "i1", "i64", "index")
PASSES = ("--tpu-clean", "--tpu-assign-precision=precision=f16", "--lower-top-to-tpu", "--tpu-schedule")
BATCH = 25  # modules that one process reads, one after the other
SECONDS = 10  # of processor time, for a module
MEGABYTES = 2048
CHIP = re.compile(r"\btpu\.")


def modules() -> list[str]:
    """Return the modules of the lit tests of dialects and lowerings, without what they expect."""
    files = sorted(file for folder in ("Dialect", "Conversion") for file in (TESTS / folder).rglob("*.mlir"))
    parts = [part for file in files for part in file.read_text().split("// -----")]
    return [re.sub(r"//.*", "", part) for part in parts if "func.func" in part and "dense_resource" not in part]


def damaged(texts: Sequence[str], seed: int) -> str:
    """Return one of the modules with up to three numbers or words replaced."""
    dice = random.Random(seed)
    text = dice.choice(texts)
    for _ in range(dice.randint(1, 3)):
        pattern, pool = (r"(?<![\w%@#.])-?\d+", NUMBERS) if dice.random() < 0.9 else (r"\b(b?f16|f32|u?i8|i1)\b", WORDS)
        found = list(re.finditer(pattern, text))
        if found:
            chosen = dice.choice(found)
            text = text[: chosen.start()] + dice.choice(pool) + text[chosen.end() :]
    return text


def ends(tpu_opt: Path, texts: Sequence[str]) -> int:
    """Run the passes on modules; return 0 or 1, or another number where the process dies or exceeds its limits."""
    passes = PASSES if not any(map(CHIP.search, texts)) else PASSES[-1:]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS * len(texts), SECONDS * len(texts)))
        resource.setrlimit(resource.RLIMIT_AS, (MEGABYTES << 20, MEGABYTES << 20))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    done = subprocess.run(
        [tpu_opt, "-", "-split-input-file", "-mlir-disable-threading", *passes],
        input="\n// -----\n".join(texts),
        capture_output=True,
        text=True,
        preexec_fn=limit,  # no other thread is there
    )
    return done.returncode


def faults(tpu_opt: Path, seeds: Sequence[int]) -> dict[int, str]:
    """Return the seeds whose module ends the program, with that module."""
    texts = modules()
    made = {seed: damaged(texts, seed) for seed in seeds}
    found: dict[int, str] = {}
    for kind in (True, False):  # the two dialects take different passes
        chosen = [seed for seed in seeds if bool(CHIP.search(made[seed])) == kind]
        for start in range(0, len(chosen), BATCH):
            batch = chosen[start : start + BATCH]
            if ends(tpu_opt, [made[seed] for seed in batch]) in (0, 1):
                continue
            found |= {seed: made[seed] for seed in batch if ends(tpu_opt, [made[seed]]) not in (0, 1)}
    return found


if __name__ == "__main__":
    first, count = int(sys.argv[1]), int(sys.argv[2])
    program = Path(sys.argv[3] if len(sys.argv) > 3 else TESTS.parent / "build" / "bin" / "tpu-opt")
    found = faults(program, range(first, first + count))
    for seed, text in found.items():
        print(f"seed {seed}: ends with {ends(program, [text])}\n{text.strip()}")
    print(f"{count} modules, {len(found)} ended the program")
    sys.exit(min(len(found), 1))
