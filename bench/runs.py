"""Runs of bmodels in processes of their own: on the simulator, measured, and on the vendor's chip model."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tpu_mlir.runtime import BModel, Session

from bench.zoo import ROOT, Array

# The child reports VmHWM: the peak that a parent learns of also counts what the parent held when it forked.
PROGRAM = """
import json, os, sys, time
import numpy as np
from tpu_mlir.runtime import Session
bmodel, inputs, outputs, repeat, timed = sys.argv[1:]
session = Session(bmodel)
with np.load(inputs) as given:
    feeds = session.convert(dict(given))
runs = []
for _ in range(int(repeat)):
    start, before = time.perf_counter(), os.times()
    result = session.run_all(feeds, capture=(), timed=timed == "True")
    after = os.times()
    cpu = after.user + after.system - before.user - before.system
    runs.append((time.perf_counter() - start, cpu))
(peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
np.savez(outputs, **result.outputs)
seconds, cpu = min(run[0] for run in runs), min(run[1] for run in runs)
print(json.dumps([seconds, cpu, int(peak) * 1024, session.global_bytes()]))
"""


@dataclass(frozen=True)
class Run:
    """Seconds of the fastest run, bytes, and the outputs' bytes in the order of the bmodel."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int
    global_bytes: int
    outputs: list[bytes]


def simulate(bmodel: Path, feeds: Mapping[str, Array], repeat: int, *, timed: bool = False) -> Run:
    """Run a bmodel a few times on the simulator."""
    with tempfile.TemporaryDirectory() as name:
        inputs, outputs = Path(name) / "in.npz", Path(name) / "out.npz"
        np.savez(inputs, **feeds)
        command = [sys.executable, "-c", PROGRAM, bmodel, inputs, outputs, str(repeat), str(timed)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        seconds, cpu, peak, size = json.loads(done.stdout)
        with np.load(outputs) as found:
            return Run(seconds, cpu, peak, size, [np.ascontiguousarray(found[key]).tobytes() for key in found.files])


def chip_model(oracle: Path, bmodel: BModel, feeds: Mapping[str, Array]) -> tuple[list[bytes], float]:
    """Return the outputs' bytes and the seconds that the vendor's chip model takes. Raises CalledProcessError."""
    session = Session(bmodel)
    given = session.convert(dict(feeds))
    with tempfile.TemporaryDirectory() as name:
        model, inputs, outputs = (Path(name) / file for file in ("m.bmodel", "in.npz", "out.npz"))
        bmodel.save(model)
        np.savez(inputs, **{str(i): given[argument.name] for i, argument in enumerate(session.get_inputs())})
        runner = ROOT / "tools/oracle/run_bmodel.py"
        command = [oracle.resolve() / "bin/python", runner, model, inputs, outputs]
        subprocess.run(command, cwd=name, check=True, stdout=subprocess.DEVNULL)
        with np.load(outputs) as found:
            return [found[str(i)].tobytes() for i in range(len(found.files) - 1)], float(found["seconds"])
