"""The images of handwritten digits that come with scikit-learn, split for training and for judging."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.datasets import load_digits

MODEL = Path(__file__).with_name("digits.onnx")
INPUT = "images"
OUTPUT = "scores"
WEIGHT = 1 / 16  # of a pixel
SEED = 2024
HELD_OUT = 360  # of 1797 images


@dataclass(frozen=True, eq=False)
class Digits:
    """Images [count, 1, 8, 8], f32 from 0 (white) to 1 (black), and the digit that each of them shows."""

    images: npt.NDArray[np.float32]
    labels: npt.NDArray[np.int64]

    @property
    def pixels(self) -> npt.NDArray[np.uint8]:
        """The images as they were before WEIGHT: u8 [count, 8, 8, 1] from 0 to 16."""
        return np.rint(self.images / WEIGHT).astype(np.uint8).reshape(-1, 8, 8, 1)


def load() -> tuple[Digits, Digits]:
    """Return what a network may learn from and the held-out images that it is judged by, drawn with SEED.

    Source: scikit-learn's `load_digits`, 8 x 8 pixels of 0 to 16 (UCI "Optical Recognition of Handwritten Digits").
    """
    pixels, labels = load_digits(return_X_y=True)
    images = (pixels * WEIGHT).astype(np.float32).reshape(-1, 1, 8, 8)
    order = np.random.default_rng(SEED).permutation(len(labels))
    held_out, learnt = order[:HELD_OUT], order[HELD_OUT:]
    return Digits(images[learnt], labels[learnt]), Digits(images[held_out], labels[held_out])
