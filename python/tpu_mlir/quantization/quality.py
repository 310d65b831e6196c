"""What a quantized network's outputs lose beside the float network: for each output, and each of its channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization.calibration import DEFAULT_SAMPLES, Model, clean_module
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.samples import Data, Feeds, Sample, find_samples, readable
from tpu_mlir.reference import Reference, to_onnx
from tpu_mlir.runtime.compare import distance

Run = Callable[[Feeds], dict[str, Array]]
Judge = Callable[[Run], float]
Tell = Callable[[str, int, int], None]  # what is done, how many of how many
Floats = npt.NDArray[np.float64]

T = TypeVar("T")

HELD_OUT = 8  # samples to judge by, a quarter of all at most
SEARCHED = 8  # of the others, that searches look at
STILL = 1e-6  # of the squares: a variance below counts as that much, since such an output hardly varies
UNLIKE = 100.0  # times in power: channels that differ by more are measured one by one
POSITIONS = 32  # values of a channel that make its error a measure
CHANNELS = 256  # at most
CHANNELS_WEIGH = 0.1  # beside the output as a whole


def split(found: Sequence[Sample]) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Return the samples to fit to and those to judge by, evenly from all; fewer than four are both."""
    count = min(HELD_OUT, len(found) // 4)
    if not count:
        return found, found
    held = {index * len(found) // count for index in range(count)}
    return [item for at, item in enumerate(found) if at not in held], [found[at] for at in sorted(held)]


def evenly(found: Sequence[T], count: int) -> Sequence[T]:
    """Return `count` of them at most, evenly from all."""
    return found[:: max(1, len(found) // count)][:count]


@dataclass(frozen=True, eq=False)
class Trials:
    """Samples, and what the float network computes from them."""

    feeds: Sequence[Feeds]
    expected: Sequence[dict[str, Array]]

    @classmethod
    def of(cls, module: ir.Module, samples: Sequence[Sample]) -> "Trials":
        """Run the float network on samples. Raises TpuMlirError."""
        feeds, reference = [sample.load() for sample in samples], Reference(module)
        return cls(feeds, [reference.run(item) for item in feeds])

    def some(self, count: int) -> "Trials":
        """Return `count` of them at most, evenly from all."""
        return Trials(evenly(self.feeds, count), evenly(self.expected, count))

    def loss(self, run: Run) -> float:
        """Return the largest loss of an output."""
        return max(self.losses(run).values(), default=0.0)

    def losses(self, run: Run) -> dict[str, float]:
        """Return the loss of each output: see `loss_of`."""
        found = [run(item) for item in self.feeds]
        return {
            name: loss_of(
                *(np.stack([np.asarray(item[name], np.float64) for item in part]) for part in (found, self.expected))
            )
            for name in self.expected[0]
        }


def held_out(
    model: Model,
    data: Data,
    *,
    samples: int = DEFAULT_SAMPLES,
    seed: int = 0,
    preprocess: Preprocess | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    skip_bad: bool = False,
) -> tuple[Trials, Trials]:
    """Return what the float model computes from samples for a search, and from others that judge what it finds.

    data, samples, seed, preprocess, skip_bad: as for `calibrate`. Raises TpuMlirError.
    """
    module = clean_module(model, input_shapes)
    inputs = resolve(to_onnx(module).graph, {})
    found = find_samples(data, inputs, preprocess or Preprocess(), count=samples, seed=seed)
    searched, held = split(readable(found) if skip_bad else found)
    return Trials.of(module, evenly(searched, SEARCHED)), Trials.of(module, held)


def loss_of(found: Floats, expected: Floats) -> float:
    """Return the squared error of results [samples, ...], relative to their variance; infinite for what is not finite.

    A small loss is about 2 (1 - c), with c the cosine after the mean was taken from both. Where channels differ much in
    power, as boxes and scores in one tensor do, the mean over the channels counts, too, each channel's error relative
    to its own variance, 1 at most: a tenth of it, if that is more, since channels that hardly vary are mostly noise.
    """
    usable = np.isfinite(expected)
    if not np.isfinite(found[usable]).all() or not np.array_equal(found[~usable], expected[~usable], equal_nan=True):
        return float("inf")
    if not usable.all():
        found, expected = found[usable], expected[usable]
    if not expected.size:
        return 0.0
    whole = _relative(found - expected, expected, tuple(range(expected.ndim)))
    axis = _axis_of_channels(expected)
    if axis is None:
        return float(whole)
    others = tuple(dim for dim in range(expected.ndim) if dim != axis)
    channels = np.minimum(_relative(found - expected, expected, others), 1)
    return max(float(whole), CHANNELS_WEIGH * float(channels.mean()))


def _relative(error: Floats, expected: Floats, axes: tuple[int, ...]) -> Floats:
    squares = np.square(expected).mean(axis=axes)
    scale = np.maximum(expected.var(axis=axes), STILL * squares)
    return np.square(error).mean(axis=axes) / np.where(scale, scale, 1)


def _axis_of_channels(values: Floats) -> int | None:
    """Return the axis along which the power differs most, if it differs much and each index has enough values."""
    best, unlike = None, UNLIKE
    for axis in range(1, values.ndim):
        count = values.shape[axis]
        if 2 <= count <= CHANNELS and values.size >= POSITIONS * count:
            powers = values.var(axis=tuple(dim for dim in range(values.ndim) if dim != axis))
            ratio = float(powers.max() / powers[powers > 0].min()) if powers.any() else 0.0
            if ratio > unlike:
                best, unlike = axis, ratio
    return best


def least_cosine(found: Sequence[dict[str, Array]], expected: Sequence[dict[str, Array]]) -> float:
    """Return the least, over the outputs, of the mean cosine with what is expected, over the samples."""
    cosines = [
        [distance(np.asarray(results[name]), np.asarray(array))[2] for name, array in wanted.items()]
        for results, wanted in zip(found, expected, strict=True)
    ]
    return float(np.nan_to_num(cosines).mean(axis=0).min())
