"""Attention as ONNX Runtime fuses it, in terms of ONNX's own: operands are [batch, sequence, heads * size].

A length is that of a sequence; those of keys include the past.
"""

from dataclasses import dataclass

from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import body
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT


@dataclass(frozen=True)
class _Lengths:
    queries: int
    keys: int
    heads: int


def _integers(name: str, *values: int) -> str:
    return f"{name} = Constant <value_ints = {list(values)}> ()"


def _number(name: str, value: float) -> str:
    return f"{name} = Constant <value_float = {float(value)}> ()"


def _core(n: Node, lengths: _Lengths, bias: str, *, causal: bool, past: bool, present: bool) -> str:
    """Return the nodes that make `y`, and what is present, of `q`, `k` and `v`; `bias` is added to the scores."""
    lines: list[str] = []
    if causal and lengths.queries > 1:
        lines += [
            _integers("square", lengths.queries, lengths.keys),
            _integers("first", lengths.keys - lengths.queries),
        ]
        lines += [_number("one", 1), _number("large", 1e30)]
        lines += ["ones = ConstantOfShape <value = float[1] {1.0}> (square)", "begin = Squeeze (first)"]
        lines += ["low = Trilu <upper = 0> (ones, begin)", "high = Sub (low, one)", "later = Mul (high, large)"]
        lines += [f"masked = Add ({bias}, later)" if bias else "masked = Identity (later)"]
        bias = "masked"
    scale = n.float_attr("scale", 0.0)
    attributes = [f"q_num_heads = {lengths.heads}", f"kv_num_heads = {n.int_attr('kv_num_heads', lengths.heads)}"]
    attributes += [f"scale = {scale}"] if scale else []
    operands = ", ".join(["q, k, v", bias, *(["past_k, past_v"] if past else [])])
    results = "y, present_k, present_v" if present else "y"
    return "\n".join([*lines, f"{results} = Attention <{', '.join(attributes)}> ({operands})"])


def _scores_bias(n: Node, mask: int, more: int, lengths: _Lengths) -> tuple[str, str]:
    """Return the nodes that make what is added to the scores, and its name; "" where nothing is.

    `mask` is the operand with the lengths of the keys [batch], or 1 for those that count, [batch, keys] or [batch,
    queries, keys]; `more` the one that is added as it is.
    """
    if not n.has(mask):
        return ("", "more") if n.has(more) else ("", "")
    rank = n.rank(mask)
    if rank > 3 or (rank == 1 and n.shape(mask) != n.shape(0)[:1]):
        raise Unsupported(
            f"{n.op} expects a mask [batch], [batch, keys] or [batch, queries, keys], found {n.shape(mask)}"
        )
    lines = ["given = Cast <to = 1> (mask)"]
    if rank == 1:
        steps = ", ".join(str(float(step)) for step in range(lengths.keys))
        lines += [f"steps = Constant <value_floats = [{steps}]> ()", _integers("column", -1, 1)]
        lines += ["ends = Reshape (given, column)", "inside = Less (steps, ends)", "kept = Cast <to = 1> (inside)"]
    else:
        lines += ["kept = Identity (given)"]
    lines += [_integers("axes", *([1] if rank == 3 else [1, 2])), "spread = Unsqueeze (kept, axes)"]
    lines += [_number("all", 1), _number("weight", -n.float_attr("mask_filter_value", -10000.0))]
    lines += ["dropped = Sub (spread, all)", "hidden = Mul (dropped, weight)"]
    if n.has(more):
        lines += ["both = Add (hidden, more)"]
    return "\n".join(lines), "both" if n.has(more) else "hidden"


@body("Attention", "x w b mask past more", "y present", domain=MICROSOFT, only="without rotary embedding")
def attention(n: Node) -> str:
    """Write attention with the products that make queries, keys and values."""
    if n.int_attr("do_rotary", 0) or n.has(6):
        raise Unsupported("Attention expects do_rotary = 0 and no past_sequence_length")
    past = n.shape(4)[3] if n.has(4) else 0
    length, third = n.shape(0)[1], n.shape(1)[1] // 3
    sizes = n.ints_attr("qkv_hidden_sizes", [third] * 3)
    lengths = _Lengths(length, length + past, n.int_attr("num_heads"))
    lines = ["product = MatMul (x, w)", "sum = Add (product, b)" if n.has(2) else "sum = Identity (product)"]
    lines += [_integers("sizes", *sizes), "q, k, v = Split <axis = -1> (sum, sizes)"]
    if past:
        lines += [_integers("first", 0), "kk, vv = Split <axis = 0, num_outputs = 2> (past)"]
        lines += ["past_k = Squeeze (kk, first)", "past_v = Squeeze (vv, first)"]
    made, bias = _scores_bias(n, 3, 5, lengths)
    present = len(n.outputs) > 1 and n.outputs[1] in n.live
    causal = bool(n.int_attr("unidirectional", 0))
    lines += [made, _core(n, lengths, bias, causal=causal, past=bool(past), present=present)]
    if present:
        lines += [_integers("front", 0), "pk = Unsqueeze (present_k, front)", "pv = Unsqueeze (present_v, front)"]
        lines += ["present = Concat <axis = 0> (pk, pv)"]
    return "\n".join(lines)


