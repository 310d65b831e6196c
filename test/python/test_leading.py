"""Groups in which transfers move, between lanes, what the first ops have made, while the others compute."""

from pathlib import Path

import numpy as np
import onnx
import onnx.reference
import pytest
import tpu_mlir
from onnx import helper, numpy_helper
from tpu_mlir._mlir import ir
from tpu_mlir.runtime import Session
from tpu_mlir.stages import SCHEDULED, Observer, Stage
from tpu_mlir.testing import uniform

CHANNELS = 3


class Scheduled(Observer):
    """Keeps the text of the scheduled module."""

    text = ""

    def end(self, stage: Stage, module: ir.Module, seconds: float) -> None:
        if stage.name == SCHEDULED:
            self.text = str(module)


def stem(kernel: int, size: int) -> onnx.ModelProto:
    """Return a first convolution, whose kernel's rows become channels, and a sigmoid.

    Kernels of 3 and 6, and 8-bit ones of 7, leave channels for columns that are 2 apart.
    """
    weights = uniform(24, CHANNELS, kernel, kernel, low=-0.1, high=0.1)
    initializers = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(uniform(24), "b")]
    pads = [kernel // 2, kernel // 2 - 1, kernel // 2 - 1, kernel // 2]
    nodes = [
        helper.make_node("Conv", ["x", "w", "b"], ["conv"], strides=[2, 2], pads=pads),
        helper.make_node("Sigmoid", ["conv"], ["y"]),
    ]
    result = (size + pads[0] + pads[2] - kernel) // 2 + 1
    shapes = {"x": (2, CHANNELS, size, size), "y": (2, 24, result, result)}
    inputs, outputs = (
        [helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shapes[name])] for name in ("x", "y")
    )
    graph = helper.make_graph(nodes, "stem", inputs, outputs, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


@pytest.mark.parametrize("precision", ["f16", "bf16", "int8"])
@pytest.mark.parametrize(("kernel", "size"), [(3, 275), (6, 160), (7, 161)])
def test_ops_that_lead_are_right_and_ordered(kernel: int, size: int, precision: str, tmp_path: Path) -> None:
    model, feeds = stem(kernel, size), {"x": uniform(2, CHANNELS, size, size)}
    expected = onnx.reference.ReferenceEvaluator(model).run(None, feeds)[0]
    seen = Scheduled()
    ranges = None
    if precision == "int8":
        (tmp_path / "ranges").write_text("x 2 -2 2\nconv 8 -8 8\ny 1 0 1\n")
        ranges = tmp_path / "ranges"
    bmodel = tpu_mlir.compile(model, precision=precision, ranges=ranges, observers=[seen])
    assert " leading " in seen.text
    found = Session(bmodel, check_races=True, check_uninitialised=True).run(feeds)["y"]
    tolerance = {"f16": 3e-3, "bf16": 2e-2, "int8": 6e-2}[precision]
    np.testing.assert_allclose(found.astype(np.float32), expected, atol=tolerance)
