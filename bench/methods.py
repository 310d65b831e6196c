"""The methods of calibration compared: how near INT8 comes to the float model, on photos that it has not seen."""

import argparse
import sys
import tempfile
from pathlib import Path

import numpy as np
import tpu_mlir
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.quantization import METHODS, calibrate
from tpu_mlir.quantization.samples import find_samples
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

from bench.photos import preprocess, write_crops
from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, Network

NAMES = ("resnet20_cifar10", "squeezenet_fp16")
CALIBRATED, JUDGED = 32, 8  # photos


def judge(network: Network, options: argparse.Namespace, folder: Path) -> list[tuple[str, ...]]:
    """Return a row for each method: the mean and the least cosine of an output on a photo, and how far off it is."""
    path = network.path(options.models, options.resnet50)
    model, _ = load(path)
    inputs = resolve(model.graph, network.shapes)
    how = preprocess(network, inputs[0].shape[1])
    photos = write_crops(folder / "photos", CALIBRATED + JUDGED)
    for name, chosen in (("calibrate", photos[:CALIBRATED]), ("judge", photos[CALIBRATED:])):
        (folder / f"{name}.txt").write_text("".join(f"{photo}\n" for photo in chosen))
    feeds = [each.load() for each in find_samples(folder / "judge.txt", inputs, how, count=JUDGED, seed=0)]
    reference = Reference(model)
    expected = [reference.run(feed) for feed in feeds]
    rows: list[tuple[str, ...]] = []
    for method in options.methods:
        ranges = calibrate(path, folder / "calibrate.txt", method=method, preprocess=how, input_shapes=network.shapes)
        bmodel = tpu_mlir.compile(path, precision="int8", ranges=ranges, input_shapes=network.shapes)
        session = Session(bmodel)
        found = [session.run(session.convert(feed)) for feed in feeds]
        errors = [distance(a[name], b[name]) for a, b in zip(found, expected, strict=True) for name in b]
        cosines, relative = [error[2] for error in errors], [error[0] for error in errors]
        rows.append(
            (network.name, method, f"{np.mean(cosines):.5f}", f"{min(cosines):.5f}", f"{np.mean(relative):.3f}")
        )
    return rows


def report(options: argparse.Namespace) -> Report:
    """Compare all methods on the networks that are asked for."""
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for name in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                rows += judge(BY_NAME[name], options, Path(folder))
            except TpuMlirError as error:
                failures.append(f"{name}: {error}")
    headings = ("network", "method", "mean cosine", "least cosine", "relative error")
    text = (
        "# Methods of calibration\n\n"
        f"Written by `python -m bench.methods`: INT8, calibrated on {CALIBRATED} photos, judged on {JUDGED} others by\n"
        f"the outputs' cosine and relative error (2-norm) against ONNX Runtime in F32; on {machine()}.\n\n"
        f"{table(headings, rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a network cannot be compiled."""
    parser = arguments(__doc__)
    parser.add_argument("--networks", nargs="*", default=list(NAMES), choices=sorted(BY_NAME), help="which to compare")
    every = [*METHODS, "auto"]
    parser.add_argument("--methods", nargs="*", default=every, choices=every, help="methods to compare")
    options = parser.parse_args(words)
    return finish("methods", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
