"""LSTM, GRU and RNN."""

import numpy as np
from fuzz.networks.draft import MICROSOFT, Draft
from fuzz.networks.operators.registry import writes

_GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
_STATES = {"LSTM": 2, "GRU": 1, "RNN": 1}


@writes(*_GATES)
def recurrent(d: Draft, op: str) -> list[str]:
    found = d.pick(lambda array: array.ndim == 3 and array.shape[0] <= 12) if d.chance(0.6) else None
    x = found or d.fresh((d.integer(1, 9), d.integer(1, 4), d.integer(1, 20)), -2, 2)
    steps, batch, features = d.values[x].shape
    hidden, way = d.integer(1, 20), d.choice(["forward", "reverse", "bidirectional"])
    count, rows = 2 if way == "bidirectional" else 1, _GATES[op] * hidden
    operands = [x, _weight(d, count, rows, features), _weight(d, count, rows, hidden)]
    operands.append(_weight(d, count, 2 * rows) if d.chance(0.7) else "")
    operands.append(d.parameter(d.random.integers(1, steps + 1, batch), np.int32) if d.chance(0.3) else "")
    operands += [d.fresh((count, batch, hidden), -1, 1) if d.chance(0.5) else "" for _ in range(_STATES[op])]
    how: dict[str, object] = {"hidden_size": hidden, "direction": way}
    if op == "GRU":
        how["linear_before_reset"] = d.integer(0, 1)
    if op == "LSTM" and d.chance(0.3):
        operands.append(_weight(d, count, 3 * hidden))
    return d.emit(op, operands, 1 + _STATES[op], **how)


@writes("DynamicQuantizeLSTM", domain=MICROSOFT)
def quantized(d: Draft, op: str) -> list[str]:
    """Of a first step from zeros, whose input eight bits hold exactly: the noise of quantizing is left out."""
    features, hidden = d.integer(1, 8), d.integer(1, 9)
    x = d.fresh((1, 2, features), 0, 8)
    d.values[x] = (d.random.integers(0, 256, (1, 2, features)) / 32).astype(np.float32)
    d.values[x].flat[:1], d.values[x].flat[-1:] = 0, 255 / 32
    w, r = (d.parameter(d.random.integers(-127, 128, (1, size, 4 * hidden)), np.int8) for size in (features, hidden))
    scale, zero = d.parameter([0.003], np.float32), d.parameter([0], np.int8)
    operands = [x, w, r, "", "", "", "", "", scale, zero, scale, zero]
    return d.emit(op, operands, 3, domain=MICROSOFT, hidden_size=hidden)


def _weight(d: Draft, *shape: int) -> str:
    return d.weight((d.random.normal(0, 1, shape) / np.sqrt(max(1, shape[-1]))).astype(np.float32))
