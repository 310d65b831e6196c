"""A weight that several operations share is in a bmodel once, whatever they compute in."""

import numpy as np
import onnx
import pytest
import tpu_mlir
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.quantization import correct
from tpu_mlir.quantization.corrections import CORRECTIONS
from tpu_mlir.runtime import Session

LAYERS, SIZE = 8, 96


def network(kind: str, distinct: bool) -> onnx.ModelProto:
    """Return LAYERS products with square weights and a tanh behind each; the weights are one or one for each."""
    random = np.random.default_rng(0)
    shape = (SIZE, SIZE, 1, 1) if kind == "Conv" else (SIZE, SIZE)
    nodes: list[onnx.NodeProto] = []
    x = "x"
    for index in range(LAYERS):
        attributes = {"transB": 1} if kind == "Gemm" else {}
        nodes.append(helper.make_node(kind, [x, f"w{index if distinct else 0}"], [f"p{index}"], **attributes))
        nodes.append(helper.make_node("Tanh", [f"p{index}"], [x := f"t{index}"]))
    weights = {f"w{index}": random.normal(size=shape) / SIZE**0.5 for index in range(LAYERS if distinct else 1)}
    graph = helper.make_graph(
        nodes,
        "shared",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, (16, SIZE, 2, 2) if kind == "Conv" else (16, SIZE))],
        [onnx.ValueInfoProto(name=x)],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def feeds(model: onnx.ModelProto, count: int) -> list[dict[str, np.ndarray]]:
    shape = [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim]
    return [{"x": np.random.default_rng(seed).normal(size=shape).astype(np.float32)} for seed in range(count)]


# A layer loses up to half a unit of the type in each of three roundings, of weights, products and tanh.
TOLERANCE = {"f32": 2**-20, "f16": LAYERS * 3 * 2**-11, "bf16": LAYERS * 3 * 2**-8, "int8": LAYERS * 3 * 0.01}


@pytest.mark.parametrize("precision", TOLERANCE)
@pytest.mark.parametrize("kind", ["Gemm", "MatMul", "Conv"])
def test_stored_once(kind: str, precision: str) -> None:
    shared = network(kind, distinct=False)
    sizes: list[int] = []
    for model in (network(kind, distinct=True), shared):
        module, options = model, {}
        if precision == "int8":
            found = correct(model, feeds(model, 4), corrections=list(CORRECTIONS))
            module, options = found.module, {"ranges": found.ranges}
        bmodel = tpu_mlir.compile(module, precision=precision, **options)
        sizes.append(len(bmodel.data))
    expected = next(iter(OnnxRuntime(shared).run(sample := feeds(shared, 9)[-1]).values()))
    result = next(iter(Session(bmodel).run(sample).values()))
    assert np.linalg.norm(result - expected) <= TOLERANCE[precision] * np.linalg.norm(expected)
    width = {"f32": 4, "f16": 2, "bf16": 2, "int8": 1}[precision]
    saved = (LAYERS - 1) * SIZE * SIZE * width
    assert sizes[0] - sizes[1] >= 0.9 * saved  # commands may differ a little
