"""The method chosen by trial: it is the one with the least error, computed here by hand."""

import numpy as np
import onnx
import onnx.parser
import pytest
from onnx import numpy_helper
from tpu_mlir.quantization import METHODS, Ranges, calibrate
from tpu_mlir.quantization.consumers import Consumers

TEXT = """
<ir_version: 8, opset_import: ["": 17]>
net (float[64, 8] x) => (float[64, 8] z) <float[8, 8] w>
{
  y = MatMul(x, w)
  z = Add(y, x)
}
"""


def weights() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 1, (8, 8)).astype(np.float32)


def model() -> onnx.ModelProto:
    found = onnx.parser.parse_model(TEXT)
    found.graph.initializer.append(numpy_helper.from_array(weights(), "w"))
    del found.graph.input[1:]
    return found


def feeds() -> list[dict[str, np.ndarray]]:
    """Values from a distribution with long tails: the methods differ a lot."""
    random = np.random.default_rng(1)
    return [{"x": random.standard_t(4, (64, 8)).astype(np.float32)} for _ in range(16)]


def quantised(values: np.ndarray, threshold: float) -> np.ndarray:
    step = threshold / 127
    return np.clip(np.rint(values / step), -127, 127) * step


def test_least_error_wins() -> None:
    samples, w = feeds(), weights().astype(np.float64)
    tables = {method: calibrate(model(), samples, method=method) for method in METHODS}

    def error(name: str, threshold: float) -> float:
        """What a range of x or y does to the results of the operations that read it."""
        errors, scales = np.zeros(2), np.zeros(2)
        for sample in samples:
            x = sample["x"].astype(np.float64)
            exact = [x @ w, x @ w + x]
            rough = quantised(x if name == "x" else x @ w, threshold)
            found = [rough @ w, rough @ w + rough] if name == "x" else [exact[0], rough + x]
            errors += [((a - b) ** 2).sum() for a, b in zip(found, exact, strict=True)]
            scales += [(a**2).sum() for a in exact]
        return float((errors / scales).sum())

    chosen = calibrate(model(), samples, method="auto")
    values = np.concatenate([sample["x"] for sample in samples]).astype(np.float64)
    for name, array in (("x", values), ("y", values @ w)):
        own = {method: ((quantised(array, t[name].threshold) - array) ** 2).sum() for method, t in tables.items()}
        tried = [method for method in METHODS if own[method] <= 1.25 * min(own.values())]
        errors = {method: error(name, tables[method][name].threshold) for method in tried}
        assert len(set(errors.values())) > 2 and len(tried) < len(METHODS)
        best = "mse" if errors["mse"] * 0.9 < min(errors.values()) else min(errors, key=lambda key: errors[key])
        assert error(name, chosen[name].threshold) == pytest.approx(errors[best], rel=1e-3)


def test_what_nothing_reads_is_judged_by_itself() -> None:
    chosen = calibrate(model(), feeds(), method="auto")
    tables = {method: calibrate(model(), feeds(), method=method) for method in METHODS}
    w = weights().astype(np.float64)
    z = np.concatenate([sample["x"] @ w + sample["x"] for sample in feeds()])
    errors = {method: ((quantised(z, t["z"].threshold) - z) ** 2).sum() for method, t in tables.items()}
    assert ((quantised(z, chosen["z"].threshold) - z) ** 2).sum() <= min(errors.values()) / 0.9
    assert max(errors.values()) > 2 * min(errors.values())


def test_table_tells_what_was_chosen(tmp_path) -> None:
    seen: list[tuple[int, int]] = []
    ranges = calibrate(model(), feeds(), method="auto", progress=lambda done, total: seen.append((done, total)))
    counts = [entry.rsplit(" ", 1) for entry in ranges.facts["chosen"].split(", ")]
    assert {name for name, _ in counts} <= set(METHODS) and sum(int(count) for _, count in counts) == len(ranges)
    assert seen[-1] == (32, 32) and [done for done, _ in seen] == sorted(done for done, _ in seen)
    ranges.save(tmp_path / "m.ranges")
    assert Ranges.load(tmp_path / "m.ranges").facts == ranges.facts


def test_consumers() -> None:
    """From a value to the next outputs: temporaries are passed through, constants and other values are taken along."""
    network = onnx.parser.parse_model("""
        <ir_version: 8, opset_import: ["": 17]>
        net (float[4] x, float[4] u) => (float[4] a, float[4] b, float[4] c) <float[4] k = {1, 2, 3, 4}>
        {
          t = Mul(x, k)
          a = Relu(t)
          v = Neg(u)
          b = Add(a, x)
          c = Sub(v, b)
        }
    """)
    consumers = Consumers(network)
    found = consumers.of("x")
    assert found is not None
    assert [node.op_type for node in found.graph.node] == ["Mul", "Relu", "Add"]
    assert [value.name for value in found.graph.input] == ["x"]
    assert [value.name for value in found.graph.output] == ["a", "b"]
    assert [tensor.name for tensor in found.graph.initializer] == ["k"]
    found = consumers.of("b")
    assert found is not None
    assert [node.op_type for node in found.graph.node] == ["Neg", "Sub"]
    assert sorted(value.name for value in found.graph.input) == ["b", "u"]
    assert consumers.of("c") is None


def test_rank_0() -> None:
    network = onnx.parser.parse_model("""
        <ir_version: 8, opset_import: ["": 17]>
        net (float[4] x) => (float[4] z) { m = ReduceMax<keepdims = 0>(x)  z = Div(x, m) }
    """)
    ranges = calibrate(network, [{"x": np.float32([1, 2, 3, 4])}], method="auto")
    assert ranges["m"].maximum == 4
