"""Runs a network's float reference over samples and observes every activation."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from tpu_mlir.errors import CalibrationError, InputFileError
from tpu_mlir.quantization.network import Network, as_f32
from tpu_mlir.quantization.samples import Sample
from tpu_mlir.quantization.statistics import Observation
from tpu_mlir.quantization.workers import Pending, Pool, open_pool

Progress = Callable[[int, int], None]  # samples that are done, all samples

_CHUNK = 4  # samples of a task


@dataclass
class Observed:
    """What was seen of each activation, in the order of computation; the samples used, and those that were bad."""

    tensors: dict[str, Observation] = field(default_factory=dict[str, Observation])
    used: int = 0
    bad: list[str] = field(default_factory=list[str])

    def merge(self, later: "Observed") -> None:
        """Take in the observation of later samples."""
        for name, seen in later.tensors.items():
            self.tensors.setdefault(name, Observation()).merge(seen)
        self.used += later.used
        self.bad += later.bad


def observe(
    network: Network,
    samples: Sequence[Sample],
    *,
    skip_bad: bool = False,
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = lambda done, total: None,
) -> Observed:
    """Observe a network on samples; the result never depends on the workers.

    Raises CalibrationError naming every sample that cannot be read, unless `skip_bad` leaves them out, and for NaN.
    """
    total = Observed()
    with open_pool(network, workers, scheduler) as pool:
        done = 0
        for size, part in _in_order(pool, samples, lambda: skip_bad or not total.bad):
            total.merge(part)
            done += size
            progress(done, len(samples))
    if total.bad and not skip_bad:
        noun = "sample" if len(total.bad) == 1 else "samples"
        lines = "\n  ".join([f"{len(total.bad)} {noun} cannot be used; --skip-bad goes on without:", *total.bad])
        raise CalibrationError(lines)
    if not total.used:
        raise CalibrationError("\n  ".join(["no sample can be used:", *total.bad]))
    return total


def _in_order(pool: Pool, samples: Sequence[Sample], go_on: Callable[[], bool]) -> Iterator[tuple[int, Observed]]:
    """Yield number and observation of samples, few tasks ahead; once `go_on` denies, samples are only read."""
    waiting: deque[tuple[int, Pending]] = deque()
    starts = deque(range(0, len(samples), _CHUNK))
    try:
        while starts or waiting:
            while starts and len(waiting) < 2 * pool.size:
                chunk = list(samples[(at := starts.popleft()) : at + _CHUNK])
                waiting.append((len(chunk), pool.submit(observe_chunk, chunk, go_on())))
            size, task = waiting.popleft()
            yield size, task.result()
    finally:
        for _, task in waiting:
            task.cancel()


def observe_chunk(network: Network, samples: Sequence[Sample], run: bool) -> Observed:
    """Observe the network on a few samples; without `run`, only find out which of them are bad."""
    result = Observed()
    for sample in samples:
        try:
            feeds = sample.load()
        except (CalibrationError, InputFileError) as error:
            result.bad.append(str(error))
            continue
        if run:
            _observe_sample(network, sample.name, feeds, result)
    return result


def _observe_sample(network: Network, name: str, feeds: dict[str, np.ndarray], result: Observed) -> None:
    values = network.run(feeds)
    for activation in network.activations:
        array = as_f32(values.pop(activation.reference))
        seen = result.tensors.setdefault(activation.name, Observation())
        if not seen.add(array):
            raise CalibrationError(
                f"'{activation.name}' ({activation.operator}): expected numbers, found {int(np.isnan(array).sum())} of "
                f"{array.size} that are NaN, on {name}; no tensor computed before it has any"
            )
    result.used += 1