@body("MultiHeadAttention", "query key value b mask more past_k past_v", "y present_k present_v", domain=MICROSOFT)
def multi_head_attention(n: Node) -> str:
    """Write attention over heads that are queries, keys and values already, or miss only a bias."""
    if not n.has(1) or not n.has(2) or n.rank(0) != 3 or n.has(8):
        raise Unsupported(f"{n.op} expects queries of rank 3, keys and values apart, and no past_sequence_length")
    heads = n.int_attr("num_heads")
    own = n.shape(1)[1 if n.rank(1) == 3 else 2]
    lengths = _Lengths(n.shape(0)[1], own + (n.shape(6)[2] if n.has(6) else 0), heads)
    lines = ["q0 = Identity (query)", _flat(n, 1, "k0", "key"), _flat(n, 2, "v0", "value")]
    if n.has(3):
        sizes = [n.shape(0)[2], *(_width(n, index) for index in (1, 2))]
        lines += [_integers("sizes", *sizes), "qb, kb, vb = Split <axis = 0> (b, sizes)"]
        lines += [f"{name} = Add ({name}0, {name}b)" for name in "qkv"]
    else:
        lines += [f"{name} = Identity ({name}0)" for name in "qkv"]
    made, bias = _scores_bias(n, 4, 5, lengths)
    present = any(name in n.live for name in n.outputs[1:] if name)
    causal = bool(n.int_attr("unidirectional", 0))
    return "\n".join([*lines, made, _core(n, lengths, bias, causal=causal, past=n.has(6), present=present)])


def _width(n: Node, index: int) -> int:
    shape = n.shape(index)
    return shape[2] if len(shape) == 3 else shape[1] * shape[3]


def _flat(n: Node, index: int, to: str, name: str) -> str:
    """Return the node that makes [batch, sequence, heads * size] of an operand that may be [batch, heads, ..]."""
    if n.rank(index) == 3:
        return f"{to} = Identity ({name})"
    shape = _integers(f"{to}_shape", 0, 0, -1)
    return f"{to}_moved = Transpose <perm = [0, 2, 1, 3]> ({name}) {shape} {to} = Reshape ({to}_moved, {to}_shape)"


_ONLY = "seqlens_k known at import, for sequences without padding"


@body(
    "GroupQueryAttention",
    "query key value past_k past_v ends total cos sin",
    "y present_k present_v",
    domain=MICROSOFT,
    only=_ONLY,
)
def group_query_attention(n: Node) -> str:
    """Write causal attention with keys and values that groups of heads share, rotated if that is asked for."""
    heads, shared = n.int_attr("num_heads"), n.int_attr("kv_num_heads")
    past = n.shape(3)[2] if n.has(3) else 0
    length = n.shape(0)[1]
    _check_groups(n, past + length)
    lines = ["q0 = Identity (query)", "k0 = Identity (key)", "v = Identity (value)"]
    if not n.has(1):
        size = n.shape(0)[2] // (heads + 2 * shared)
        lines = [_integers("sizes", heads * size, shared * size, shared * size)]
        lines += ["q0, k0, v = Split <axis = -1> (query, sizes)"]
    if n.int_attr("do_rotary", 0):
        places = [list(range(past, past + length))] * n.shape(0)[0]
        lines += [_integers("flat", *(each for row in places for each in row)), _integers("rows", len(places), length)]
        lines += ["places = Reshape (flat, rows)"]
        kind = f"interleaved = {n.int_attr('rotary_interleaved', 0)}"
        for name, count in (("q", heads), ("k", shared)):
            lines += [f"{name} = RotaryEmbedding <num_heads = {count}, {kind}> ({name}0, cos, sin, places)"]
    else:
        lines += ["q = Identity (q0)", "k = Identity (k0)"]
    present = any(name in n.live for name in n.outputs[1:] if name)
    lengths = _Lengths(length, past + length, heads)
    return "\n".join([*lines, _core(n, lengths, "", causal=True, past=bool(past), present=present)])


def _check_groups(n: Node, keys: int) -> None:
    """Raise Unsupported for lengths and variants that are not those of plain causal attention."""
    if any(end != keys - 1 for end in n.integers(5, "seqlens_k")):
        raise Unsupported(f"{n.op} expects sequences of {keys} keys, found seqlens_k {n.integers(5, 'seqlens_k')}")
    for name, default in (("local_window_size", -1), ("smooth_softmax", 0)):
        if n.int_attr(name, default) != default:
            raise Unsupported(f"{n.op} with {name} = {n.int_attr(name)} is not supported")
    if n.float_attr("softcap", 0.0) or any(n.has(index) for index in range(9, len(n.operands))):
        raise Unsupported(f"{n.op} expects no softcap, position_ids, attention_bias or head_sink")


@body("RotaryEmbedding", "x places cos sin", "y", domain=MICROSOFT, only="without is_packed_batching")
def rotary_embedding(n: Node) -> str:
    """Write the rotation of pairs of elements by angles of their positions, given for each or as that of the first."""
    if n.int_attr("is_packed_batching", 0) or n.float_attr("scale", 1.0) != 1.0:
        raise Unsupported("RotaryEmbedding expects is_packed_batching = 0 and scale = 1")
    shape, size = n.shape(0), n.int_attr("rotary_embedding_dim", 0)
    heads = n.int_attr("num_heads", 0)
    if len(shape) == 3 and not heads:
        heads = shape[2] // (2 * n.shape(2)[1])
    length = shape[1] if len(shape) == 3 else shape[2]
    lines = ["rows = Identity (places)"]
    if n.shape(1) == [1]:
        lines = [_integers("steps", *range(length)), "all = Add (steps, places)", _integers("full", shape[0], length)]
        lines += ["rows = Expand (all, full)"]
    attributes = [f"interleaved = {n.int_attr('interleaved', 0)}", f"rotary_embedding_dim = {size}"]
    attributes += [f"num_heads = {heads}"] if len(shape) == 3 else []
    return "\n".join([*lines, f"y = RotaryEmbedding <{', '.join(attributes)}> (x, cos, sin, rows)"])
