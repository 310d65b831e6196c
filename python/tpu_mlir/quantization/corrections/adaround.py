"""Weights rounded up or down by what that does to a layer's results."""

import math
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits  # pyright: ignore[reportMissingTypeStubs]

from tpu_mlir._mlir import ir
from tpu_mlir.quantization.corrections.editing import Floats
from tpu_mlir.quantization.corrections.evidence import Evidence
from tpu_mlir.quantization.corrections.layers import Layer, find_layers, layer_inputs, layer_operations
from tpu_mlir.quantization.corrections.scaling import owns_weights, set_weights, weights_of

ROWS = 2048  # of inputs a layer is fitted to, drawn evenly from all samples
MEMORY = 1 << 28  # bytes of rows held at a time; the samples are run again for more
STEPS, LEAST_STEPS = 500, 100  # of the optimiser
WORK = 1e11  # multiplications for a layer, above which it takes fewer steps
RATE = 0.05  # of Adam, for variables within -2.4 to 2.4 in the beginning
WARM = 0.2  # share of the steps before rounding is asked for
ZETA, GAMMA = 1.1, -0.1  # ends of the stretched sigmoid
BETA = (20.0, 2.0)  # exponent of the regulariser, from loose to strict
LAMBDA = 0.4  # its weight; the paper has 0.01 for errors that are not relative


@dataclass(frozen=True, eq=False)
class Problem:
    """Minimise v G v' - 2 v b' for each row v of weights in steps, up to a constant; all with groups in front.

    `gram` is G = x'x / rows [groups, taps, taps] with x the quantized inputs; `aim` is b = y'x / rows [groups, outputs,
    taps] with y the exact results over the step.
    """

    gram: Floats
    aim: Floats

    @classmethod
    def of(cls, layer: Layer, rows: Floats) -> "Problem":
        """Return that of a layer on rows of its input, [groups, rows, taps]."""
        stored, count = layer.on_grid(rows), rows.shape[1]
        exact = rows @ (layer.weights / layer.steps).astype(np.float32).transpose(0, 2, 1)
        turned = stored.transpose(0, 2, 1)
        return cls(turned @ stored / count, (turned @ exact).transpose(0, 2, 1) / count)

    def gradient(self, weights: Floats) -> Floats:
        """Return half the gradient by the weights."""
        return weights @ self.gram - self.aim

    def loss(self, weights: Floats) -> npt.NDArray[np.float64]:
        """Return what each output channel adds, [groups, outputs, 1]."""
        halves = weights.astype(np.float64) * (weights @ self.gram - 2 * self.aim)
        return halves.sum(axis=2, keepdims=True)


