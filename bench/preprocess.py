"""What it costs when a bmodel makes its image of pixels itself: simulated cycles with and without."""

import sys
from pathlib import Path

import numpy as np
import tpu_mlir
from PIL import Image
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.quantization import calibrate
from tpu_mlir.quantization.pixels import from_pixels
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import distance

from bench.photos import crops, preprocess
from bench.report import Report, arguments, finish, table
from bench.zoo import BY_NAME, Network

NETWORKS = ("mnist8", "resnet20_cifar10", "squeezenet_fp16", "super_resolution", "ultraface_rfb320", "yolox_nano")
CALIBRATED = 8  # photos; one more is run
LEAST = 0.999  # cosine of each output with that of the bmodel that takes floats
HEADINGS = ("network", "image", "precision", "cycles, floats", "cycles, pixels", "more", "cosine")


def measure(network: Network, models: Path) -> tuple[list[tuple[str, ...]], list[str]]:
    """Return a row for F16 and one for INT8, and the limits that did not hold."""
    path = network.path(models)
    (item,) = resolve(load(path)[0].graph, network.shapes)
    _, channels, height, width = item.shape
    how = preprocess(network, channels)
    photos = [crop.resize((width, height), Image.Resampling.BILINEAR) for crop in crops(CALIBRATED + 1)]
    pixels = [
        np.asarray(photo.convert("L") if channels == 1 else photo, np.uint8).reshape(1, height, width, channels)
        for photo in photos
    ]
    numbers = [{item.name: from_pixels(image, how).astype(item.dtype)} for image in pixels]
    ranges = calibrate(path, numbers[:-1], input_shapes=network.shapes)
    rows: list[tuple[str, ...]] = []
    failures: list[str] = []
    for precision in ("f16", "int8"):
        kind = {"precision": precision, "ranges": ranges if precision == "int8" else None}
        plain = Session(tpu_mlir.compile(path, input_shapes=network.shapes, **kind))
        fused = Session(tpu_mlir.compile(path, input_shapes=network.shapes, fuse_preprocess=how, **kind))
        before = plain.run_all(plain.convert(numbers[-1]), capture=(), timed=True)
        after = fused.run_all({item.name: pixels[-1]}, capture=(), timed=True)
        cosine = min(distance(after.outputs[name], value)[2] for name, value in before.outputs.items())
        size = f"{width}x{height} {how.pixel_format.value}"
        more = f"{after.cycles / before.cycles - 1:+.2%}"
        figures = f"{before.cycles:,}", f"{after.cycles:,}", more, f"{cosine:.6f}"
        rows.append((network.name, size, precision.upper(), *figures))
        if not cosine >= LEAST:
            failures.append(f"{network.name}, {precision}: expected a cosine of {LEAST}, found {cosine:.6f}")
    return rows, failures


def main(words: list[str] | None = None) -> int:
    """Write the table; return 1 if a limit does not hold."""
    options = arguments(__doc__).parse_args(words)
    found = [measure(BY_NAME[name], options.models) for name in NETWORKS]
    text = (
        "# Preprocessing in the bmodel\n\n"
        "Written by `python -m bench.preprocess`: simulated cycles of a bmodel that takes floats and of one that\n"
        "takes pixels (`--fuse-preprocess`), and the cosine of both outputs on a photo; INT8 is calibrated\n"
        f"on {CALIBRATED} others.\n\n{table(HEADINGS, [row for rows, _ in found for row in rows])}"
    )
    return finish("preprocess", Report(text, [failure for _, bad in found for failure in bad]), options.output)


if __name__ == "__main__":
    sys.exit(main())
