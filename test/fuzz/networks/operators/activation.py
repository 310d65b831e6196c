"""Activations, with their attributes, and functions along an axis."""

from fuzz.networks.draft import Draft
from fuzz.networks.operators.registry import writes

_ATTRIBUTES: dict[str, tuple[str, ...]] = {
    "Celu": ("alpha",),
    "Elu": ("alpha",),
    "HardSigmoid": ("alpha", "beta"),
    "HardSwish": (),
    "LeakyRelu": ("alpha",),
    "Mish": (),
    "Relu": (),
    "Selu": (),
    "Sigmoid": (),
    "Softplus": (),
    "Softsign": (),
    "ThresholdedRelu": ("alpha",),
    "Shrink": ("lambd", "bias"),
}


@writes(*_ATTRIBUTES)
def activation(d: Draft, op: str) -> list[str]:
    given = {name: round(float(d.random.uniform(0.05, 1.5)), 3) for name in _ATTRIBUTES[op] if d.chance(0.7)}
    return d.emit(op, [d.floats()], **given)


@writes("Gelu")
def gelu(d: Draft, op: str) -> list[str]:
    return d.emit(op, [d.floats()], approximate=d.choice(["none", "tanh"]))


@writes("Softmax", "LogSoftmax", "Hardmax")
def along_axis(d: Draft, op: str) -> list[str]:
    x = d.floats((1, 5))
    rank = d.values[x].ndim
    return d.emit(op, [x], axis=d.integer(-rank, rank - 1))


@writes("Dropout")
def dropout(d: Draft, op: str) -> list[str]:
    return d.emit(op, [d.floats()], outputs=d.integer(1, 2) if d.opset >= 10 else 1)


@writes("Identity")
def identity(d: Draft, op: str) -> list[str]:
    return d.emit(op, [d.pick(lambda array: True, "fib") or d.floats()])
