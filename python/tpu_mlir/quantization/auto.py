"""Chooses the method for each tensor by trial: the one that changes least what is computed from the tensor."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tpu_mlir.errors import CalibrationError, InputFileError, ModelError
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization.consumers import Consumers
from tpu_mlir.quantization.methods import METHODS
from tpu_mlir.quantization.methods.clipping import steps
from tpu_mlir.quantization.methods.mse import squared_errors
from tpu_mlir.quantization.network import Activation, Network, as_f32
from tpu_mlir.quantization.ranges import Range
from tpu_mlir.quantization.samples import Sample
from tpu_mlir.quantization.statistics import Observation

WORST = 1.25  # times the least squared error: what is tried at all
PREFERRED = "mse"  # what others have to be better than,
GAIN = 0.1  # by this part: clipping harms the network more than the next operations tell, since it has a direction
TRIALS = 16  # samples, evenly from all

Floats = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]  # [results]


@dataclass
class Trial:
    """A tensor's candidates, each with the squared errors that it has caused so far, and what computes from the tensor.

    `levels` steps lie between zero and the threshold. `session` takes `inputs`; where it is None, nothing reads the
    tensor, and its own error counts. `errors` and `scale`, the sum of squares, have a number for each result.
    """

    activation: Activation
    levels: int
    is_signed: bool
    candidates: Mapping[str, Range]
    session: Session | None
    inputs: Sequence[str]
    errors: dict[str, Sums] = field(default_factory=dict[str, Sums])
    scale: Sums | float = 0.0

    @property
    def best(self) -> tuple[str, Range]:
        """The method that has erred least, and its range; PREFERRED unless another is better by GAIN."""
        scale = np.where(self.scale, self.scale, 1)
        totals = {name: float((errors / scale).sum()) for name, errors in self.errors.items()}
        if PREFERRED in totals:
            totals[PREFERRED] *= 1 - GAIN
        method = min(totals or self.candidates, key=lambda name: totals.get(name, 0.0))
        return method, self.candidates[method]

    def run(self, values: Mapping[str, Array]) -> None:
        """Add each candidate's errors on one sample."""
        original = as_f32(values[self.activation.reference])
        expected = self._results(values, original)
        self.scale += _squares(expected)
        for method, found in self.candidates.items():
            pairs = zip(self._results(values, self._quantise(original, found.threshold)), expected, strict=True)
            with np.errstate(invalid="ignore"):  # of infinities, which are left out
                self.errors[method] = self.errors.get(method, 0.0) + _squares([a - b for a, b in pairs])

    def _quantise(self, values: Floats, threshold: float) -> Floats:
        """Return the values rounded to the steps of a symmetric range and clipped."""
        step = np.float32(threshold / self.levels)
        low = -self.levels if self.is_signed else 0
        return np.asarray(np.clip(np.rint(values / step), low, self.levels) * step)  # of rank 0, it would be a number

    def _results(self, values: Mapping[str, Array], tensor: Floats) -> list[Floats]:
        if self.session is None:
            return [tensor]
        reference = self.activation.reference
        feeds = {name: values[name] for name in self.inputs if name != reference}
        feeds[reference] = tensor.astype(values[reference].dtype, copy=False)
        try:
            return [as_f32(array) for array in self.session.run(feeds).values()]
        except SessionError as reason:
            raise CalibrationError(f"ONNX Runtime cannot run what reads '{self.activation.name}': {reason}") from None


def _squares(arrays: Sequence[Floats]) -> Sums:
    """Return the sum of squares of each array, without what infinities of masks leave."""
    return np.array([np.square(array[np.isfinite(array)], dtype=np.float64).sum() for array in arrays])


def trial_samples(samples: Sequence[Sample]) -> Sequence[Sample]:
    """Return the samples to try on, evenly from all."""
    return samples[:: max(1, len(samples) // TRIALS)][:TRIALS]


def choose_by_trial(
    network: Network, seen: Mapping[str, Observation], samples: Sequence[Sample], progress: Callable[[int], None]
) -> dict[str, Trial]:
    """Return a trial for each tensor, whose `best` range is to be used; none of the tensors may be always zero.

    Each method's range is tried on the samples: the tensor is rounded and clipped by it, the operations that read the
    tensor are computed, and their results compared with those of the exact tensor. The least squared error wins, added
    up over the results, each relative to its own squares, with an advance for PREFERRED. Since the samples are few, a
    range is not tried whose squared error on the tensor's whole histogram is more than WORST times the least.
    `progress` is told the number of samples done.
    """
    consumers = Consumers(network.load())
    trials = {
        activation.reference: _trial(activation, seen[activation.name], consumers)
        for activation in network.activations
        if activation.name in seen
    }
    with ThreadPoolExecutor(os.cpu_count() or 1) as executor:
        for index, sample in enumerate(samples, 1):
            values = _values(network, sample)
            if values is not None:
                tasks = [executor.submit(trial.run, values) for trial in trials.values()]
                for task in tasks:
                    task.result()
            progress(index)
    return {trial.activation.name: trial for trial in trials.values()}


def _trial(activation: Activation, seen: Observation, consumers: Consumers) -> Trial:
    candidates = _candidates(seen)
    part = consumers.of(activation.reference)
    try:
        session = None if part is None else Session(part)
    except SessionError as reason:
        raise ModelError(f"ONNX Runtime refuses what reads '{activation.name}': {reason}") from None
    inputs = [value.name for value in part.graph.input] if part else []
    return Trial(activation, steps(seen), seen.is_signed, candidates, session, inputs)


def _candidates(seen: Observation) -> dict[str, Range]:
    """Return the methods' ranges that differ, without those that err most on the values of all samples."""
    found = {method: METHODS[method](seen) for method in sorted(METHODS, key=lambda name: name != PREFERRED)}
    first = {item.threshold: method for method, item in reversed(found.items())}
    errors = squared_errors(seen, np.array(list(first)))
    kept = {method for method, error in zip(first.values(), errors, strict=True) if error <= WORST * errors.min()}
    return {method: item for method, item in found.items() if method in kept}


def _values(network: Network, sample: Sample) -> dict[str, Array] | None:
    """Return what the network computes; nothing for a sample that cannot be read, of which observation has told."""
    try:
        return network.run(sample.load())
    except (CalibrationError, InputFileError):
        return None
