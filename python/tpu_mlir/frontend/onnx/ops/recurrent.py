"""LSTM, GRU and RNN: one product of all steps of the input, then the steps, unrolled.

The letters are those of ONNX's operator pages: S steps, B sequences, I features, H hidden units, D directions, G gates.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.cells import Cell, State, Weights, functions_of, gru_cell, lstm_cell, rnn_cell
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.frontend.onnx.values import result

MOST_STEPS = 2048  # unrolled, of all directions; each is a dozen operations


@dataclass(frozen=True)
class Kind:
    """An operator: gates of a cell, activations of a direction, what a step does, and how many states it hands on."""

    gates: int
    activations: Sequence[str]
    cell: Cell
    states: int
    flag: str = ""

    @property
    def operands(self) -> int:
        """How many operands there are at most: X, W, R, B, lengths, the states, and peepholes of an LSTM."""
        return 5 + self.states + (self.states == 2)


@dataclass(frozen=True)
class Layer:
    """A node of a kind, and the sizes in its operands."""

    n: Node
    c: Composer
    kind: Kind
    w: ir.Value  # [D, G * H, I]
    r: ir.Value  # [D, G * H, H]
    backwards: Sequence[bool]  # for each direction
    steps: int
    batch: int
    features: int
    hidden: int

    @classmethod
    def of(cls, n: Node, kind: Kind, w: ir.Value, r: ir.Value) -> "Layer":
        """Read the sizes; raises Unsupported where an operand has others."""
        ways = {"forward": [False], "reverse": [True], "bidirectional": [False, True]}
        direction = n.str_attr("direction", "forward")
        if direction not in ways or n.rank(0) != 3 or len(shape_of(r)) != 3:
            raise Unsupported(
                f"{n.op} expects X and R of rank 3 and a direction of {', '.join(ways)}, found {direction}"
            )
        x = n.shape(0)
        steps, batch, features = x if not n.int_attr("layout", 0) else (x[1], x[0], x[2])
        layer = cls(n, Composer(n), kind, w, r, ways[direction], steps, batch, features, shape_of(r)[2])
        layer._check()
        return layer

    def _check(self) -> None:
        count, rows = len(self.backwards), self.kind.gates * self.hidden
        state = [self.batch, count, self.hidden] if self.batch_first else [count, self.batch, self.hidden]
        for value, shape in ((self.w, [count, rows, self.features]), (self.r, [count, rows, self.hidden])):
            if shape_of(value) != shape:
                raise Unsupported(f"{self.n.op} expects weights of shape {shape}, found {shape_of(value)}")
        others = [[count, 2 * rows], [self.batch], *[state] * self.kind.states, [count, 3 * self.hidden]]
        for index, shape in enumerate(others, 3):
            if index < self.kind.operands and self.n.has(index) and self.n.shape(index) != shape:
                raise Unsupported(f"{self.n.op} expects operand {index} of shape {shape}, found {self.n.shape(index)}")
        if 0 in (self.steps, self.batch, self.features, self.hidden):
            raise Unsupported(f"{self.n.op} expects elements, found X of shape {self.n.shape(0)}")
        if self.steps * count > MOST_STEPS:
            raise Unsupported(
                f"{self.n.op} expects at most {MOST_STEPS} steps of all directions, found {self.steps * count}; "
                "split the sequence, and hand the states on"
            )

    @property
    def batch_first(self) -> bool:
        """Whether sequences are the first dimension of operands and results, not steps."""
        return bool(self.n.int_attr("layout", 0))

    def rows(self, value: ir.Value, direction: int) -> ir.Value:
        """Return the part of a value [D, ..] that belongs to a direction, without that dimension."""
        part = self.c.take(value, 0, direction, 1)
        return self.c.reshape(part, shape_of(part)[1:])


def _biases(layer: Layer, apart: bool) -> tuple[ir.Value | None, list[ir.Value | None]]:
    """Return what is added to the product of W, [D * G * H], and to that of R in each direction."""
    count, c = len(layer.backwards), layer.c
    if not layer.n.has(3):
        return None, [None] * count
    rows = layer.kind.gates * layer.hidden
    both = c.reshape(layer.n.value(3), [count, 2, rows])
    of_w, of_r = (c.reshape(c.take(both, 1, index, 1), [count * rows]) for index in (0, 1))
    if apart:
        return of_w, [c.take(of_r, 0, index * rows, rows) for index in range(count)]
    return c(top.AddOp, of_w, of_r, name="bias"), [None] * count


def _product(layer: Layer, bias: ir.Value | None) -> ir.Value:
    """Return X W of all steps and directions, [S * B, D * G * H]."""
    c, count = layer.c, len(layer.backwards)
    x = c.transpose(layer.n.value(0), [1, 0, 2]) if layer.batch_first else layer.n.value(0)
    w = c.reshape(layer.w, [count * layer.kind.gates * layer.hidden, layer.features])
    x = c.reshape(x, [layer.steps * layer.batch, layer.features], "rows")
    return c(top.MatMulOp, x, w, bias=bias, transpose_rhs=True, name="product")


def _masks(layer: Layer) -> list[ir.Value | None]:
    """Return for each step which sequences have not ended, [B, 1]; None where no lengths are given, or all have not."""
    n, c = layer.n, layer.c
    if not n.has(4):
        return [None] * layer.steps
    if n.is_constant(4):
        going = [np.array(n.integers(4, "sequence_lens"))[:, None] > step for step in range(layer.steps)]
        return [None if mask.all() else c.weight(mask, "going") for mask in going]
    lengths = c.reshape(n.value_as(4, np.dtype(np.float32)), [layer.batch, 1])
    return [c(top.GreaterOp, lengths, c.weight(float(step), "step"), name="going") for step in range(layer.steps)]


def _initial(layer: Layer, direction: int) -> State:
    """Return the states before the first step, zeros where the node has none."""
    n, c = layer.n, layer.c
    states: list[ir.Value] = []
    for index in range(5, 5 + layer.kind.states):
        if not n.has(index):
            states.append(c.weight(np.zeros([layer.batch, layer.hidden], np.float32), "start"))
            continue
        part = c.take(n.value(index), 1 if layer.batch_first else 0, direction, 1)
        states.append(c.reshape(part, [layer.batch, layer.hidden]))
    return tuple(states)


def _walk(layer: Layer, direction: int, w: Weights, product: ir.Value) -> tuple[list[ir.Value], State]:
    """Return H after each step, zero where a sequence has ended, and the states after all."""
    c, masks, columns = layer.c, _masks(layer), layer.kind.gates * layer.hidden
    outputs: dict[int, ir.Value] = {}
    state = _initial(layer, direction)
    for step in reversed(range(layer.steps)) if layer.backwards[direction] else range(layer.steps):
        at, sizes = [step * layer.batch, direction * columns], [layer.batch, columns]
        x = c(top.SliceOp, product, at, sizes, [1, 1], name="x")
        new = layer.kind.cell(c, w, x, state)
        if (mask := masks[step]) is None:
            outputs[step], state = new[0], new
            continue
        outputs[step] = c(top.WhereOp, mask, new[0], c.weight(0.0, "ended"), name="y")
        state = tuple(c(top.WhereOp, mask, *pair, name="going_on") for pair in zip(new, state, strict=True))
    return [outputs[step] for step in range(layer.steps)], state


def _recurrent(n: Node, kind: Kind, w: ir.Value, r: ir.Value) -> Imported:
    """Import one of the operators: Y [S, D, B, H], and the last states [D, B, H]; with layout 1 B stands first."""
    layer = Layer.of(n, kind, w, r)
    c, count, hidden = layer.c, len(layer.backwards), layer.hidden
    flag = bool(kind.flag and n.int_attr(kind.flag, 0))
    bias, own = _biases(layer, apart=flag and kind.flag == "linear_before_reset")
    product, functions = _product(layer, bias), functions_of(n, kind.activations, count)
    peepholes = 5 + kind.states
    walks = [
        _walk(
            layer,
            index,
            Weights(
                layer.rows(r, index),
                own[index],
                layer.rows(n.value(peepholes), index) if kind.states == 2 and n.has(peepholes) else None,
                functions[index],
                flag,
            ),
            product,
        )
        for index in range(count)
    ]
    rows = [c.reshape(c.concat(steps, 0), [layer.steps, 1, layer.batch, hidden]) for steps, _ in walks]
    order = ([2, 0, 1, 3], [1, 0, 2]) if layer.batch_first else ([0, 1, 2, 3], [0, 1, 2])
    results = [top.TransposeOp(c.concat(rows, 1), order[0], loc=n.out(0))]
    for index in range(kind.states):
        last = c.reshape(c.concat([state[index] for _, state in walks], 0), [count, layer.batch, hidden])
        results.append(top.TransposeOp(last, order[1], loc=n.out(1 + index)))
    return [result(op) for op in results]


_LSTM = Kind(4, ("Sigmoid", "Tanh", "Tanh"), lstm_cell, states=2, flag="input_forget")
_GRU = Kind(3, ("Sigmoid", "Tanh"), gru_cell, states=1, flag="linear_before_reset")
_RNN = Kind(1, ("Tanh",), rnn_cell, states=1)

importer("LSTM", 7, 14)(lambda n: _recurrent(n, _LSTM, n.value(1), n.value(2)))
importer("GRU", 7, 14)(lambda n: _recurrent(n, _GRU, n.value(1), n.value(2)))
importer("RNN", 7, 14)(lambda n: _recurrent(n, _RNN, n.value(1), n.value(2)))


@importer("DynamicQuantizeLSTM", 1, domain=MICROSOFT, only="constant weights")
def dynamic_quantize_lstm(n: Node) -> Imported:
    """Import an LSTM whose weights are integers, [D, I, G * H] and [D, H, G * H]; its activations stay reals."""
    w, r = (n.weight(_reals(n, index, scale), f"weights{index}") for index, scale in ((1, 8), (2, 10)))
    return _recurrent(n, _LSTM, w, r)


def _reals(n: Node, index: int, scale: int) -> Array:
    """Return integer weights as reals [D, G * H, ..]; their scales are one, or one for each gate, of a direction."""
    stored, factor = n.constant(index, "weights"), n.constant(scale, "scale").astype(np.float64)
    zero = n.constant(scale + 1, "zero point")
    if stored.ndim != 3 or factor.shape[:1] != stored.shape[:1] or factor.shape != zero.shape:
        raise Unsupported(f"{n.op} expects scales and zero points of each direction, found the shape {factor.shape}")
    factor, zero = (item.reshape(stored.shape[0], 1, -1) for item in (factor, zero.astype(np.float64)))
    return ((stored - zero) * factor).transpose(0, 2, 1).astype(np.float32)
