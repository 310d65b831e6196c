"""Time and memory of compiling ResNet-50 in F16, in one process that does nothing else."""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tpu_mlir.errors import CompileError

from bench.report import Report, arguments, finish, machine, table

SECONDS, MEGABYTES = 6.0, 600.0  # limits on two cores; the vendor's two steps take 18 s and 1.5 GB

# The child reports VmHWM: the peak that a parent learns of also counts what the parent held when it forked.
PROGRAM = """
import json, os, sys, time
start = time.perf_counter()
import tpu_mlir, tpu_mlir.compiler
loaded = time.perf_counter()
try:
    tpu_mlir.compile(sys.argv[1], output=sys.argv[2], **json.loads(sys.argv[3]))
except tpu_mlir.errors.TpuMlirError as error:
    sys.exit(print(json.dumps(str(error))))
done = time.perf_counter()
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
times = os.times()
print(json.dumps([done - start, loaded - start, times.user + times.system, int(peak) * 1024 / 1e6]))
"""


@dataclass(frozen=True)
class Cost:
    """Seconds, those spent on imports, CPU seconds, and peak megabytes."""

    seconds: float
    imports: float
    cpu: float
    megabytes: float


def compile_once(model: Path, target: Path, options: Mapping[str, object]) -> Cost:
    """Compile in a new process with what `tpu_mlir.compile` takes. Raises CompileError with its message."""
    command = [sys.executable, "-c", PROGRAM, str(model), str(target), json.dumps(options)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout)
    if isinstance(found, str):
        raise CompileError(found)
    return Cost(*found)


def report(options: argparse.Namespace) -> Report:
    """Compile a few times; the fastest time and the highest peak count."""
    if not options.resnet50.is_file():
        return Report("", [f"resnet50: no file {options.resnet50}"])
    options.output.mkdir(parents=True, exist_ok=True)
    target = options.output / "resnet50-f16.bmodel"
    runs = [compile_once(options.resnet50, target, {"precision": "f16"}) for _ in range(options.repeat)]
    fastest = min(runs, key=lambda run: run.seconds)
    seconds, peak = fastest.seconds, max(run.megabytes for run in runs)
    rows = [
        ("seconds, fastest run", f"{seconds:.2f}", f"{SECONDS:g}"),
        ("of these, loading the package", f"{fastest.imports:.2f}", ""),
        ("CPU seconds", f"{fastest.cpu:.2f}", ""),
        ("peak memory in MB, largest run", f"{peak:.0f}", f"{MEGABYTES:g}"),
    ]
    failures: list[str] = []
    if seconds > SECONDS:
        failures.append(f"compiling takes {seconds:.2f} s, expected at most {SECONDS:g} s")
    if peak > MEGABYTES:
        failures.append(f"compiling takes {peak:.0f} MB, expected at most {MEGABYTES:g} MB")
    text = (
        "# Compiling ResNet-50 in F16\n\n"
        "Written by `python -m bench.compile`: from the ONNX file to the bmodel in one process, "
        f"{options.repeat} runs, on {machine()}.\n\n{table(('measure', 'found', 'limit'), rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs")
    options = parser.parse_args(words)
    return finish("compile", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
