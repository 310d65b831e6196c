"""What a network may return in a precision: ONNX Runtime's results, and how far rounding can move them.

The network runs node by node, those that are composed of several operations one by one, each time with noise on every
value that an operator computes: as large as the precision
rounds (a step, in INT8). What the results do then is what rounding can do to them, however ill-conditioned the network,
thresholds, comparisons, cancellation and overflow included. A result is right where it differs from the exact one by
at most `FACTOR` times the largest difference that noise has made at that element; where noise makes an element infinite
or NaN, any value is. Noise also is what the documents leave open of special values: denormals become 0, zeros have
either sign, and every other run has other values where `exceptions` has a rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import onnx
from fuzz.networks.draft import IR_VERSION
from fuzz.networks.exceptions import Run, left_open, replaced
from fuzz.networks.nodes import reads
from fuzz.networks.spelling import means_the_same, spelled_out
from onnx import helper, numpy_helper
from tpu_mlir.frontend.onnx.session import Session
from tpu_mlir.frontend.onnx.tensors import BFLOAT16, Array, DType, onnx_type

FACTOR = 4.0
TRIALS = (0, 4, 12, 110)  # runs with noise; the next so many only where those before do not explain a difference
# Relative: half the distance of neighbours, and in f32 the last bits of functions and the order of sums.
ROUNDING: Mapping[str, float] = {"f32": 8 * 2.0**-24, "f16": 2.0**-11, "bf16": 2.0**-8, "int8": 2.0**-11}
SMALLEST: Mapping[str, float] = {"f32": 2.0**-122, "f16": 2.0**-24, "bf16": 2.0**-122, "int8": 2.0**-24}
STORED: Mapping[str, DType] = {"f16": np.dtype(np.float16), "bf16": BFLOAT16, "int8": np.dtype(np.float16)}
INT8_STEPS = 127
DENORMAL = 2.0**-126  # smaller ones are 0 on the chip

# Operators whose results near 0 come from numbers near 1: their error is one of those.
ABSOLUTE = frozenset(
    {"Acos", "Acosh", "Asin", "Asinh", "Atan", "Atanh", "Celu", "Elu", "Log", "LogSoftmax", "Selu"}
    | {"Sigmoid", "Sinh", "Softplus", "Tan", "Tanh", "Erf", "Gelu", "Mish"}
)
NORMS = frozenset({"GroupNormalization", "InstanceNormalization", "LayerNormalization", "MeanVarianceNormalization"})
# Operators that return elements of their operands, so nothing is rounded.
MOVES = frozenset(
    {"Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "GatherElements", "GatherND", "Identity", "If"}
    | {"Reshape", "ReverseSequence", "Slice", "OneHot"}
    | {"SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Trilu", "Unsqueeze", "Dropout", "Max", "Min", "Where"}
    | {"MaxPool", "GlobalMaxPool", "ReduceMax", "ReduceMin", "Relu", "Abs", "Neg", "Sign", "Ceil", "Floor", "Round"}
    | {"Constant", "Cast", "CastLike", "Clip", "Pad"}
)


@dataclass(frozen=True)
class Difference:
    """An output that rounding does not explain: where it is worst, and what stands there."""

    output: str
    place: tuple[int, ...]
    found: float
    expected: float
    allowed: float
    share: float  # of the elements

    def __str__(self) -> str:
        return (
            f"'{self.output}'{list(self.place)} is {self.found:.6g}, expected {self.expected:.6g} within "
            f"{self.allowed:.2g}; {self.share:.2%} of the elements differ by more than rounding can explain"
        )


@dataclass(eq=False)
class Oracle:
    """A network ready to run node by node."""

    model: onnx.ModelProto
    feeds: Mapping[str, Array]
    _nodes: list[tuple[onnx.NodeProto, list[str], Session]] = field(init=False)
    _fixed: dict[str, Array] = field(init=False)
    exact: dict[str, Array] = field(init=False)

    def __post_init__(self) -> None:
        self._fixed = {item.name: numpy_helper.to_array(item) for item in self.model.graph.initializer}
        values: dict[str, Array] = {**self._fixed, **self.feeds}
        self._nodes = []
        for node in self.model.graph.node:
            single = _single(node, reads(node), values, self.model)
            constants = {name: values[name] for name in reads(node) if name in self._fixed}
            spelled = spelled_out(single, constants)
            if spelled is None:
                self._add(node, self.model, values)
                continue
            for item in spelled.graph.initializer:
                self._fixed[item.name] = values[item.name] = numpy_helper.to_array(item)
            for step in spelled.graph.node:
                self._add(step, spelled, values)
            own = Session(single).run({name: values[name] for name in reads(node)})
            values.update((name, array) for name, array in own.items() if not means_the_same(values[name], array))
        self.exact = values

    def _add(self, node: onnx.NodeProto, model: onnx.ModelProto, values: dict[str, Array]) -> None:
        """Take a node of a model in, and add its results to the values."""
        read = reads(node)
        session = Session(_single(node, read, values, model))
        self._nodes.append((node, read, session))
        values.update(session.run({name: values[name] for name in read}))

    def differences(self, found: Mapping[str, Array], precision: str) -> list[Difference]:
        """Return the outputs that rounding does not explain."""
        random = np.random.default_rng(0)
        outputs = [item.name for item in self.model.graph.output]
        spread = {name: np.zeros(self.exact[name].shape) for name in outputs}
        wrong: list[Difference] = []
        for count in TRIALS:
            for index in range(count):
                noise = _noise(precision, random, stored=index % 2 == 0, flushed=index % 4 > 1)
                noisy = self._run(noise, precision, random)
                for name in outputs:
                    spread[name] = np.maximum(spread[name], _distance(noisy[name], self.exact[name]))
            wrong = [
                item
                for name in outputs
                if (item := self._judge(name, found[name], spread[name], precision)) is not None
            ]
            if not wrong:
                break
        return wrong

    def _run(self, noise: Callable[[Array], Array], precision: str, random: np.random.Generator) -> dict[str, Array]:
        values: dict[str, Array] = {**self._fixed, **self.feeds}
        for name, array in values.items():
            if name[0] != "k":
                values[name] = noise(array)
        for node, read, session in self._nodes:
            feeds = {name: values[name] for name in read}
            if node.op_type in MOVES:
                values.update(_open(node, feeds, session.run, random))
                for name in node.output:  # in f32, casts to f16 are nothing
                    if name in values and values[name].dtype == np.float16:
                        values[name] = noise(values[name])
                continue
            if precision != "int8":  # inside an operator, operands may be rounded once more
                feeds = {
                    name: array if name[0] == "k" or array.dtype.kind != "f" else noise(array)
                    for name, array in feeds.items()
                }
            made = _open(node, feeds, session.run, random)
            error = _absolute(node, feeds, precision)
            for name, array in made.items():
                # Near 0 results may be 0 as well, or exactly what they are.
                shift = error * random.uniform(-1, 1, array.shape) if error and random.random() < 0.5 else 0
                values[name] = noise(np.asarray(array + shift, array.dtype))
        return values

    def _judge(self, name: str, found: Array, spread: Array, precision: str) -> Difference | None:
        expected = self.exact[name].astype(np.float64)
        found = found.astype(np.float64)
        magnitude = np.where(np.isfinite(expected), np.abs(expected), 0)
        allowed = FACTOR * spread + ROUNDING[precision] * magnitude + FACTOR * SMALLEST[precision]
        if precision == "int8":
            allowed += _step(expected)
        free = np.isinf(spread)
        excess = np.where(free, 0, _distance(found, expected) / np.where(free, 1, allowed))
        bad = excess > 1
        if not bad.any():
            return None
        place = np.unravel_index(int(np.argmax(excess)), bad.shape)
        at = tuple(int(item) for item in place)
        return Difference(name, at, float(found[at]), float(expected[at]), float(allowed[at]), float(bad.mean()))


def _open(node: onnx.NodeProto, feeds: Mapping[str, Array], run: Run, random: np.random.Generator) -> dict[str, Array]:
    """Return a node's results, every other time with other values where the documents leave them open."""
    made = run(feeds)
    return replaced(made, left_open(node, feeds, run), random) if random.random() < 0.5 else made


