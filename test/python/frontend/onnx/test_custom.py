"""Operators that users register: bodies, importers, functions for the host; compiled and run on the simulator."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper
from tpu_mlir._mlir import ir
from tpu_mlir.dialects import top
from tpu_mlir.errors import ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import custom, registry
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.session import Session as HostSession
from tpu_mlir.frontend.onnx.session import SessionError
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.runtime import Session
from tpu_mlir.testing import case, check_round_trip, uniform

X = uniform(2, 3, 4)
OWN = "com.example"
GUIDE = Path(__file__).parents[4] / "docs" / "guides" / "operators.md"


@pytest.fixture(autouse=True)
def _forget(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Take away what a test has registered."""
    for module, name in ((custom, "_customs"), (registry, "_importers"), (registry, "_compositions")):
        monkeypatch.setattr(module, name, dict(getattr(module, name)))
    monkeypatch.setattr(registry, "_unfolded", set(registry._unfolded))
    yield


def between(op: str, **attributes: object) -> onnx.ModelProto:
    """Return y = -op(|x|)."""
    nodes = [
        helper.make_node("Abs", ["x"], ["a"]),
        helper.make_node(op, ["a"], ["b"], name="mine", domain=OWN, **attributes),
        helper.make_node("Neg", ["b"], ["y"]),
    ]
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, X.shape) for name in "xy")
    imports = [helper.make_opsetid("", 17), helper.make_opsetid(OWN, 1)]
    return helper.make_model(helper.make_graph(nodes, "g", [x], [y]), opset_imports=imports, ir_version=8)


def scaled(x: Array, factor: float = 2.0) -> Array:
    return x * np.float32(factor)


def test_a_body_in_text() -> None:
    """ONNX Runtime computes it, too: as a function of the model."""
    tpu_mlir.register_operator(
        OWN, "Twice", inputs="x", outputs="y", body="two = Constant <value_float = 2.0> () y = Mul (x, two)"
    )
    check_round_trip(case("Twice", X, domain=OWN).model(), {"in0": X}, expected={"out0": 2 * X})
    found = Session(tpu_mlir.compile(between("Twice"), host=False)).run({"x": X})
    np.testing.assert_array_equal(found["y"], -2 * np.abs(X))
    np.testing.assert_array_equal(HostSession(between("Twice")).run({"x": X})["y"], found["y"])


def test_a_body_that_depends_on_attributes_and_shapes() -> None:
    def body(n: Node) -> str:
        factor = n.float_attr("factor", 2.0) * n.shape(0)[-1]
        return f"f = Constant <value_float = {factor}> () y = Mul (x, f)"

    def reference(x: Array, factor: float) -> Array:
        return x * np.float32(factor * 4)

    tpu_mlir.register_operator(OWN, "Wide", inputs="x", outputs="y", body=body, reference=reference)
    model = case("Wide", X, domain=OWN, factor=0.5).model()
    check_round_trip(model, {"in0": X}, expected={"out0": 2 * X})
    np.testing.assert_array_equal(HostSession(model).run({"in0": X})["out0"], 2 * X)


def test_an_importer() -> None:
    def scale(n: Node) -> ir.OpView:
        return top.MulOp(n.value(0), n.weight(np.array(n.float_attr("factor", 2.0), np.float32), "factor"))

    tpu_mlir.register_operator(OWN, "Scale", inputs="x", outputs="y", importer=scale, reference=scaled)
    check_round_trip(case("Scale", X, domain=OWN, factor=3.0).model(), {"in0": X}, expected={"out0": 3 * X})


def test_a_function_for_the_host_between_what_the_chip_computes() -> None:
    def kind(n: Node) -> list[tuple[np.dtype[np.generic], Sequence[int]]]:
        return [(np.dtype(np.float32), n.shape(0))]

    tpu_mlir.register_operator(OWN, "Sorted", inputs="x", outputs="y", reference=np.sort, results=kind)
    with pytest.warns(TpuMlirWarning, match="'mine': com.example.Sorted is registered as a function for the host"):
        compiled = tpu_mlir.compile(between("Sorted"))
    np.testing.assert_array_equal(Session(compiled).run({"x": X})["y"], -np.sort(np.abs(X)))
    with pytest.raises(ModelError, match="'mine': com.example.Sorted is registered as a function for the host"):
        tpu_mlir.compile(between("Sorted"), host=False)


def test_a_function_that_fails_is_told() -> None:
    def broken(_: Array) -> Array:
        raise ZeroDivisionError("of nothing")

    tpu_mlir.register_operator(OWN, "Broken", inputs="x", outputs="y", reference=broken, results=lambda n: [])
    with pytest.raises(SessionError, match="ZeroDivisionError: of nothing"):
        HostSession(between("Broken")).run({"x": X})


@pytest.mark.parametrize(
    ("domain", "name", "parts", "reason"),
    [
        ("", "Mine", {"body": "y = Neg (x)"}, "expected a new operator in a domain of one's own, found ai.onnx.Mine"),
        ("com.microsoft", "Gelu", {"body": "y = Neg (x)"}, "found com.microsoft.Gelu"),
        (OWN, "Mine", {}, "expected a body, an importer, or a reference with the results' shapes"),
        (OWN, "Mine", {"reference": scaled}, "expected a body, an importer, or a reference with the results' shapes"),
        (
            OWN,
            "Mine",
            {"body": "y = Neg (x"},
            "the body that is registered for Mine cannot be read",
        ),
    ],
    ids=["domain", "known", "nothing", "no shapes", "text"],
)
def test_what_cannot_be_registered(domain: str, name: str, parts: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        tpu_mlir.register_operator(domain, name, inputs="x", outputs="y", **parts)


def test_a_body_that_cannot_be_read_is_told_of_the_node() -> None:
    tpu_mlir.register_operator(OWN, "Odd", inputs="x", outputs="y", body=lambda n: "y = = x")
    with pytest.raises(ModelError, match="'mine': the body that is registered for Odd cannot be read"):
        tpu_mlir.compile(between("Odd"), host=False)


def test_the_guide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every block of it runs, in order."""
    monkeypatch.chdir(tmp_path)
    onnx.save(case("ScaledTanh", X, uniform(4), domain=OWN).model(), "m.onnx")
    names: dict[str, object] = {}
    for block in re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL):
        exec(block, names)  # noqa: S102 (the guide is ours)
    model = case("Sort", X, domain=OWN, descending=1).model()
    np.testing.assert_array_equal(Session(tpu_mlir.compile(model)).run({"in0": X})["out0"], -np.sort(-X))
