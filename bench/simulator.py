"""Time that the simulator takes for ResNet-50, batch 1."""

import argparse
import sys
import time

import tpu_mlir
from tpu_mlir.runtime import Session

from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, example

SECONDS = 10.0  # limit on two cores, for any of PRECISIONS; the vendor's chip model takes 377 s in F16
PRECISIONS = ("f16", "f32")


def report(options: argparse.Namespace) -> Report:
    """Run a few times without, once with the cycle model; the fastest time counts."""
    if not options.resnet50.is_file():
        return Report("", [f"resnet50: no file {options.resnet50}"])
    feeds = example(BY_NAME["resnet50"], options.resnet50).feeds
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for precision in PRECISIONS:
        session = Session(tpu_mlir.compile(options.resnet50, precision=precision))
        converted = session.convert(feeds)
        seconds: list[float] = []
        for _ in range(options.repeat):
            start = time.perf_counter()
            session.run(converted)
            seconds.append(time.perf_counter() - start)
        start = time.perf_counter()
        session.run_all(converted, capture=(), timed=True)
        timed = time.perf_counter() - start
        rows.append((precision.upper(), f"{min(seconds):.2f}", f"{SECONDS:g}", f"{timed:.2f}"))
        if min(seconds) > SECONDS:
            failures.append(f"{precision}: a run takes {min(seconds):.2f} s, expected at most {SECONDS:g} s")
    text = (
        "# ResNet-50, batch 1, on the simulator\n\n"
        f"Written by `python -m bench.simulator`: fastest of {options.repeat} runs on {machine()}.\n\n"
        f"{table(('precision', 'seconds', 'limit', 'seconds with the cycle model'), rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    parser.add_argument("--repeat", type=int, default=3, help="runs")
    options = parser.parse_args(words)
    return finish("simulator", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
