"""Values of which 8 bits hold too little: masks of attention, arguments of sines, what overflows f16."""

import warnings
from collections.abc import Sequence

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import METHODS, Ranges, calibrate
from tpu_mlir.runtime import Session

ROWS, WIDTH = 12, 32
TRIANGLE = np.tril(np.ones((ROWS, ROWS), bool))[None]
LEAST = float(np.finfo(np.float32).min)
Nodes = Sequence[onnx.NodeProto]
Feeds = dict[str, Array]


def model(nodes: Nodes, constants: dict[str, Array], **inputs: Sequence[int]) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "masked",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in inputs.items()],
        [onnx.ValueInfoProto(name="y")],
        [numpy_helper.from_array(array, name) for name, array in constants.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def masked(kind: str, value: float) -> onnx.ModelProto:
    """Return attention whose mask of that value is added as a constant, comes from an input, or is chosen by Where."""
    random = np.random.default_rng(0)
    make = helper.make_node
    chosen = {
        "constant": [make("Add", ["s", "added"], ["m"])],
        "input": [
            make("Sub", ["one", "mask"], ["inverse"]),
            make("Mul", ["inverse", "value"], ["row"]),
            make("Unsqueeze", ["row", "axis"], ["rows"]),
            make("Add", ["s", "rows"], ["m"]),
        ],
        "where": [make("Where", ["keep", "s", "value"], ["m"])],
        "reshaped": [make("Where", ["keep", "s", "value"], ["w"]), make("Reshape", ["w", "shape"], ["m"])],
    }[kind]
    nodes = [
        *(make("MatMul", ["x", f"w{name}"], [name]) for name in "qkv"),
        make("Transpose", ["k"], ["t"], perm=[0, 2, 1]),
        make("MatMul", ["q", "t"], ["p"]),
        make("Mul", ["p", "scale"], ["s"]),
        *chosen,
        make("Softmax", ["m"], ["a"], axis=-1),
        make("MatMul", ["a", "v"], ["y"]),
    ]
    constants: dict[str, Array] = {
        **{f"w{name}": (random.normal(size=(WIDTH, WIDTH)) / WIDTH**0.5).astype(np.float32) for name in "qkv"},
        "scale": np.float32([WIDTH**-0.5]),
        "one": np.float32([1]),
        "value": np.float32([value]),
        "added": np.where(TRIANGLE, 0, value).astype(np.float32),
        "keep": TRIANGLE,
        "axis": np.array([1]),
        "shape": np.array([2, ROWS, ROWS]),
    }
    used = {name for node in nodes for name in node.input}
    shapes = {"x": (2, ROWS, WIDTH)} | ({"mask": (2, ROWS)} if kind == "input" else {})
    return model(nodes, {name: array for name, array in constants.items() if name in used}, **shapes)


def attention_feeds(network: onnx.ModelProto, seed: int) -> Feeds:
    random = np.random.default_rng(seed)
    feeds: Feeds = {"x": random.normal(size=(2, ROWS, WIDTH)).astype(np.float32)}
    if len(network.graph.input) > 1:
        feeds["mask"] = np.float32([np.arange(ROWS) < 9, np.arange(ROWS) < 4])
    return feeds


def error(network: onnx.ModelProto, ranges: Ranges, feeds: Feeds, **options: object) -> float:
    found = Session(tpu_mlir.compile(network, precision="int8", ranges=ranges, **options)).run(feeds)["y"]  # pyright: ignore[reportArgumentType]
    expected = OnnxRuntime(network).run(feeds)["y"]
    return float(np.linalg.norm(found - expected) / np.linalg.norm(expected))


# Of normal values whose largest is at four deviations, a rounding to 8 bits is off by 4 / 127 / sqrt(12) = 0.9 %.
# Values and weights of q, k and v, the logits and the probabilities are rounded: 5 % is more than all of these.
MOST = 0.05


INFINITE = "ignore:.* takes infinities in calibration"


@pytest.mark.filterwarnings(INFINITE)
@pytest.mark.parametrize("value", [-100.0, -1e4, -1e12, LEAST, -np.inf], ids=str)
@pytest.mark.parametrize("kind", ["constant", "input", "where", "reshaped"])
def test_masks(kind: str, value: float) -> None:
    if kind == "input":
        value = max(value, LEAST)  # 0 * -inf is no number in floats either
    network = masked(kind, value)
    ranges = calibrate(network, [attention_feeds(network, seed) for seed in range(4)])
    integers = {"quantize_outputs": True}  # in what only floats read, too
    for options in (
        {},
        integers,
        integers | {"fallback": "bf16"},
        {"fallback": "f32"},
        integers | {"asymmetric": True},
    ):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", TpuMlirWarning)  # of what becomes f32
            assert error(network, ranges, attention_feeds(network, 9), **options) <= MOST, options


@pytest.mark.filterwarnings(INFINITE)
@pytest.mark.parametrize("method", [*METHODS, "auto"])
def test_infinities_are_kept_apart(method: str) -> None:
    """The table tells of them; the threshold is that of what is finite."""
    network = masked("where", -np.inf)
    feeds = [attention_feeds(network, seed) for seed in range(2)]
    ranges = calibrate(network, feeds, method=method)
    plain = calibrate(masked("where", -1.0), feeds, method="minmax")
    assert ranges["m"].minimum == -np.inf and np.isfinite(ranges["m"].maximum)
    assert 0 < ranges["m"].threshold <= plain["s"].threshold
    assert np.isfinite(ranges["a"].minimum)


@pytest.mark.parametrize("fallback", ["f16", "bf16", "f32"])
def test_what_overflows_in_floats_stays_a_float(fallback: str) -> None:
    """1 / (1 + e^-x) and x * tanh(log(1 + e^x)) are finite where e^100 is infinite."""
    make = helper.make_node
    nodes = [
        make("MatMul", ["x", "w"], ["p"]),
        *(make("Neg", ["p"], ["n"]), make("Exp", ["n"], ["e"]), make("Add", ["e", "one"], ["d"])),
        *(make("Div", ["one", "d"], ["s"]), make("Exp", ["p"], ["f"]), make("Add", ["one", "f"], ["g"])),
        *(make("Log", ["g"], ["l"]), make("Tanh", ["l"], ["t"]), make("Mul", ["p", "t"], ["m"])),
        *(make("Mul", ["s", "hundred"], ["h"]), make("Add", ["m", "h"], ["y"])),
    ]
    constants = {"w": np.eye(64, dtype=np.float32), "one": np.float32([1]), "hundred": np.float32([100])}
    network = model(nodes, constants, x=(4, 64))
    feeds = {"x": np.linspace(-120, 120, 256, dtype=np.float32).reshape(4, 64)}
    with pytest.warns(
        TpuMlirWarning, match="'e' takes infinities in calibration; it and 4 computed after it stay floats"
    ):
        ranges = calibrate(network, [feeds])
    assert ranges["e"].maximum == np.inf and ranges["s"].maximum <= 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpuMlirWarning)  # of what becomes f32
        # Of -120 to 120 a step of 8 bits is 0.9; p and m are rounded, and h changes by 25 for each.
        assert error(network, ranges, feeds, fallback=fallback) < 0.1


