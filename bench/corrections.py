"""The corrections compared: how near INT8 comes to the float model with each alone, and with those that help."""

import argparse
import sys
import time

import numpy as np
import tpu_mlir
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.quantization import calibrate, correct
from tpu_mlir.quantization.corrections import CORRECTIONS
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

from bench.int8 import CALIBRATED, JUDGED, photo_feeds
from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, Network

NAMES = ("resnet20_cifar10", "squeezenet_fp16", "yolox_nano", "vittracker", "deeplab_dm05_person")
HEADINGS = ("network", "correction", "least cosine of an output", "changes", "kept", "seconds", "simulated ms")


def judge(network: Network, options: argparse.Namespace) -> list[tuple[str, ...]]:
    """Return a row for none, one for each correction that changes something, and one for those that are kept."""
    path, shapes = network.path(options.models), network.shapes
    model, _ = load(path)
    feeds = photo_feeds(network, resolve(model.graph, shapes), CALIBRATED + JUDGED)
    fitted, judged = feeds[:CALIBRATED], feeds[CALIBRATED:]
    reference = Reference(model)
    expected = [reference.run(feed) for feed in judged]

    def row(name: str, session: Session, changes: str, kept: str, seconds: float) -> tuple[str, ...]:
        found = [session.run(session.convert(feed)) for feed in judged]
        pairs = list(zip(found, expected, strict=True))
        cosines = [np.mean([distance(a[output], b[output])[2] for a, b in pairs]) for output in expected[0]]
        cycles = session.run_all(session.convert(judged[0]), capture=(), timed=True).cycles
        figures = f"{min(cosines):.5f}", changes, kept, f"{seconds:.1f}", f"{cycles / 1e6:.3f}"
        print(f"{network.name}, {name}: {', '.join(figures)}", file=sys.stderr, flush=True)
        return network.name, name, *figures

    start = time.perf_counter()
    ranges = calibrate(path, fitted, input_shapes=shapes)
    plain = tpu_mlir.compile(path, precision="int8", ranges=ranges, input_shapes=shapes)
    rows = [row("none", Session(plain), "", "", time.perf_counter() - start)]
    for name in (*CORRECTIONS, "auto"):
        start = time.perf_counter()
        found = correct(path, fitted, corrections=name, input_shapes=shapes)
        bmodel = tpu_mlir.compile(found.module, precision="int8", ranges=found.ranges)
        seconds = time.perf_counter() - start
        changes = " + ".join(str(step.changes) for step in found.steps if step.is_kept)
        kept = ", ".join(step.correction for step in found.steps if step.is_kept) or "none"
        if changes or name == "auto":
            rows.append(row(name, Session(bmodel), changes, kept if name == "auto" else "", seconds))
    return rows


def report(options: argparse.Namespace) -> Report:
    """Compare all corrections on the networks that are asked for."""
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for name in options.networks:
        try:
            rows += judge(BY_NAME[name], options)
        except TpuMlirError as error:
            failures.append(f"{name}: {error}")
    text = (
        "# Corrections\n\n"
        f"Written by `python -m bench.corrections`: INT8, corrected and calibrated on {CALIBRATED} seeded crops of\n"
        "the photos that scikit-learn and scikit-image ship, judged on "
        f"{JUDGED} others by the mean cosine of each output\nwith ONNX Runtime in F32; on {machine()}. The\n"
        "seconds are those of calibration, correction and compilation.\n"
        f"\n{table(HEADINGS, rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a network cannot be compiled."""
    parser = arguments(__doc__)
    parser.add_argument("--networks", nargs="*", default=list(NAMES), choices=sorted(BY_NAME), help="which to compare")
    options = parser.parse_args(words)
    return finish("corrections", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
