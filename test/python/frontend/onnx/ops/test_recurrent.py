"""LSTM, GRU and RNN, imported and written back, against ONNX Runtime."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.frontend.onnx.session import Session
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.testing import Fixed, NodeCase, case, check_round_trip, uniform

STEPS, BATCH, FEATURES, HIDDEN = 5, 3, 4, 6
GATES = {"LSTM": 4, "GRU": 3, "RNN": 1}
LENGTHS = np.array([5, 2, 3], np.int32)


def recurrent(
    op: str,
    *,
    lengths: Array | Fixed | None = None,
    starts: bool = False,
    biased: bool = True,
    peepholes: bool = False,
    fixed: bool = True,
    opset: int = 14,
    **attributes: object,
) -> NodeCase:
    """Return a node with its weights as constants, or as inputs unless `fixed`."""
    count, rows = 2 if attributes.get("direction") == "bidirectional" else 1, GATES[op] * HIDDEN
    wrap = Fixed if fixed else np.asarray
    states = 2 if op == "LSTM" else 1
    operands: list[Array | Fixed | None] = [
        uniform(STEPS, BATCH, FEATURES, low=-1, high=1),
        wrap(uniform(count, rows, FEATURES, low=-0.6, high=0.6, seed=1)),
        wrap(uniform(count, rows, HIDDEN, low=-0.6, high=0.6, seed=2)),
        wrap(uniform(count, 2 * rows, low=-0.6, high=0.6, seed=3)) if biased else None,
        lengths,
        *(uniform(count, BATCH, HIDDEN, low=-1, high=1, seed=4 + i) if starts else None for i in range(states)),
        wrap(uniform(count, 3 * HIDDEN, seed=6)) if peepholes else None,
    ]
    while operands[-1] is None:
        operands.pop()
    return case(op, *operands, opset=opset, outputs=1 + states, hidden_size=HIDDEN, **attributes)


FUNCTIONS: Sequence[dict[str, object]] = [
    {"activations": ["Affine", "Relu", "Softsign"], "activation_alpha": [0.5], "activation_beta": [0.3]},
    {
        "activations": ["HardSigmoid", "ScaledTanh", "LeakyRelu"],
        "activation_alpha": [0.3, 0.9, 0.2],
        "activation_beta": [0.4, 0.7],
    },
    {"activations": ["Sigmoid", "Elu", "ThresholdedRelu"], "activation_alpha": [0.7, 0.1]},
    {"activations": ["Sigmoid", "Softplus", "Tanh"]},
]
RECURRENT = [
    *(recurrent(op, opset=opset) for op in GATES for opset in (7, 14)),
    *(recurrent(op, direction=way, starts=True) for op in GATES for way in ("reverse", "bidirectional")),
    *(recurrent(op, biased=False, fixed=False, starts=True) for op in GATES),
    *(recurrent(op, lengths=Fixed(LENGTHS), direction="bidirectional", starts=True) for op in GATES),
    *(recurrent(op, lengths=LENGTHS, direction="reverse") for op in GATES),
    *(recurrent(op, clip=0.4) for op in GATES),
    *(recurrent("GRU", linear_before_reset=1, direction=way) for way in ("forward", "bidirectional")),
    recurrent("GRU", linear_before_reset=1, biased=False),
    recurrent("LSTM", peepholes=True, starts=True, direction="bidirectional"),
    recurrent("LSTM", peepholes=True, input_forget=1, clip=0.8),
    recurrent("LSTM", input_forget=1),
    *(recurrent("LSTM", **functions) for functions in FUNCTIONS),
    recurrent("GRU", activations=["HardSigmoid", "Relu"]),
    recurrent(
        "RNN",
        direction="bidirectional",
        activations=["Affine", "ScaledTanh"],
        activation_alpha=[0.5, 0.9],
        activation_beta=[0.3, 0.7],
    ),
]


@pytest.mark.parametrize("tried", RECURRENT, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    check_round_trip(tried.model(), tried.feeds(), relative=3e-5)


@pytest.mark.parametrize("op", GATES)
def test_sequences_may_be_the_first_dimension(op: str) -> None:
    """ONNX Runtime has no layout 1: the steps go first into it, and out of it."""
    first = recurrent(op, starts=True, direction="bidirectional")
    y, *states = Session(first.model()).run(first.feeds()).values()
    turned = [item.transpose(1, 0, 2) if isinstance(item, np.ndarray) else item for item in first.operands]
    second = NodeCase(op, tuple(turned), 14, first.outputs, {**first.attributes, "layout": 1})
    wanted = [y.transpose(2, 0, 1, 3), *(state.transpose(1, 0, 2) for state in states)]
    expected = {f"out{index}": array for index, array in enumerate(wanted)}
    check_round_trip(second.model(), second.feeds(), expected=expected)


def _refused(tried: NodeCase) -> str:
    model = tried.model()
    with pytest.raises(ModelError) as caught:
        import_model(model)
    return str(caught.value)


def test_sequences_have_a_limit() -> None:
    long = NodeCase("RNN", (uniform(3000, 1, 4), *recurrent("RNN").operands[1:]), 14, 2, {"hidden_size": HIDDEN})
    assert "RNN expects at most 2048 steps of all directions, found 3000; split the sequence" in _refused(long)


def test_weights_of_another_size_are_refused() -> None:
    operands = list(recurrent("GRU").operands)
    operands[2] = Fixed(uniform(1, 3 * HIDDEN + 1, HIDDEN))
    found = _refused(NodeCase("GRU", tuple(operands), 14, 2, {"hidden_size": HIDDEN}))
    assert f"GRU expects operand 2 of shape [1, {3 * HIDDEN}, {HIDDEN}]" in found


def test_only_the_last_state_is_computed_if_only_that_is_used() -> None:
    model = recurrent("LSTM").model()
    model.graph.node[0].output[0] = ""
    del model.graph.output[0]
    assert isinstance(model, onnx.ModelProto)
    check_round_trip(model, recurrent("LSTM").feeds())