@pytest.mark.parametrize("value", [np.inf, -np.inf])
def test_infinite_inputs(value: float) -> None:
    """As of a mask that is added to scores: its infinities stay."""
    make = helper.make_node
    nodes = [
        make("MatMul", ["x", "w"], ["s"]),
        make("Add", ["s", "mask"], ["m"]),
        make("Softmax", ["m"], ["y"], axis=-1),
    ]
    if value > 0:
        nodes.insert(1, make("Neg", ["s"], ["n"]))
        nodes[2:] = [make("Sub", ["n", "mask"], ["m"]), nodes[-1]]
    network = model(nodes, {"w": np.eye(ROWS, dtype=np.float32)}, x=(2, ROWS), mask=(2, ROWS))
    random = np.random.default_rng(0)
    mask = np.where(np.arange(ROWS) < 7, 0, value).astype(np.float32)[None].repeat(2, 0)
    feeds = {"x": random.normal(size=(2, ROWS)).astype(np.float32), "mask": mask}
    with pytest.warns(TpuMlirWarning, match="'mask' takes infinities in calibration"):
        ranges = calibrate(network, [feeds])
    assert error(network, ranges, feeds) <= MOST


@pytest.mark.parametrize("fallback", ["f16", "bf16", "f32"])
@pytest.mark.parametrize("function", ["Sin", "Cos"])
@pytest.mark.parametrize("reach", [1.0, 30.0, 1000.0, 3e4])
def test_large_arguments(function: str, reach: float, fallback: str) -> None:
    """One step of 8 bits of the arguments would be many turns; of f16 at 1000 half a radian."""
    make = helper.make_node
    nodes = [make("Mul", ["x", "reach"], ["k"]), make("Add", ["k", "one"], ["a"]), make(function, ["a"], ["y"])]
    network = model(nodes, {"reach": np.float32([reach]), "one": np.float32([1])}, x=(1, 256))
    feeds = {"x": np.linspace(-1, 1, 256, dtype=np.float32)[None]}
    ranges = calibrate(network, [feeds], method="minmax")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", TpuMlirWarning)
        options = {"ranges": ranges, "fallback": fallback, "quantize_outputs": True}
        found = Session(tpu_mlir.compile(network, precision="int8", **options)).run(feeds)["y"]
    expected = OnnxRuntime(network).run(feeds)["y"]
    # The slope is 1. Two arguments and the constant are off by half a step each: of 8 bits where that is a 16th of the
    # results' range, 2, at most; else of the fallback, if its are; else of f32. Results are rounded to 8 bits, or bf16.
    steps = [(reach + 1) / 127, (reach + 1) * 2.0 ** -{"f16": 10, "bf16": 7, "f32": 23}[fallback], (reach + 1) * 2**-23]
    step = next(step for step in steps if step <= 2 / 16)
    assert np.abs(found - expected).max() <= 3 * step / 2 + 1 / 127


