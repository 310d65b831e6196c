"""Tables as curves: at most one step from their entries, in few of them; other tables stay."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tpu_mlir._mlir import ir
from tpu_mlir.compiler import run_passes
from tpu_mlir.runtime import BModel, Session

Doubles = NDArray[np.float64]
Table = NDArray[np.int8]
_erf = np.vectorize(math.erf, otypes=[np.float64])
SHAPE = (1, 64, 64, 64)

FUNCTIONS: dict[str, Callable[[Doubles], Doubles]] = {
    "silu": lambda x: x / (1 + np.exp(-x)),
    "gelu": lambda x: x * (1 + _erf(x * math.sqrt(0.5))) / 2,
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "leaky_relu": lambda x: np.where(x < 0, 0.1 * x, x),
}


def table_of(function: Callable[[Doubles], Doubles], low: float, high: float) -> Table:
    """Return what each of -128 to 127, which stand for low to high, becomes in the whole range of the results."""
    step = (high - low) / 255
    x = (np.arange(-128, 128) - (-128 - round(low / step))) * step
    y = function(x)
    scale = (y.max() - y.min()) / 255
    return np.clip(np.rint(y / scale) + round(-128 - y.min() / scale), -128, 127).astype(np.int8)


def look_up(table: Table, path: Path) -> tuple[Table, str]:
    """Return what a look-up makes of each entry, and the scheduled module."""
    stored = np.roll(table, 128)  # by the bits of the index
    body = f"""func.func @main(%x: tensor<1x64x64x64xi8>) -> tensor<1x64x64x64xi8> {{
      %t = top.weight dense<"0x{stored.tobytes().hex()}"> : tensor<1x1x1x256xi8>
      %r = tpu.lookup %x, %t : (tensor<1x64x64x64xi8>, tensor<1x1x1x256xi8>) -> tensor<1x64x64x64xi8>
      return %r : tensor<1x64x64x64xi8>
    }}"""
    with ir.Context(), ir.Location.unknown():
        module = ir.Module.parse(body)
        run_passes(module, f"builtin.module(tpu-schedule,tpu-codegen{{output={path}}})")
        scheduled = str(module)
    session = Session(BModel.load(path), check_races=True, check_uninitialised=True)
    x = np.resize(np.arange(-128, 128), SHAPE).astype(np.int8)
    (found,) = session.run(None, {session.get_inputs()[0].name: x})
    return found.ravel()[:256], scheduled


@pytest.mark.parametrize(("low", "high"), [(-4, 4), (-8.03, 7.97), (-20, 20), (-3, 6), (-6, 10)])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_curve(name: str, low: float, high: float, tmp_path: Path) -> None:
    table = table_of(FUNCTIONS[name], low, high)
    found, scheduled = look_up(table, tmp_path / "curve.bmodel")
    assert "tpu.curve" in scheduled
    apart = np.abs(found.astype(int) - table)
    assert apart.max() <= 1
    assert (apart > 0).sum() <= 256 // 16  # docs/decisions/0018


@pytest.mark.parametrize("name", ["random", "sine"])
def test_other_tables_stay(name: str, tmp_path: Path) -> None:
    entries = {
        "random": np.random.default_rng(5).integers(-128, 128, 256),
        "sine": np.rint(127 * np.sin(np.arange(-128, 128) / 8)),
    }
    table = entries[name].astype(np.int8)
    found, scheduled = look_up(table, tmp_path / "table.bmodel")
    assert "tpu.curve" not in scheduled
    assert np.array_equal(found, table)
