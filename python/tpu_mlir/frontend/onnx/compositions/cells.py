"""What one step of a recurrent layer computes, of any of ONNX's activations.

The letters are those of ONNX's operator pages: B sequences, H hidden units, G gates; R the weights of the state.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Build, Composer, shape_of
from tpu_mlir.frontend.onnx.node import Node, Unsupported

Function = Callable[[Composer, ir.Value, str], ir.Value]
State = tuple[ir.Value, ...]  # h of shape [B, H], and c of an LSTM


def _affine(c: Composer, x: ir.Value, name: str, alpha: float, beta: float) -> ir.Value:
    scaled = c(top.MulOp, x, c.weight(alpha, "alpha"), name=f"{name}_scaled")
    return c(top.AddOp, scaled, c.weight(beta, "beta"), name=name)


def _scaled_tanh(c: Composer, x: ir.Value, name: str, alpha: float, beta: float) -> ir.Value:
    inner = c(top.TanhOp, c(top.MulOp, x, c.weight(beta, "beta"), name=f"{name}_scaled"), name=f"{name}_tanh")
    return c(top.MulOp, inner, c.weight(alpha, "alpha"), name=name)


def _plain(build: Build) -> Callable[..., ir.Value]:
    def apply(c: Composer, x: ir.Value, name: str, *parameters: float) -> ir.Value:
        return c(build, x, *parameters, name=name)

    return apply


# What builds each function, and the defaults of those parameters that it takes from activation_alpha and
# activation_beta: the page of ONNX's RNN, and those of the operators of these names.
_FUNCTIONS: dict[str, tuple[Callable[..., ir.Value], tuple[float, ...]]] = {
    "relu": (_plain(top.ReluOp), ()),
    "tanh": (_plain(top.TanhOp), ()),
    "sigmoid": (_plain(top.SigmoidOp), ()),
    "softsign": (_plain(top.SoftsignOp), ()),
    "softplus": (_plain(top.SoftplusOp), ()),
    "leakyrelu": (_plain(top.LeakyReluOp), (0.01,)),
    "thresholdedrelu": (_plain(top.ThresholdedReluOp), (1.0,)),
    "elu": (_plain(top.EluOp), (1.0,)),
    "hardsigmoid": (_plain(top.HardSigmoidOp), (0.2, 0.5)),
    "affine": (_affine, (1.0, 0.0)),
    "scaledtanh": (_scaled_tanh, (1.0, 1.0)),
}


def functions_of(n: Node, defaults: Sequence[str], directions: int) -> list[list[Function]]:
    """Return the activations of each direction; parameters go to those that take some, in order.

    What they are given is clipped, but for the last of an LSTM, the cell itself, which ONNX Runtime does not clip.
    """
    count = len(defaults)
    names = n.strs_attr("activations", [*defaults] * directions)
    if len(names) != count * directions:
        raise Unsupported(f"{n.op} expects {count * directions} activations, found {len(names)}")
    alphas, betas = (iter(n.floats_attr(f"activation_{name}", [])) for name in ("alpha", "beta"))
    clip = n.float_attr("clip", 0.0)
    limits = [clip if position < 2 else 0.0 for position in range(count)] * directions
    made = [_function(n, name, (alphas, betas), limit) for name, limit in zip(names, limits, strict=True)]
    return [made[first : first + count] for first in range(0, len(made), count)]


def _function(n: Node, name: str, given: Sequence[Iterator[float]], limit: float) -> Function:
    known = _FUNCTIONS.get(name.lower())
    if known is None:
        raise Unsupported(f"{n.op} expects activations of {', '.join(sorted(_FUNCTIONS))}, found {name}")
    build, defaults = known
    parameters = [next(values, default) for values, default in zip(given, defaults, strict=False)]

    def apply(c: Composer, x: ir.Value, name: str) -> ir.Value:
        if limit > 0:
            x = c(top.ClipOp, x, -limit, limit, name=f"{name}_clipped")
        return build(c, x, name, *parameters)

    return apply


@dataclass(frozen=True)
class Weights:
    """What the steps of one direction share.

    r: [G * H, H]. own_bias: [G * H], of R where it is not part of the product of W. peepholes: [3 * H] of an LSTM, of
    its gates i, o and f. functions: the activations. flag: input_forget of an LSTM, linear_before_reset of a GRU.
    """

    r: ir.Value
    own_bias: ir.Value | None
    peepholes: ir.Value | None
    functions: Sequence[Function]
    flag: bool


Cell = Callable[[Composer, Weights, ir.Value, State], State]  # from the product of the step, [B, G * H], and the state


def rnn_cell(c: Composer, w: Weights, x: ir.Value, state: State) -> State:
    """H' = f(x + H R)."""
    fed = c(top.MatMulOp, state[0], w.r, transpose_rhs=True, name="fed_back")
    return (w.functions[0](c, c(top.AddOp, x, fed, name="gate"), "h"),)


