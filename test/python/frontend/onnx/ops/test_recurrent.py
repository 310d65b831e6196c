"""LSTM, GRU and RNN, imported and written back, against ONNX Runtime."""

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
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


@pytest.mark.parametrize("per_gate", [False, True])
def test_integer_weights_are_those_of_reals(per_gate: bool) -> None:
    """ONNX Runtime also quantizes the activations, to steps of 1 / 127 of their magnitude."""
    count, rows = 2, 4 * HIDDEN
    random = np.random.default_rng(0)
    shape = (count, rows) if per_gate else (count,)
    constants = {
        "w": random.integers(-127, 128, (count, FEATURES, rows)).astype(np.int8),
        "r": random.integers(-127, 128, (count, HIDDEN, rows)).astype(np.int8),
        "b": uniform(count, 2 * rows, low=-0.6, high=0.6),
        **{name: random.uniform(0.003, 0.006, shape).astype(np.float32) for name in ("ws", "rs")},
        **{name: np.zeros(shape, np.int8) for name in ("wz", "rz")},
    }
    operands = ["x", "w", "r", "b", "", "", "", "", "ws", "wz", "rs", "rz"]
    node = helper.make_node(
        "DynamicQuantizeLSTM", operands, ["y"], domain="com.microsoft", hidden_size=HIDDEN, direction="bidirectional"
    )
    x = uniform(STEPS, BATCH, FEATURES)
    values = [
        helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, s) for name, s in (("x", x.shape), ("y", None))
    ]
    weights = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph([node], "lstm", values[:1], values[1:], weights)
    imports = [helper.make_opsetid("", 14), helper.make_opsetid("com.microsoft", 1)]
    check_round_trip(helper.make_model(graph, opset_imports=imports, ir_version=8), {"x": x}, relative=0.03)


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
    assert f"GRU expects weights of shape [1, {3 * HIDDEN}, {HIDDEN}]" in found


def test_only_the_last_state_is_computed_if_only_that_is_used() -> None:
    model = recurrent("LSTM").model()
    model.graph.node[0].output[0] = ""
    del model.graph.output[0]
    assert isinstance(model, onnx.ModelProto)
    check_round_trip(model, recurrent("LSTM").feeds())
