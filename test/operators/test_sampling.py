"""GridSample at places that are computed, through every stage, against ONNX Runtime.

In f32 only: in 16 bits a place is rounded as other numbers are, which may make another element the nearest.
"""

import pytest
import tpu_mlir
from python.frontend.onnx.ops.test_vision import COMPUTED
from tpu_mlir.frontend.onnx.session import Session as OnnxRuntime
from tpu_mlir.runtime import Session
from tpu_mlir.testing import NodeCase, compare


@pytest.mark.parametrize("tried", COMPUTED, ids=str)
def test_agrees_with_onnx_runtime(tried: NodeCase) -> None:
    session = Session(tpu_mlir.compile(tried.model(), precision="f32", host=False), check_races=True, threads=1)
    (found,), (expected,) = session.run(tried.feeds()).values(), OnnxRuntime(tried.model()).run(tried.feeds()).values()
    compare(str(tried), found, expected, 2e-6)
