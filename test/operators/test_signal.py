"""Fourier transforms through every stage, against NumPy; tolerances are those of test_operators.py."""

import pytest
import tpu_mlir
from operators.test_operators import TOLERANCES
from python.frontend.onnx.ops.test_signal import DFT, STFT, expected
from tpu_mlir.runtime import Session
from tpu_mlir.testing import NodeCase, compare


@pytest.mark.parametrize("precision", TOLERANCES)
@pytest.mark.parametrize("tried", DFT + STFT, ids=str)
def test_agrees_with_numpy(tried: NodeCase, precision: str) -> None:
    session = Session(tpu_mlir.compile(tried.model(), precision=precision), check_races=True, threads=1)
    (found,) = session.run(tried.feeds()).values()
    compare(str(tried), found, expected(tried)["out0"], TOLERANCES[precision])