def _noise(precision: str, random: np.random.Generator, *, stored: bool, flushed: bool) -> Callable[[Array], Array]:
    """Return a function that moves values by what a precision rounds; where `stored`, its type then holds them.

    Where `flushed`, denormals of f32 and bf16 are 0, and zeros have either sign.
    """
    relative, smallest, kind = ROUNDING[precision], SMALLEST[precision], STORED.get(precision)

    def noise(array: Array) -> Array:
        if array.dtype in (np.int8, np.uint8):  # a step: floats keep what 8 bits round
            ends = np.iinfo(array.dtype)
            steps = array.astype(np.int64) + random.integers(-1, 2, array.shape)
            return np.asarray(np.clip(steps, ends.min, ends.max), array.dtype)
        if array.dtype.kind != "f":
            return array
        wide = array.astype(np.float64)
        share = (
            2 * ROUNDING["f16"] if array.dtype == np.float16 else relative
        )  # twice, since it is rounded to f16 again
        with np.errstate(all="ignore"):
            moved = wide * (1 + share * random.uniform(-1, 1, array.shape))
            least = SMALLEST["f16"] if array.dtype == np.float16 else smallest
            moved += np.where(wide == 0, 0, least * random.uniform(-1, 1, array.shape))
            if precision == "int8" and not stored:  # what stays a float has no steps
                moved = _stepped(moved, wide, random, whole=flushed)
            if stored and kind is not None:
                moved = moved.astype(kind).astype(np.float64)
            if flushed:
                moved = np.where(np.abs(wide) < DENORMAL, random.choice([-0.0, 0.0], wide.shape), moved)
            return np.asarray(moved, array.dtype)

    return noise


