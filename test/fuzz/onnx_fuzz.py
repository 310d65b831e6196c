"""Compiles damaged ONNX models, each in a process of its own with limits; prints the seeds that break a promise.

PYTHONPATH=build/python_packages:test .venv/bin/python -m fuzz.onnx_fuzz FIRST COUNT [PRECISION]

A damaged model becomes a bmodel or a message, within SECONDS and MEGABYTES; never a traceback, a signal, a hang.
"""

import os
import resource
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import onnx
from fuzz.onnx_models import seeds
from fuzz.onnx_mutations import damage
from tpu_mlir.cli import main as tpuc

SECONDS = 10  # of processor time, for a mutant
MEGABYTES = 2048
_ROOM = 16 << 30  # bytes of address space: above what a mutant may take, below what would harm the machine


@dataclass(frozen=True)
class Outcome:
    """How the compilation of one mutant ended."""

    seed: int
    code: int  # the exit code, or the negative number of a signal
    seconds: float
    megabytes: int
    message: str

    @property
    def fault(self) -> str:
        """What promise is broken; nothing where all are kept."""
        if self.code not in (0, 1):
            return f"ended with {self.code}"
        if "internal error" in self.message or "Traceback" in self.message:
            return "internal error"
        if self.code == 1 and "error: " not in self.message:
            return "no message"
        if self.seconds > SECONDS or self.megabytes > MEGABYTES:
            return f"took {self.seconds:.1f} s and {self.megabytes} MB"
        return ""


def mutant(models: list[onnx.ModelProto], seed: int) -> bytes:
    """Return the model of a seed."""
    return damage(models[seed % len(models)], seed)


def attempt(data: bytes, folder: Path, seed: int, precision: str = "f32") -> Outcome:
    """Compile one model in a forked process."""
    path, target, log = folder / "m.onnx", folder / "m.bmodel", folder / "log"
    path.write_bytes(data)
    target.unlink(missing_ok=True)
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        _compile(path, target, log, precision)
    _, status, usage = os.wait4(child, 0)
    message = log.read_text(errors="replace")
    code = os.waitstatus_to_exitcode(status)
    if code == 0 and not target.exists():
        message = "internal error: success without a bmodel"
    elapsed = min(usage.ru_utime + usage.ru_stime, time.monotonic() - started)
    return Outcome(seed, code, elapsed, usage.ru_maxrss // 1024, message)


def _compile(path: Path, target: Path, log: Path, precision: str) -> None:
    """Become the process that compiles: its output in a file, its time and memory bounded."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(file, 1)
    os.dup2(file, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (2 * SECONDS, 2 * SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_ROOM, _ROOM))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.alarm(20 * SECONDS)  # of wall time, for what sleeps
    code = 70
    try:
        code = tpuc(["compile", str(path), "-o", str(target), "--precision", precision, "--no-check"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(words: list[str]) -> int:
    """Try COUNT seeds from FIRST on; return 1 where one breaks a promise."""
    first, count, precision = int(words[0]), int(words[1]), (words[2:] or ["f32"])[0]
    models, broken, compiled = seeds(), 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + count):
            outcome = attempt(mutant(models, seed), Path(folder), seed, precision)
            compiled += outcome.code == 0
            if outcome.fault:
                broken += 1
                print(f"seed {seed}: {outcome.fault}: {outcome.message.strip()[-300:]}", flush=True)
    print(f"{count} models, {compiled} compiled, {broken} broke a promise")
    return min(broken, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
