"""Every kernel on the simulator, races and uninitialised reads refused, against NumPy."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from integer_cases import INTEGER
from kernel_cases import ALL, KernelCase
from quantized_cases import QUANTIZED
from tpu_mlir._mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.runtime import BModel, Session


def compile_text(text: str, path: Path) -> BModel:
    """Schedule a module of the tpu dialect and return its bmodel."""
    with ir.Context(), ir.Location.unknown():
        run_passes(ir.Module.parse(text), f"builtin.module(tpu-schedule,tpu-codegen{{output={path}}})")
    return BModel.load(path)


@pytest.mark.parametrize("case", [*ALL, *QUANTIZED, *INTEGER], ids=lambda case: case.name)
def test_kernel(case: KernelCase, tmp_path: Path) -> None:
    model = compile_text(case.module(), tmp_path / "case.bmodel")
    session = Session(model, check_races=True, check_uninitialised=True)
    names = [argument.name for argument in session.get_inputs()]
    feeds = dict(zip(names, case.feeds.values(), strict=True))
    (found,) = session.run(None, feeds)
    assert found.dtype == case.expected.dtype
    expected = case.expected.astype(np.float64)
    error = np.abs(found.astype(np.float64) - expected).max()
    assert error <= case.tolerance * np.abs(expected).max()
