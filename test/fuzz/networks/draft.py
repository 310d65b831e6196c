"""A network while it is being written: its nodes, and the value of each of its tensors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import onnx
from fuzz.networks import shapes
from fuzz.networks.nodes import reads
from onnx import helper, numpy_helper
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array, onnx_type

T = TypeVar("T")

MICROSOFT = "com.microsoft"
LARGEST = 1 << 16  # elements of a result
IR_VERSION = 10  # the one of opset 21
FLOAT = np.dtype(np.float32)

Accepts = Callable[[Array], bool]


def anything(array: Array) -> bool:
    """Accept every tensor."""
    return True


def within(low: float, high: float) -> Accepts:
    """Return whether all elements are finite and between two limits."""
    return lambda array: bool(np.isfinite(array).all() and (array >= low).all() and (array <= high).all())


@dataclass(eq=False)
class Draft:
    """Grows by a node at a time; ONNX Runtime computes each at once, and one that it refuses is not taken.

    Tensors that are named `w...` are weights, `k...` parameters that every precision keeps: axes, scales, limits.
    """

    random: np.random.Generator
    opset: int
    special: bool  # infinities and NaN among the values
    values: dict[str, Array] = field(default_factory=dict[str, Array])
    inputs: list[str] = field(default_factory=list[str])
    constants: list[str] = field(default_factory=list[str])
    nodes: list[onnx.NodeProto] = field(default_factory=list[onnx.NodeProto])

    def chance(self, share: float) -> bool:
        """Return true in that share of the calls."""
        return bool(self.random.random() < share)

    def integer(self, low: int, high: int) -> int:
        """Return an integer from `low` to `high`, both included."""
        return int(self.random.integers(low, high + 1))

    def choice(self, items: Sequence[T]) -> T:
        """Return one of the items."""
        return items[int(self.random.integers(len(items)))]

    def pick(self, accepts: Accepts, kind: str = "f") -> str | None:
        """Return a tensor that is there already, of a kind and with values that are accepted; the newest mostly."""
        found = [
            name
            for name, array in self.values.items()
            if name[0] != "k" and array.dtype.kind in kind and array.dtype != np.float64 and accepts(array)
        ]
        found = [name for name in found if name not in self.constants]
        if not found or self.chance(0.1):
            return None
        return found[-1] if self.chance(0.6) else self.choice(found)

    def floats(self, ranks: tuple[int, int] = (0, 5), low: float = -np.inf, high: float = np.inf) -> str:
        """Return a tensor of a rank, its values between two limits: one that is there, or a new one."""
        accepts = anything if np.isinf(low) and np.isinf(high) else within(low, high)
        found = self.pick(lambda array: ranks[0] <= array.ndim <= ranks[1] and accepts(array))
        if found is not None:
            return found
        return self.fresh(shapes.shape(self.random, self.integer(*ranks)), low, high)

    def partner(self, name: str, low: float = -np.inf, high: float = np.inf) -> str:
        """Return a tensor that broadcasts with another: itself, one that is there, or a new one."""
        base, accepts = self.values[name], within(low, high) if np.isfinite([low, high]).any() else anything
        if self.chance(0.1) and accepts(base):
            return name
        found = (
            self.pick(lambda array: accepts(array) and _broadcasts(array.shape, base.shape))
            if self.chance(0.4)
            else None
        )
        return found or self.fresh(shapes.partner(self.random, base.shape), low, high)

    def fresh(self, shape: Sequence[int], low: float = -np.inf, high: float = np.inf) -> str:
        """Return a new input or weight."""
        array = self._numbers(tuple(shape), low, high)
        if self.chance(0.4) and self.inputs:
            return self.weight(array)
        name = f"x{len(self.inputs)}"
        self.inputs.append(name)
        self.values[name] = array
        return name

    def weight(self, array: Array) -> str:
        """Return a constant that a precision may round."""
        return self._constant("w", array)

    def parameter(self, values: object, dtype: type[np.generic] = np.int64) -> str:
        """Return a constant that is part of what the operator is told."""
        return self._constant("k", np.asarray(values, dtype))

    def _constant(self, prefix: str, array: Array) -> str:
        name = f"{prefix}{len(self.constants)}"
        self.constants.append(name)
        self.values[name] = array
        return name

    def _numbers(self, shape: tuple[int, ...], low: float, high: float) -> Array:
        if np.isfinite([low, high]).any():
            return self.random.uniform(max(low, -8), min(high, 8), shape).astype(np.float32)
        scale = self.choice([1.0, 1.0, 1.0, 1.0, 4.0, 0.05, 100.0])
        array = np.asarray(self.random.normal(0, scale, shape), np.float32)
        if self.chance(0.15):
            array = np.rint(array * 3)
        if self.special and array.size:
            places = self.random.random(shape) < 0.1
            kinds = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1e-6, 6e4, -1e30, 1e-40], np.float32)
            array = np.where(places, self.random.choice(kinds, shape), array)
        return np.asarray(array, np.float32)

    def emit(
        self,
        op: str,
        operands: Sequence[str],
        outputs: int = 1,
        domain: str = "",
        **attributes: object,
    ) -> list[str]:
        """Append a node and return its results, or none: ONNX Runtime refuses it, a result is empty or too large."""
        names = [f"t{len(self.nodes)}{'abcdefgh'[index]}" for index in range(outputs)]
        node = helper.make_node(op, operands, names, f"n{len(self.nodes)}", domain=domain, **attributes)
        try:
            read = reads(node)
            single = _model([node], [self._info(name) for name in read], node.output, [], self.opset)
            found = Session(single).run({name: self.values[name] for name in read})
        except SessionError:
            return []
        if any(not 0 < array.size <= LARGEST for array in found.values()):
            return []
        self.nodes.append(node)
        self.values.update((name, found[name]) for name in names if name in found)
        return names

    def drop(self) -> None:
        """Take the newest node back."""
        for name in self.nodes.pop().output:
            self.values.pop(name, None)

    def _info(self, name: str) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, onnx_type(self.values[name].dtype), self.values[name].shape)

    def model(self) -> onnx.ModelProto:
        """Return the network; its outputs are the results that no node reads, and some that one does, as floats."""
        read = {name for node in self.nodes for name in reads(node)}
        made = [name for node in self.nodes for name in node.output]
        wanted = [name for name in made if name not in read or self.chance(0.1)]
        outputs = [self._as_float(name) for name in wanted]
        used = {name for node in self.nodes for name in reads(node)}
        fixed = [numpy_helper.from_array(self.values[name], name) for name in self.constants if name in used]
        inputs = [self._info(name) for name in self.inputs if name in used]
        return _model(self.nodes, inputs, outputs, fixed, self.opset)

    def _as_float(self, name: str) -> str:
        if self.values[name].dtype == FLOAT:
            return name
        return next(iter(self.emit("Cast", [name], to=onnx.TensorProto.FLOAT)), name)

    def feeds(self, model: onnx.ModelProto) -> dict[str, Array]:
        """Return the values of a network's inputs."""
        return {item.name: self.values[item.name] for item in model.graph.input}


def _model(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[str],
    fixed: Sequence[onnx.TensorProto],
    opset: int,
) -> onnx.ModelProto:
    results = [onnx.ValueInfoProto(name=name) for name in outputs]
    graph = helper.make_graph(nodes, "fuzzed", inputs, results, fixed)
    imports = [helper.make_opsetid("", opset), helper.make_opsetid(MICROSOFT, 1)]
    return helper.make_model(graph, opset_imports=imports, ir_version=IR_VERSION)


def _broadcasts(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    try:
        return int(np.prod(np.broadcast_shapes(one, other))) <= LARGEST
    except ValueError:
        return False