def adaround(module: ir.Module, evidence: Evidence) -> int:
    """Put each layer's weights on the grid that they are going to have; returns how many layers are rounded.

    A weight of w / s steps becomes floor(w / s) + h, where h = clip(1.2 sigmoid(V) - 0.1, 0, 1) and V minimises

        E|W x - W' x'|^2 / E[x^2] + lambda sum(1 - |2 h - 1|^beta)

    over rows x of the inputs, which are x' when quantized, by Adam; beta falls from 20 to 2, so that h becomes 0 or 1.
    E[x^2] is the mean square of an input, in which errors of weights in steps are counted. An output channel keeps
    rounding to the nearest where that is better, and each channel's largest weight stays, and with it the step s. Other
    than in the paper, the error is taken before the activation function, so that two matrices are all it needs of x.

    Source: Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", ICML 2020, equations 21 to 25.
    """
    operations = layer_operations(module)
    layers = [layer for layer in find_layers(module, evidence) if owns_weights(operations[layer.name])]
    parts = _parts(layers)
    total = len(parts) * len(evidence.samples) + len(layers)
    done = 0
    rounded: dict[str, Floats] = {}
    for part in parts:
        rows: dict[str, list[Floats]] = {layer.name: [] for layer in part}
        for index, inputs in layer_inputs(module, part, evidence):
            for number, layer in enumerate(part):
                chosen = np.random.default_rng([evidence.seed, index, number])
                count = -(-ROWS // len(evidence.samples))
                rows[layer.name].append(layer.rows(inputs[layer.source], chosen, count))
            evidence.advance(done := done + 1, total)
        for layer, weights in zip(part, _round_all(part, [rows.pop(layer.name) for layer in part]), strict=True):
            rounded[layer.name] = weights
            evidence.advance(done := done + 1, total)
    for name, op in operations.items():
        if name in rounded:
            set_weights(op, rounded[name].reshape(weights_of(op).shape))
    return len(layers)


def _round_all(layers: list[Layer], rows: list[list[Floats]]) -> Iterator[Floats]:
    """Yield the rounded weights of each layer; a thread for each core, since those of one product would wait."""
    with ThreadPoolExecutor(os.cpu_count() or 1) as executor, threadpool_limits(1):
        yield from executor.map(_round, layers, rows)


def _round(layer: Layer, rows: list[Floats]) -> Floats:
    return round_weights(layer, Problem.of(layer, np.concatenate(rows, axis=1)))


def _parts(layers: list[Layer]) -> list[list[Layer]]:
    """Return the layers in runs whose rows fit into the memory."""
    parts: list[list[Layer]] = []
    room = 0
    for layer in layers:
        size = 4 * ROWS * layer.weights.shape[0] * layer.weights.shape[2]
        if not parts or size > room:
            parts.append([])
            room = MEMORY
        parts[-1].append(layer)
        room -= size
    return parts


def round_weights(layer: Layer, problem: Problem) -> Floats:
    """Return a layer's weights on their grid, [groups, outputs, taps]."""
    exact = layer.weights / layer.steps
    low = np.floor(exact).astype(np.float32)
    largest = np.abs(layer.weights) == np.abs(layer.weights).max(axis=2, keepdims=True)
    nearest = layer.stored.astype(np.float32)
    up = _optimise(problem, low, (exact - low).astype(np.float32))
    found = np.where(largest, nearest, np.clip(low + up, -127, 127))
    best = np.where(problem.loss(found) < problem.loss(nearest), found, nearest)
    return np.where(largest, layer.weights, best * layer.steps).astype(np.float32)


def _optimise(problem: Problem, low: Floats, part: Floats) -> npt.NDArray[np.bool_]:
    """Return which weights to round up, where `part` is what lies above `low`."""
    cost = low.size * low.shape[2]
    steps = int(np.clip(WORK / cost, LEAST_STEPS, STEPS))
    size = np.maximum(np.trace(problem.gram, axis1=1, axis2=2)[:, None, None] / low.shape[2], 1e-30)
    start = np.clip((part - GAMMA) / (ZETA - GAMMA), 1e-3, 1 - 1e-3)
    v = np.log(start / (1 - start))
    first, second = np.zeros_like(v), np.zeros_like(v)
    for step in range(1, steps + 1):
        sigmoid = 1 / (1 + np.exp(-v))
        h = np.clip(sigmoid * (ZETA - GAMMA) + GAMMA, 0, 1).astype(np.float32, copy=False)
        slope = 2 * problem.gradient(low + h) / size
        progress = (step / steps - WARM) / (1 - WARM)
        if progress > 0:
            beta = BETA[1] + (BETA[0] - BETA[1]) * (1 + math.cos(math.pi * progress)) / 2
            from_middle = 2 * h - 1
            slope -= LAMBDA * 2 * beta * np.sign(from_middle) * np.abs(from_middle) ** (beta - 1)
        inside = (h > 0) & (h < 1)
        gradient = slope * inside * (ZETA - GAMMA) * sigmoid * (1 - sigmoid)
        first += 0.1 * (gradient - first)
        second += 0.001 * (gradient**2 - second)
        v -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    return 1 / (1 + np.exp(-v)) * (ZETA - GAMMA) + GAMMA > 0.5
