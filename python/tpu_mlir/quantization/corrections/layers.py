"""Convolutions and products with constants as matrix products, and what they multiply by on samples."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.exporting import Quantized, read_elements
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.modules import main_function
from tpu_mlir.quantization.corrections.editing import (
    Floats,
    constant,
    operations_of,
    producer,
    shape_of,
    value_name,
)
from tpu_mlir.quantization.corrections.evidence import Evidence
from tpu_mlir.quantization.corrections.scaling import has_weights, weights_of
from tpu_mlir.quantization.network import Network, as_f32
from tpu_mlir.scratch import scratch_folder

Source = tuple[str, int]
_LAYERS = ("top.conv", "top.matmul")


@dataclass(frozen=True, eq=False)
class Layer:
    """An operation that computes on integers, by the name of its result.

    It multiplies the rows of its `source`, a value by name and which of that name it is, by `weights`, [groups, outputs
    of a group, taps]; taps are the inputs of a group times the elements of the kernel. Quantized, the weights are
    `stored` times `steps`, [groups, outputs of a group, 1], and what `grid` tells is made of the rows.
    """

    name: str
    kind: str
    source: Source
    weights: Floats
    stored: npt.NDArray[np.int8]
    steps: npt.NDArray[np.float64]
    grid: Quantized
    window: "Window | None"

    def rows(self, values: Array, chosen: np.random.Generator, count: int) -> Floats:
        """Return `count` rows at most, drawn from those of the source, as [groups, rows, taps]."""
        if self.window is None:
            rows = values.reshape(1, -1, values.shape[-1])
            return rows[:, _draw(chosen, rows.shape[1], count)]
        windows = self.window.of(values)
        places = [windows.shape[0], *windows.shape[2 : values.ndim]]
        at = np.unravel_index(_draw(chosen, math.prod(places), count), places)
        rows = windows[(at[0], slice(None), *at[1:])]  # [rows, channels, kernel..]
        return rows.reshape(len(rows), len(self.weights), -1).transpose(1, 0, 2)

    def mean_row(self, values: Array) -> npt.NDArray[np.float64]:
        """Return the mean of all rows, [groups, taps]."""
        if self.window is None:
            return values.reshape(-1, values.shape[-1]).mean(axis=0, dtype=np.float64)[None]
        windows, places = self.window.of(values), (0, *range(2, values.ndim))
        taps = np.ndindex(self.window.kernel)  # one by one, so that the innermost loop runs along a row
        means = np.stack([windows[(..., *tap)].mean(axis=places, dtype=np.float64) for tap in taps], axis=1)
        return means.reshape(len(self.weights), -1)

    def on_grid(self, values: Array) -> Floats:
        """Return the nearest values that the quantized source can hold."""
        scale, zero = float(self.grid.scale), float(self.grid.zero_point)
        limits = np.iinfo(self.grid.zero_point.dtype)
        stored = np.clip(np.rint(values / np.float32(scale)) + zero, limits.min, limits.max)
        return np.asarray((stored - zero) * np.float32(scale), np.float32)


@dataclass(frozen=True)
class Window:
    """Where a convolution's kernel stands, by spatial dimension."""

    kernel: tuple[int, ...]
    strides: tuple[int, ...]
    pads: tuple[int, ...]
    dilations: tuple[int, ...]

    def of(self, values: Array) -> Array:
        """Return a view of the padded values, [n, channels, places.., kernel..]."""
        rank = len(self.kernel)
        sides = [(0, 0), (0, 0), *zip(self.pads[:rank], self.pads[rank:], strict=True)]
        padded = np.pad(values, sides)
        extents = [(size - 1) * step + 1 for size, step in zip(self.kernel, self.dilations, strict=True)]
        windows = np.lib.stride_tricks.sliding_window_view(padded, extents, tuple(range(2, 2 + rank)))
        steps = [slice(None, None, step) for step in (*self.strides, *self.dilations)]
        return windows[(slice(None), slice(None), *steps)]


def _draw(chosen: np.random.Generator, total: int, count: int) -> npt.NDArray[np.int64]:
    return chosen.choice(total, count, replace=False, shuffle=False) if total > count else np.arange(total)


def find_layers(module: ir.Module, evidence: Evidence) -> list[Layer]:
    """Return the layers of a module that are quantized with constant weights, in order."""
    quantized = evidence.quantize(module)  # its operations do not keep it
    typed = layer_operations(quantized)
    named = {name: op for name, op in layer_operations(module).items() if name in typed and value_name(op.operands[0])}
    sources = _sources(module)
    found = [_layer(name, op, typed[name], sources[op.operands[0]]) for name, op in named.items()]
    return [layer for layer in found if layer is not None]


def _sources(module: ir.Module) -> dict[ir.Value, Source]:
    """Return each value's name and how many before it have the same one."""
    found: dict[ir.Value, Source] = {}
    counts = Counter[str]()
    block = main_function(module).regions[0].blocks[0]
    computed = [op for op in operations_of(module) if op.name != "top.weight"]
    for values in (block.arguments, *(op.results for op in computed)):
        for value in (values[index] for index in range(len(values))):
            name = value_name(value)
            found[value] = name, counts[name]
            counts[name] += 1
    return found


def _layer(name: str, op: ir.Operation, typed: ir.Operation, read: Source) -> Layer | None:
    grid = Quantized.of(ir.RankedTensorType(typed.operands[0].type).element_type)
    steps = Quantized.of(ir.RankedTensorType(typed.operands[1].type).element_type)
    source = producer(typed.operands[1])
    if grid is None or grid.scale.ndim or steps is None or source is None or source.name != "top.weight":
        return None
    if not has_weights(op) or (len(op.operands) > 2 and constant(op, 2) is None):
        return None  # what the network itself has quantized
    weights = weights_of(op)
    shape = (*weights.shape[:2], -1)
    stored = read_elements(source.attributes["value"])
    if op.name == "top.matmul" and "transpose_rhs" not in op.attributes:
        stored = stored.T
    window = None
    if op.name == "top.conv":
        lists = [tuple(ir.DenseI64ArrayAttr(op.attributes[key])) for key in ("strides", "pads", "dilations")]
        window = Window(tuple(shape_of(op.operands[1])[2:]), *lists)
    scales = steps.scale.astype(np.float64).reshape(*shape[:2], 1)
    known = scales >= np.finfo(np.float32).tiny  # weights of a channel may be as good as zero
    return Layer(
        name,
        op.name,
        read,
        weights.reshape(shape),
        np.where(known, stored.reshape(shape), 0).astype(np.int8),
        np.where(known, scales, 1.0),
        grid,
        window,
    )


def layer_inputs(
    module: ir.Module, layers: Sequence[Layer], evidence: Evidence
) -> Iterator[tuple[int, Mapping[Source, Array]]]:
    """Yield the number of each sample and the layers' sources on it, computed in floats."""
    wanted = {layer.source for layer in layers}
    with scratch_folder() as scratch:
        network = Network.write(module, scratch.path / "reference.onnx")
        references = network.references()
        names = {(name, number): references[name][number] for name, number in wanted}
        for index, sample in enumerate(evidence.samples):
            values = network.run(sample.load())
            yield index, {source: as_f32(values[reference]) for source, reference in names.items()}


def layer_operations(module: ir.Module) -> dict[str, ir.Operation]:
    """Return the operations that can be layers by the names of their results."""
    found = {value_name(op.results[0]): op for op in operations_of(module) if op.name in _LAYERS}
    return {name: op for name, op in found.items() if name}
