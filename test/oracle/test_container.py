"""The vendor's runtime opens what our writer writes, and our reader what the vendor's compiler wrote."""

from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.listing import list_commands

from oracle.bmodels import run_on_chip_model

pytestmark = pytest.mark.oracle
TWICE = Path(__file__).parents[1] / "BModel" / "Inputs" / "twice.bmodel"


def test_vendors_runtime_runs_our_file(oracle: Path) -> None:
    again = BModel(bmodel.write(bmodel.read(TWICE.read_bytes())))
    x = np.random.default_rng(0).standard_normal((1, 70, 5, 9)).astype(np.float32)
    ((y,), _) = run_on_chip_model(oracle, again, {"x": x}, timeout=120)
    np.testing.assert_array_equal(np.frombuffer(y, np.float32).reshape(x.shape), x + x)


def test_our_reader_opens_the_vendors_files(oracle: Path) -> None:
    paths = sorted((oracle / "lib/python3.10/site-packages/tpu_mlir").rglob("*.bmodel"))
    assert paths
    for path in paths:
        model = BModel.load(path)
        info = model.info()
        groups = [group for net in info.networks for stage in net.stages for group in stage.groups]
        promised = sum(group.tiu_commands + group.gdma_commands for group in groups)
        assert info.chip == "BM1684X" and promised > 0
        assert sum(1 for _ in list_commands(model)) == promised
