"""What 8 bits do to a network: for each tensor its values, range and error, for each operation what computes it."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.exporting import Quantized
from tpu_mlir.frontend.onnx.session import Session
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.locations import is_clipped, result_names
from tpu_mlir.modules import main_operations
from tpu_mlir.quantization.calibration import Model, clean_module, quantize_in_f32
from tpu_mlir.quantization.network import Network
from tpu_mlir.quantization.observe import Progress, observe
from tpu_mlir.quantization.operations import Operation, operations
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.quantization.samples import Data, find_samples, readable
from tpu_mlir.quantization.statistics import Observation
from tpu_mlir.reference import to_onnx
from tpu_mlir.runtime.compare import distance
from tpu_mlir.scratch import scratch_folder

JUDGED = 4  # samples on which errors are measured
NARROWED = 0.9  # of a threshold: limits below were narrowed by a rule, not by rounding


@dataclass(frozen=True)
class Tensor:
    """A tensor of the network, in the order of computation.

    `seen` are its values on all samples, `scale` is the step of its 8 bits, the largest of several channels', and
    `limits` the least and largest value that they hold; None in floats. `narrowed` tells that they are less than the
    table's range, because what reads the tensor is flat beyond. `error` is the mean relative error (2-norm)
    against the float network, all that comes before it being quantized, too; of what the reader tells apart.
    """

    name: str
    operator: str
    seen: Observation
    scale: float | None
    limits: tuple[float, float] | None
    narrowed: bool
    error: float
    cosine: float

    @property
    def clipped(self) -> float:
        """The share of values beyond the limits."""
        if self.limits is None or not self.seen.count:
            return 0.0
        below, above = self._beyond(self.limits)
        return float(below.sum() + above.sum()) / self.seen.count

    @property
    def noise_ratio(self) -> float:
        """Expected power of the values over that of rounding (step^2 / 12) and clipping, in dB; infinite in floats."""
        if self.limits is None or self.scale is None or not self.seen.count:
            return math.inf
        middles = self.seen.histogram.edges[:-1] + self.seen.histogram.width / 2
        low, high = self.limits
        noise = self.scale**2 / 12 * self.seen.count
        if self.narrowed:
            negative, positive = self.seen.histogram.counts
            power = float((negative * np.minimum(middles, -low) ** 2 + positive * np.minimum(middles, high) ** 2).sum())
        else:
            power = float((self.seen.histogram.magnitudes * middles**2).sum())
            below, above = self._beyond(self.limits)
            noise += float((below * (middles + low) ** 2).sum() + (above * (middles - high) ** 2).sum())
        return 10 * math.log10(power / noise) if power else math.inf

    def _beyond(self, limits: tuple[float, float]) -> tuple[Array, Array]:
        """Return the histogram's counts of values below and above the limits."""
        histogram, half = self.seen.histogram, (self.scale or 0.0) / 2
        lower = histogram.edges[:-1]
        negative, positive = (side.astype(np.float64) for side in histogram.counts)
        return np.where(lower > half - limits[0], negative, 0.0), np.where(lower > limits[1] + half, positive, 0.0)


@dataclass(frozen=True)
class Diagnosis:
    """Tensors and operations of a quantized network; `samples` were used, `facts` are those of the table."""

    tensors: tuple[Tensor, ...]
    operations: tuple[Operation, ...]
    outputs: Mapping[str, float]  # least cosine with the float network by output, on up to JUDGED samples
    samples: int
    facts: Mapping[str, str]

    @property
    def floats(self) -> list[Operation]:
        """The operations that compute on floats."""
        return [op for op in self.operations if not op.on_integers]

    def worst(self, count: int = 3) -> list[Tensor]:
        """Return the quantized tensors whose values suffer most from rounding and clipping."""
        return sorted((item for item in self.tensors if item.limits), key=lambda item: item.noise_ratio)[:count]

    def kinds_in_floats(self) -> Counter[str]:
        """Return how many operations of which kind compute on floats."""
        return Counter(op.kind for op in self.floats)