def _absolute(node: onnx.NodeProto, feeds: Mapping[str, Array], precision: str) -> float:
    """Return the error of an operator's results that is not in proportion to them."""
    long_sum = ROUNDING["f32"] * feeds[node.input[0]].size / 64 if node.input else 0.0  # also ONNX Runtime's own
    if node.op_type in NORMS:  # which divide it by the deviation
        x = feeds[node.input[0]]
        ratio = float(np.abs(x).max(initial=0) / max(float(x.std()), 1e-30))
        return min(long_sum * ratio, 0.01) if np.isfinite(ratio) else 0.0
    if node.op_type in ("Resize", "Upsample"):  # of coordinates, in f32, from which the whole part is then taken off
        x = feeds[node.input[0]]
        return ROUNDING["f32"] * float(np.abs(x[np.isfinite(x)]).max(initial=0)) * max(x.shape) / 4
    if node.op_type in ("ReduceLogSum", "ReduceLogSumExp"):
        return ROUNDING[precision] + long_sum
    return ROUNDING[precision] if node.op_type in ABSOLUTE else 0.0


def _stepped(moved: Array, wide: Array, random: np.random.Generator, *, whole: bool) -> Array:
    """Move values by up to a step of 8 bits; or to multiples of a power of two near it, where two tensors may meet."""
    step = _step(wide)
    if whole and step > 0:
        step = 2.0 ** np.ceil(np.log2(step))
        return np.rint(moved / step + random.uniform(-0.5, 0.5, moved.shape)) * step
    return moved + np.where(wide == 0, 0, step * random.uniform(-1, 1, moved.shape))


def _step(values: Array) -> float:
    """Return a step of 8 bits for a tensor."""
    finite = np.abs(values[np.isfinite(values)])
    return float(finite.max(initial=0)) / INT8_STEPS


def _distance(found: Array, expected: Array) -> Array:
    """Return how far apart elements are: 0 for equal infinities and for NaN beside NaN, infinite beside others."""
    one, other = found.astype(np.float64), expected.astype(np.float64)
    with np.errstate(invalid="ignore"):
        apart = np.abs(one - other)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return np.where(same, 0.0, np.where(np.isnan(apart), np.inf, apart))


def _single(
    node: onnx.NodeProto, read: list[str], values: Mapping[str, Array], model: onnx.ModelProto
) -> onnx.ModelProto:
    inputs = [helper.make_tensor_value_info(name, onnx_type(values[name].dtype), values[name].shape) for name in read]
    outputs = [onnx.ValueInfoProto(name=name) for name in node.output if name]
    graph = helper.make_graph([node], "single", inputs, outputs)
    return helper.make_model(graph, opset_imports=model.opset_import, ir_version=IR_VERSION)
