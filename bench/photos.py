"""Photos for measuring INT8: seeded crops of the pictures that come with scikit-learn and scikit-image."""

from pathlib import Path

import numpy as np
import skimage.data
import sklearn.datasets
from PIL import Image
from tpu_mlir.quantization import PixelFormat, Preprocess

from bench.zoo import Network

# Those of scikit-image that are photos and come with the package.
_PICTURES = ("astronaut", "brick", "camera", "cat", "coffee", "coins", "grass", "gravel", "hubble_deep_field", "rocket")


def pictures() -> list[Image.Image]:
    """Return the whole pictures, in colour."""
    arrays = [getattr(skimage.data, name)() for name in _PICTURES]
    arrays += sklearn.datasets.load_sample_images().images
    return [Image.fromarray(array).convert("RGB") for array in arrays]


def crops(count: int, seed: int = 0) -> list[Image.Image]:
    """Return square crops, of all pictures in turn, from half the shorter side to all of it, at random places."""
    whole = pictures()
    random = np.random.default_rng(seed)
    results: list[Image.Image] = []
    for index in range(count):
        picture = whole[index % len(whole)]
        size = int(min(picture.size) * random.uniform(0.5, 1))
        left, top = (int(random.integers(0, length - size + 1)) for length in picture.size)
        results.append(picture.crop((left, top, left + size, top + size)))
    return results


def write_crops(folder: Path, count: int, seed: int = 0) -> list[Path]:
    """Write crops to a folder as PNG files."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{index:04}.png" for index in range(count)]
    for path, crop in zip(paths, crops(count, seed), strict=True):
        crop.save(path)
    return paths


def preprocess(network: Network, channels: int) -> Preprocess:
    """Return how photos become inputs of a network: pixels of 0 to 255 become its `low` to `high`."""
    scale = (network.high - network.low) / 255
    form = PixelFormat.GRAY if channels == 1 else PixelFormat.BGR if "BGR" in network.reason else PixelFormat.RGB
    return Preprocess(mean=(-network.low / scale,), scale=(scale,), pixel_format=form)
