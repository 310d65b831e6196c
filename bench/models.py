"""All networks in F32, F16 and BF16: accuracy against ONNX Runtime, time to compile and run, simulated time, size."""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import tpu_mlir
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, LIMITS, NETWORKS, Example, Network, example

HERTZ = 1e9  # the chip's nominal clock
HEADINGS = ("network", "precision", "output", "cosine", "limit", "", "compile s", "run s", "simulated ms", "bmodel MB")


@dataclass(frozen=True)
class Measurement:
    """A network in one precision: the cosine of each output, seconds on this machine, cycles of the chip, bytes."""

    network: str
    precision: str
    cosines: dict[str, float]
    compile_seconds: float
    run_seconds: float
    cycles: int
    size: int

    def rows(self) -> list[tuple[str, ...]]:
        """Return a line for each output; the measurements of all of them stand in the first."""
        seconds = f"{self.compile_seconds:.1f}", f"{self.run_seconds:.1f}"
        once = (*seconds, f"{self.cycles / HERTZ * 1e3:.3f}", f"{self.size / 1e6:.2f}")
        limit = LIMITS[self.precision]
        return [
            (self.network, self.precision.upper(), f"`{name}`", f"{cosine:.7f}", f"{limit}", passed(cosine, limit))
            + (("",) * len(once) if number else once)
            for number, (name, cosine) in enumerate(self.cosines.items())
        ]

    def failures(self) -> list[str]:
        """Return the outputs whose cosine is below the limit."""
        limit = LIMITS[self.precision]
        return [
            f"{self.network} {self.precision}: expected a cosine of {limit} for '{name}', found {cosine:.7f}"
            for name, cosine in self.cosines.items()
            if not cosine >= limit
        ]


def passed(cosine: float, limit: float) -> str:
    """Return how a cosine (not a number if the output is none) is judged."""
    return "pass" if cosine >= limit else "**fail**"


def measure(network: Network, path: Path, precision: str, tried: Example) -> Measurement:
    """Compile a network and run it once. Raises TpuMlirError."""
    start = time.perf_counter()
    bmodel = tpu_mlir.compile(path, precision=precision, input_shapes=network.shapes)
    compiled = time.perf_counter()
    session = Session(bmodel)
    result = session.run_all(session.convert(tried.feeds), capture=(), timed=True)
    finished = time.perf_counter()
    cosines = {name: distance(result.outputs[name], array)[2] for name, array in tried.outputs.items()}
    return Measurement(
        network.name, precision, cosines, compiled - start, finished - compiled, result.cycles, len(bmodel.data)
    )


def page(rows: list[tuple[str, ...]]) -> str:
    """Return the table with what a reader must know about it."""
    ranges = table(
        ("network", "least", "greatest", "why"), [(n.name, f"{n.low:g}", f"{n.high:g}", n.reason) for n in NETWORKS]
    )
    return (
        "# Networks on the simulated BM1684X\n\n"
        "Written by `python -m bench.models`. Each network is compiled, run once on the simulator, and its outputs\n"
        "are compared with those of ONNX Runtime by the cosine of the angle between them. Inputs are drawn evenly\n"
        "(seed 0) from the range that the network was trained with, below. Seconds are wall time of one process on\n"
        f"{machine()}; simulated ms are cycles of the chip's model at 1 GHz; ResNet-50 has random weights.\n\n"
        f"{table(HEADINGS, rows)}\n{ranges}"
    )


def report(options: argparse.Namespace) -> Report:
    """Measure the networks that are there; those that are not count as failures."""
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for network in (BY_NAME[name] for name in options.only or BY_NAME):
        path = network.path(options.models, options.resnet50)
        if not path.is_file():
            failures.append(f"{network.name}: no file {path}")
            continue
        tried = example(network, path)
        for precision in options.precision or LIMITS:
            try:
                measured = measure(network, path, precision, tried)
            except TpuMlirError as error:
                failures.append(f"{network.name} {precision}: {error}")
                continue
            rows += measured.rows()
            failures += measured.failures()
            print(*rows[-len(measured.cosines)], file=sys.stderr)
    return Report(page(rows), failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a cosine is below its limit or a network is missing."""
    parser = arguments(__doc__)
    parser.add_argument("--only", nargs="+", choices=BY_NAME, metavar="NETWORK", help="not all, but these")
    parser.add_argument("--precision", nargs="+", choices=LIMITS, help="not all, but these")
    options = parser.parse_args(words)
    return finish("models", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