def diagnose(
    model: Model,
    ranges: Ranges,
    data: Data,
    *,
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    precision_overrides: Mapping[str, str] | None = None,
    samples: int = 100,
    seed: int = 0,
    preprocess: Preprocess | None = None,
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    progress: Progress = lambda done, total: None,
) -> Diagnosis:
    """Observe the float network on samples and compare the quantized one with it, both in ONNX Runtime.

    What stays floats is computed in f32 there, so errors are those of 8 bits alone. model, ranges, asymmetric,
    quantize_outputs, precision_overrides: as for `quantize`; data, samples, seed, preprocess: as for `calibrate`;
    samples that cannot be read are left out. Raises TpuMlirError.
    """
    module = clean_module(model, input_shapes)
    typed = quantize_in_f32(
        module,
        ranges,
        asymmetric=asymmetric,
        quantize_outputs=quantize_outputs,
        precision_overrides=precision_overrides or {},
    )
    with scratch_folder() as scratch:
        network = Network.write(module, scratch.path / "reference.onnx")
        found = readable(find_samples(data, network.inputs, preprocess or Preprocess(), count=samples, seed=seed))
        judged = found[:: max(1, len(found) // JUDGED)][:JUDGED]
        total = len(found) + len(judged)
        seen = observe(network, found, progress=lambda done, _: progress(done, total))
        quantized = StoredReference(typed)
        distances: dict[str, list[tuple[float, float]]] = {}
        for index, sample in enumerate(judged, 1):
            feeds = sample.load()
            expected, results = network.run(feeds), quantized.run(feeds)
            for item in network.activations:
                if item.name in results:
                    wanted = quantized.clip(item.name, np.asarray(expected[item.reference]))
                    relative, _, cosine = distance(results[item.name], wanted)
                    distances.setdefault(item.name, []).append((relative, cosine))
            progress(len(found) + index, total)
        outputs = [value.name for value in to_onnx(module).graph.output]
    tensors: list[Tensor] = []
    for item in network.activations:
        relative, cosine = np.mean(distances.get(item.name, [(0.0, 1.0)]), axis=0)
        kind = quantized.types.get(item.name)
        scale, limits = _limits(kind) if kind else (None, None)
        values = seen.tensors[item.name]
        entry = ranges.get(item.name)
        narrowed = bool(limits and entry and max(-limits[0], limits[1]) < NARROWED * entry.threshold)
        narrowed = narrowed or item.name in quantized.clipped
        tensors.append(
            Tensor(item.name, item.operator, values, scale, limits, narrowed, float(relative), float(cosine))
        )
    cosines = {name: min(cosine for _, cosine in distances[name]) for name in outputs if name in distances}
    return Diagnosis(tuple(tensors), tuple(operations(typed)), cosines, seen.used, ranges.facts)


def _limits(kind: Quantized) -> tuple[float, tuple[float, float]]:
    """Return the step and what 8 bits hold of it; of several channels, the widest."""
    ends = np.iinfo(kind.zero_point.dtype)
    points = kind.zero_point.astype(np.float64)
    low, high = ((end - points) * kind.scale for end in (ends.min, ends.max))
    return float(kind.scale.max()), (float(low.min()), float(high.max()))


class StoredReference:
    """A typed module in ONNX Runtime, its stored integers as the reals that they stand for."""

    def __init__(self, module: ir.Module) -> None:
        self.types: dict[str, Quantized] = {}
        self.clipped: set[str] = set()
        for op in main_operations(module):
            for index, name in enumerate(result_names(op)):
                kind = Quantized.of(ir.RankedTensorType(op.results[index].type).element_type)
                if kind and op.name != "top.weight":
                    self.types[name] = kind
                    self.clipped |= {name} if is_clipped(op) else set()
        model = to_onnx(module, intermediates=True)
        self._names = {value.name: value.doc_string or value.name for value in model.graph.output}
        self._session = Session(model)

    def clip(self, name: str, values: Array) -> Array:
        """Return what of a tensor its reader tells apart."""
        return np.clip(values, *_limits(self.types[name])[1]) if name in self.clipped else values

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Return every tensor by its name in the network; of one that is stored and real, what is stored."""
        found: dict[str, Array] = {}
        for output, array in self._session.run(dict(feeds)).items():
            name = self._names[output]
            kind = self.types.get(name)
            if array.dtype.kind in "iu" and kind is not None:
                found[name] = _reals(array, kind)
            elif array.dtype.kind == "f":
                found.setdefault(name, array)
        return found


def _reals(stored: Array, kind: Quantized) -> Array:
    shape = [1] * stored.ndim
    if kind.scale.ndim:
        shape[kind.axis] = -1
    return (stored.astype(np.float64) - kind.zero_point.reshape(shape)) * kind.scale.reshape(shape)