# Quotients of what is far above 65,504: f16 would compute infinity over infinity.
OVERFLOWING: dict[str, Nodes] = {
    "softmax": [
        helper.make_node("Exp", ["x"], ["e"]),
        helper.make_node("ReduceSum", ["e", "last"], ["s"], keepdims=1),
        helper.make_node("Div", ["e", "s"], ["y"]),
    ],
    "norm": [
        helper.make_node("Mul", ["x", "thousand"], ["k"]),
        helper.make_node("Mul", ["k", "k"], ["e"]),
        helper.make_node("ReduceSum", ["e", "last"], ["s"], keepdims=1),
        helper.make_node("Sqrt", ["s"], ["r"]),
        helper.make_node("Div", ["k", "r"], ["y"]),
    ],
}


@pytest.mark.parametrize("fallback", ["f16", "bf16", "f32"])
@pytest.mark.parametrize("name", OVERFLOWING)
def test_what_a_type_cannot_hold_goes_to_one_that_can(name: str, fallback: str) -> None:
    constants = {"last": np.array([-1]), "thousand": np.float32([1000])}
    used = {item for node in OVERFLOWING[name] for item in node.input}
    network = model(OVERFLOWING[name], {key: constants[key] for key in used & constants.keys()}, x=(8, 64))
    feeds = {"x": np.random.default_rng(0).uniform(8, 20, (8, 64)).astype(np.float32)}
    ranges = calibrate(network, [feeds], method="minmax")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", TpuMlirWarning)
        found = Session(tpu_mlir.compile(network, precision="int8", ranges=ranges, fallback=fallback)).run(feeds)["y"]
    messages = [str(item.message) for item in told]
    # What is f32 whatever the numbers are, is so in silence; of the rest one warning tells.
    assert len(messages) <= (fallback != "f32")
    assert all(f"computed in f32, since {fallback} does not hold" in message for message in messages)
    # Each of e, s and r may be off by a step of its 8 bits, that is of the largest: a 127th of the largest result.
    expected = OnnxRuntime(network).run(feeds)["y"]
    assert np.abs(found - expected).max() <= 4 / 127 * np.abs(expected).max()
