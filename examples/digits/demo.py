"""Compile the digits network in four precisions and judge each bmodel by held-out images: `make demo`.

The INT8 one takes pixels, as a camera gives them, and does the preprocessing itself.
"""

import argparse
import sys
import time
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import tpu_mlir
from data import INPUT, MODEL, OUTPUT, WEIGHT, Digits, load
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.quantization import PixelFormat, Preprocess, Ranges, calibrate
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

BATCH = 40  # images a run
HERTZ = 1e9  # the chip's nominal clock
LIMITS = {"f32": 0.99999, "f16": 0.9995, "bf16": 0.995, "int8": 0.99}  # least cosine against ONNX Runtime, of any image
LOST = {"int8": 0.003}  # share of right answers that may be lost
PREPROCESS = Preprocess(scale=(WEIGHT,), pixel_format=PixelFormat.GRAY)
CALIBRATED = 400  # images, of those that the network has learnt from

Scores = npt.NDArray[np.float32]  # [images, 10]


@dataclass(frozen=True)
class Judgement:
    """What the demo found out about the network in one precision.

    `accuracy` is top-1; `cosine` the worst of any image; `cycles` those of one batch; `size` in bytes; `seconds` taken
    to compile and to run all images.
    """

    precision: str
    accuracy: float
    cosine: float
    cycles: int
    size: int
    seconds: float

    def failures(self, reference: float) -> list[str]:
        """Return what is worse than it may be; `reference` is ONNX Runtime's accuracy."""
        found: list[str] = []
        if self.accuracy < reference - LOST.get(self.precision, 0.0):
            found.append(f"{self.precision}: expected an accuracy of {reference:.2%}, found {self.accuracy:.2%}")
        if not self.cosine >= LIMITS[self.precision]:
            found.append(f"{self.precision}: expected a cosine of {LIMITS[self.precision]}, found {self.cosine:.6f}")
        return found


def accuracy(scores: Scores, digits: Digits) -> float:
    """Return the share of images whose highest score is the right one."""
    return float(np.mean(scores.argmax(1) == digits.labels))


def find_ranges(shapes: dict[str, tuple[int, ...]]) -> Ranges:
    """Calibrate the network on images that it is not judged by."""
    learnt, _ = load()
    batches = np.split(learnt.images[:CALIBRATED], range(BATCH, CALIBRATED, BATCH))
    return calibrate(MODEL, [{INPUT: batch} for batch in batches], input_shapes=shapes)


def judge(precision: str, digits: Digits, reference: Scores) -> Judgement:
    """Compile the network, run the bmodel on the simulated chip over all images and compare with ONNX Runtime."""
    start = time.perf_counter()
    shapes = {INPUT: (BATCH, 1, 8, 8)}
    if precision == "int8":
        ranges = find_ranges(shapes)
        bmodel = tpu_mlir.compile(
            MODEL, precision="int8", input_shapes=shapes, ranges=ranges, fuse_preprocess=PREPROCESS
        )
        inputs = digits.pixels
    else:
        bmodel = tpu_mlir.compile(MODEL, precision=precision, input_shapes=shapes)
        inputs = digits.images
    session = Session(bmodel)
    batches = np.split(inputs, range(BATCH, len(inputs), BATCH))
    runs = [session.run_all({INPUT: batch}, capture=(), timed=batch is batches[0]) for batch in batches]
    scores = np.concatenate([run.outputs[OUTPUT] for run in runs])
    seconds = time.perf_counter() - start
    cosine = min(distance(found, expected)[2] for found, expected in zip(scores, reference, strict=True))
    return Judgement(precision, accuracy(scores, digits), cosine, runs[0].cycles, len(bmodel.data), seconds)


def table(judgements: list[Judgement], reference: float, images: int) -> Table:
    """Return the demo's one table."""
    result = Table(title=f"{MODEL.name} on {images} held-out images, BM1684X simulator, batch {BATCH}")
    columns = ("top-1 ONNX Runtime", "top-1 bmodel", "worst cosine", "latency of a batch", "bmodel", "seconds")
    result.add_column("precision")
    for column in columns:
        result.add_column(column, justify="right")
    for j in judgements:
        result.add_row(
            j.precision.upper(),
            f"{reference:.2%}",
            f"{j.accuracy:.2%}",
            f"{j.cosine:.7f}",
            f"{j.cycles / HERTZ * 1e6:.1f} us",
            f"{j.size / 1024:.1f} KiB",
            f"{j.seconds:.1f}",
        )
    return result


def main() -> int:
    """Print the table; return 1 if a bmodel is worse than it may be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=360, help=f"multiple of {BATCH}, 360 at most")
    count = parser.parse_args().images
    _, held_out = load()
    if count % BATCH or not 0 < count <= len(held_out.images):
        parser.error(f"expected a multiple of {BATCH} up to {len(held_out.images)}, found {count}")
    digits = Digits(held_out.images[:count], held_out.labels[:count])
    reference = np.asarray(OnnxRuntime(MODEL).run({INPUT: digits.images})[OUTPUT])
    with Progress(console=Console(stderr=True), transient=True) as progress:
        judgements = [
            judge(precision, digits, reference) for precision in progress.track(LIMITS, description="compile and run")
        ]
    expected = accuracy(reference, digits)
    Console(width=120).print(table(judgements, expected, count))
    failures = [failure for j in judgements for failure in j.failures(expected)]
    for failure in failures:
        print(f"error: {failure}", file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
