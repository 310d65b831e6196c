"""INT8 by default beside ONNX Runtime's static quantisation, on the same data, by what the worst output loses."""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.quantization import correct
from tpu_mlir.quantization.calibration import clean_module
from tpu_mlir.quantization.quality import held_out
from tpu_mlir.quantization.search.protection import protect
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.reference import Reference, to_onnx
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.profile import profile

from bench.cases import Case, Tensors, of_the_project
from bench.hard import constructed
from bench.public import of_packages
from bench.report import Report, arguments, finish, machine, table
from bench.rivals import METHODS, quantized_session

CALIBRATED, JUDGED = 32, 12  # samples
BETTER, WORSE = 0.9, 1.1  # of the better rival's error, 1 - cosine: clearly better and worse
NOISE = 1e-4  # errors below are no difference

Run = Callable[[Tensors], Tensors]


def centred_cosines(found: Sequence[Tensors], expected: Sequence[Tensors]) -> dict[str, float]:
    """Return for each output the cosine over all samples after the expected mean was taken from both.

    A constant output that is met exactly counts as 1; one value that is not finite where it should be makes 0.
    """
    cosines: dict[str, float] = {}
    for name in expected[0]:
        a, b = (
            np.concatenate([np.ravel(item[name]).astype(np.float64) for item in part]) for part in (found, expected)
        )
        a, b = a - b.mean(), b - b.mean()
        scale = np.linalg.norm(a) * np.linalg.norm(b)
        cosines[name] = float(np.nan_to_num(a @ b / scale)) if scale else float(np.array_equal(a, b))
    return cosines


def agreement(case: Case, found: Sequence[Tensors], expected: Sequence[Tensors]) -> float | None:
    """Return the share of samples whose first output is read alike; None where outputs are not read."""
    if case.decode is None:
        return None
    pairs = [
        (case.decode(next(iter(a.values()))), case.decode(next(iter(b.values()))))
        for a, b in zip(found, expected, strict=True)
    ]
    return float(np.mean([x == y for one, other in pairs for x, y in zip(one, other, strict=True)]))


def ours(case: Case, fitted: Sequence[Tensors], simulate: bool) -> tuple[Run, str]:
    """Return the network as `tpuc compile --precision int8 --calibration-data` makes it, and what the console says."""
    fixed = correct(case.model(), fitted, corrections="quick", input_shapes=case.shapes)
    scheme = Scheme(fixed.module, fixed.ranges)
    kept = protect(scheme, *held_out(scheme.module, fitted))
    before, after = profile(scheme.compile()).cycles, profile(scheme.compile(kept.floats)).cycles
    said = f"{len(kept.floats)} ({after / before - 1:+.1%} cycles): {', '.join(kept.floats[:2])}" if kept.floats else ""
    if simulate:
        session = Session(scheme.compile(kept.floats))
        return lambda feeds: session.run(session.convert(feeds)), said
    return Reference(scheme.typed(kept.floats)).run, said


def measure(case: Case, options: argparse.Namespace) -> tuple[str, ...]:
    """Return a row: the worst output's cosine of each way, agreement of what is read, seconds. Raises TpuMlirError."""
    module = clean_module(case.model(), case.shapes)
    model = to_onnx(module)
    samples = case.samples(CALIBRATED + options.judged)
    fitted, judged = samples[:CALIBRATED], samples[CALIBRATED:]
    reference = Reference(module)
    expected = [reference.run(feeds) for feeds in judged]
    figures: dict[str, tuple[float, float | None]] = {}

    def judge(way: str, run: Run) -> None:
        found = [run(feeds) for feeds in judged]
        figures[way] = min(centred_cosines(found, expected).values()), agreement(case, found, expected)

    for method in options.rivals:
        try:
            judge(method, quantized_session(model, method, fitted).run)
        except Exception as reason:  # noqa: BLE001 - whatever the other tool raises, this row goes on
            print(f"{case.name}: ONNX Runtime's {method} fails: {reason!r}"[:300], file=sys.stderr)
    start = time.perf_counter()
    run, said = ours(case, fitted, options.simulate)
    seconds = time.perf_counter() - start
    judge("ours", run)
    verdict = ""
    if len(figures) > 1:
        best = max(1e-9, min(1 - value for way, (value, _) in figures.items() if way != "ours"))
        error = 1 - figures["ours"][0]
        small = abs(error - best) < NOISE
        verdict = (
            "same" if small else "better" if error < BETTER * best else "WORSE" if error > WORSE * best else "same"
        )
    cells = [
        ""
        if way not in figures
        else f"{figures[way][0]:.5f}" + ("" if figures[way][1] is None else f" ({figures[way][1]:.0%})")
        for way in (*METHODS, "ours")
    ]
    return case.name, *cells, verdict, f"{seconds:.0f}", said


def report(options: argparse.Namespace) -> Report:
    """Measure the networks that are asked for."""
    cases = [
        *constructed(),
        *of_the_project(options.models),
        *(of_packages(options.packages) if options.packages else ()),
    ]
    rows, failures = list[tuple[str, ...]](), list[str]()
    for case in cases:
        if options.only and case.name not in options.only:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                rows.append(measure(case, options))
            print(" | ".join(rows[-1]), file=sys.stderr, flush=True)
        except TpuMlirError as error:
            failures.append(f"{case.name}: {error}")
            print(failures[-1], file=sys.stderr, flush=True)
    headings = ("network", "ORT min-max", "ORT entropy", "ours", "beside the better", "seconds", "in floats")
    text = (
        "# INT8 by default\n\n"
        f"Written by `python -m bench.accuracy`: calibrated on {CALIBRATED} samples, judged on {options.judged}\n"
        "others by the cosine of the worst output with the float network, the mean taken from both; in brackets\n"
        "how many samples are read alike (class, CTC text). ONNX Runtime's are static, per channel, QDQ, and computed\n"
        f"in floats, so that no kernel saturates; ours are {'bmodels' if options.simulate else 'typed modules'}, with\n"
        f"default flags, and the seconds that they take; on {machine()}.\n\n"
        f"{table(headings, rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a network is clearly worse than ONNX Runtime makes it."""
    parser = arguments(__doc__)
    parser.add_argument("--packages", type=Path, help="folder with wheels of the packages in bench/public.py")
    parser.add_argument("--only", nargs="+", metavar="NETWORK", help="not all, but these")
    parser.add_argument("--judged", type=int, default=JUDGED, help="samples to judge by")
    parser.add_argument("--rivals", nargs="*", choices=METHODS, default=list(METHODS), help="ONNX Runtime's methods")
    parser.add_argument(
        "--simulate", action=argparse.BooleanOptionalAction, default=True, help="run bmodels, else typed modules"
    )
    return finish("accuracy", report(parser.parse_args(words)), parser.parse_args(words).output)


if __name__ == "__main__":
    sys.exit(main())
