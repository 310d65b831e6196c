"""All networks in INT8 and in mixed precision: accuracy on photos, multiplications on integers, simulated time."""

import argparse
import sys
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
from PIL import Image
from tpu_mlir.errors import TpuMlirError
from tpu_mlir.frontend.onnx.inputs import Input, resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.quantization import Scheme, correct, held_out, protect, search_precision
from tpu_mlir.quantization.corrections import CORRECTIONS
from tpu_mlir.quantization.operations import share_on_integers
from tpu_mlir.quantization.search.mixed_precision import Goal
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance
from tpu_mlir.runtime.profile import profile

from bench.photos import crops
from bench.report import Report, arguments, finish, machine, table
from bench.zoo import BY_NAME, Network

CALIBRATED, JUDGED = 32, 8  # photos
DENSE = ("squeezenet_fp16", "resnet20_cifar10", "super_resolution", "deeplab_dm05_person")
OTHERS = ("ultraface_rfb320", "lprnet", "yolox_nano", "vittracker")
LEAST = dict.fromkeys(DENSE, 0.99) | dict.fromkeys(OTHERS, 0.98)  # cosine of each output in INT8
AIM = 0.997  # cosine on the calibration photos that mixed precision is searched for
AIMS = {"vittracker": 0.9985}  # whose photos tell less of the others
LEAST_AUTO, MOST_FLOAT = 0.995, 0.10  # in mixed precision: cosine, share of multiplications outside INT8
HEADINGS = (
    "network",
    "precision",
    "corrections",
    "least cosine of an output",
    "limit",
    "",
    "MACs on integers",
    "simulated ms",
)

Feeds = dict[str, npt.NDArray[np.generic]]


def photo_feeds(network: Network, inputs: Iterable[Input], count: int) -> list[Feeds]:
    """Return seeded crops of photos as inputs: scaled to each input's size, pixels mapped to the network's range."""
    return [{item.name: _image(network, item, crop) for item in inputs} for crop in crops(count)]


def _image(network: Network, item: Input, crop: Image.Image) -> npt.NDArray[np.generic]:
    _, channels, height, width = item.shape
    scaled = crop.resize((width, height), Image.Resampling.BILINEAR)
    pixels = np.asarray(scaled.convert("L") if channels == 1 else scaled, np.float32).reshape(height, width, channels)
    if "BGR" in network.reason:
        pixels = pixels[..., ::-1]
    values = network.low + pixels / 255 * (network.high - network.low)
    return np.ascontiguousarray(values.transpose(2, 0, 1)[None], item.dtype)


def measure(network: Network, options: argparse.Namespace) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return a row for INT8, one for mixed precision if it is asked for, and the limits that did not hold."""
    path = network.path(options.models)
    model, _ = load(path)
    inputs = resolve(model.graph, network.shapes)
    feeds = photo_feeds(network, inputs, CALIBRATED + JUDGED)
    fitted, judged = feeds[:CALIBRATED], feeds[CALIBRATED:]
    reference = Reference(model)
    expected = [reference.run(feed) for feed in judged]

    def cosine(session: Session) -> float:
        found = [session.run(session.convert(feed)) for feed in judged]
        return min(
            float(np.mean([distance(a[name], b[name])[2] for a, b in zip(found, expected, strict=True)]))
            for name in expected[0]
        )

    names = [] if options.correct == "none" else options.correct
    fixed = correct(path, fitted, corrections=names, input_shapes=network.shapes)
    ranges = fixed.ranges
    scheme, trials = Scheme(fixed.module, ranges), held_out(path, fitted, input_shapes=network.shapes)
    kept = protect(scheme, *trials)
    bmodel = scheme.compile(kept.floats)
    share = share_on_integers(scheme.operations(kept.floats))
    limit = LEAST[network.name]
    made = " + ".join(step.correction for step in fixed.steps if step.is_kept)
    results = [("INT8", cosine(Session(bmodel)), limit, share, profile(bmodel).cycles)]
    if options.auto:
        found = search_precision(scheme, *trials, Goal(options.aim or AIMS.get(network.name, AIM)))
        results.append(("auto", cosine(Session(found.bmodel)), LEAST_AUTO, found.chosen.share, found.chosen.cycles))
    rows, failures = list[tuple[str, ...]](), list[str]()
    for precision, value, least, part, count in results:
        is_dear = part < 1 - MOST_FLOAT and count > results[0][4]  # floats that are faster cost nothing
        good = value >= least and (precision == "INT8" or not is_dear)
        figures = f"{value:.5f}", f"{least}", "pass" if good else "FAIL", f"{part:.1%}", f"{count / 1e6:.3f}"
        rows.append((network.name, precision, made or "none", *figures))
        if not good:
            failures.append(f"{network.name}, {precision}: cosine {value:.5f}, {part:.1%} of the MACs on integers")
    return rows, failures


def report(options: argparse.Namespace) -> Report:
    """Measure the networks that are asked for."""
    rows, failures = list[tuple[str, ...]](), list[str]()
    for name in options.networks:
        try:
            found, bad = measure(BY_NAME[name], options)
        except TpuMlirError as error:
            found, bad = [], [f"{name}: {error}"]
        rows += found
        failures += bad
    own = ", ".join(f"{name}: {aim}" for name, aim in AIMS.items())
    text = (
        "# Networks in INT8\n\n"
        f"Written by `python -m bench.int8`: calibrated on {CALIBRATED} seeded crops of the photos that scikit-learn\n"
        f"and scikit-image ship, judged on {JUDGED} others by the mean cosine of each output with ONNX Runtime in\n"
        f"F32; on {machine()}. Corrections are those of\n`--correct {options.correct}`. Mixed precision is searched "
        f"on the former for {options.aim or f'{AIM} ({own})'}, judged on the latter.\n\n"
        f"{table(HEADINGS, rows)}"
    )
    return Report(text, failures)


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    parser = arguments(__doc__)
    every = [*DENSE, *OTHERS]
    parser.add_argument("--networks", nargs="*", default=every, choices=every, help="which to measure")
    parser.add_argument(
        "--correct", default="quick", choices=["none", *CORRECTIONS, "auto", "quick"], help="corrections to make"
    )
    parser.add_argument("--auto", action=argparse.BooleanOptionalAction, default=True, help="search mixed precision")
    parser.add_argument("--aim", type=float, help="cosine that mixed precision is searched for, of every network")
    options = parser.parse_args(words)
    return finish("int8", report(options), options.output)


if __name__ == "__main__":
    sys.exit(main())