def _parts(c: Composer, value: ir.Value, names: Sequence[str]) -> list[ir.Value]:
    """Return the equal parts of a value along its last dimension, one for each name."""
    axis = len(shape_of(value)) - 1
    size = shape_of(value)[axis] // len(names)
    return [c.take(value, axis, index * size, size, name=name) for index, name in enumerate(names)]


def gru_cell(c: Composer, w: Weights, x: ir.Value, state: State) -> State:
    """z, r = f(x + H R); h = g(x + (r H) R), or with linear_before_reset g(x + r (H R)); H' = h + z (H - h)."""
    (h,), size = state, shape_of(state[0])[1]
    fed = c(
        top.MatMulOp,
        h,
        w.r if w.flag else c.take(w.r, 0, 0, 2 * size),
        bias=w.own_bias,
        transpose_rhs=True,
        name="fed_back",
    )
    gates = c(
        top.AddOp, c.take(x, 1, 0, 2 * size, name="x_zr"), c.take(fed, 1, 0, 2 * size, name="fed_zr"), name="gates"
    )
    z, r = _parts(c, w.functions[0](c, gates, "open"), "zr")
    if w.flag:
        last = c(top.MulOp, r, c.take(fed, 1, 2 * size, size, name="fed_h"), name="reset")
    else:
        reset = c(top.MulOp, r, h, name="reset")
        last = c(top.MatMulOp, reset, c.take(w.r, 0, 2 * size, size), transpose_rhs=True, name="fed_h")
    new = w.functions[1](c, c(top.AddOp, c.take(x, 1, 2 * size, size, name="x_h"), last, name="gate"), "new")
    kept = c(top.MulOp, z, c(top.SubOp, h, new, name="difference"), name="kept")
    return (c(top.AddOp, new, kept, name="h"),)


def lstm_cell(c: Composer, w: Weights, x: ir.Value, state: State) -> State:
    """i, o, f = f(x + H R + P C), c = g(x + H R); C' = f C + i c, H' = o h(C'), where o sees C' through P."""
    (h, cell), size = state, shape_of(state[0])[1]
    fed = c(top.MatMulOp, h, w.r, transpose_rhs=True, name="fed_back")
    gates = c(top.AddOp, x, fed, name="gates")
    new = w.functions[1](c, c.take(gates, 1, 3 * size, size, name="c"), "new")
    i, o, forget = _lstm_gates(c, w, c.take(gates, 1, 0, 3 * size, name="iof"), cell)
    if w.flag:
        forget = c(top.SubOp, c.weight(1.0, "one"), i, name="f_open")
    kept, added = c(top.MulOp, forget, cell, name="kept"), c(top.MulOp, i, new, name="added")
    cell = c(top.AddOp, kept, added, name="cell")
    if w.peepholes:
        o = w.functions[0](c, c(top.AddOp, o, _seen(c, w.peepholes, 1, cell), name="o_gate"), "o_open")
    return c(top.MulOp, o, w.functions[2](c, cell, "cell_out"), name="h"), cell


def _seen(c: Composer, peepholes: ir.Value, part: int, cell: ir.Value) -> ir.Value:
    size = shape_of(cell)[1]
    return c(top.MulOp, c.take(peepholes, 0, part * size, size, name="peephole"), cell, name="seen")


def _lstm_gates(c: Composer, w: Weights, gates: ir.Value, cell: ir.Value) -> list[ir.Value]:
    """Return the open gates i, o and f; with peepholes, o before its activation, since it sees the cell to come."""
    if not w.peepholes:
        return _parts(c, w.functions[0](c, gates, "open"), "iof")
    i, o, forget = _parts(c, gates, "iof")
    i, forget = (
        w.functions[0](c, c(top.AddOp, gate, _seen(c, w.peepholes, part, cell), name=f"{name}_gate"), f"{name}_open")
        for name, gate, part in (("i", i, 0), ("f", forget, 2))
    )
    return [i, o, forget]
