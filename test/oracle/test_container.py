"""The vendor's runtime opens what our writer writes, and our reader what the vendor's compiler wrote."""

import subprocess
from pathlib import Path

import numpy as np
import pytest
from tpu_mlir._native import bmodel
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.listing import list_commands

TWICE = Path(__file__).parents[1] / "BModel" / "Inputs" / "twice.bmodel"

# Runs in the chip model's own Python; its exit handlers may hang.
RUN = """
import os, sys, numpy as np
sys.path.insert(0, os.environ["TPUC_ROOT"] + "/python")
import pyruntime_bm
model = pyruntime_bm.Model(sys.argv[1], 0, "")
net = model.Net(model.networks[0])
net.inputs[0].data.reshape(-1)[:] = np.load(sys.argv[2]).reshape(-1)
net.forward()
np.save(sys.argv[3], np.array(net.outputs[0].data))
os._exit(0)
"""


@pytest.fixture
def package(request: pytest.FixtureRequest) -> Path:
    """The folder of the vendor's package."""
    folder = Path(request.config.getoption("--oracle"), "lib/python3.10/site-packages/tpu_mlir")
    if not folder.is_dir():
        pytest.skip(f"the chip model is not installed in {folder.parents[3]}")
    return folder


def test_vendors_runtime_runs_our_file(package: Path, tmp_path: Path) -> None:
    original = bmodel.read(TWICE.read_bytes())
    (tmp_path / "m.bmodel").write_bytes(bmodel.write(original))
    x = np.random.default_rng(0).standard_normal((1, 70, 5, 9)).astype(np.float32)
    np.save(tmp_path / "x.npy", x)
    python = package.parents[3] / "bin/python"
    files = [str(tmp_path / name) for name in ("m.bmodel", "x.npy", "y.npy")]
    environment = {"LD_LIBRARY_PATH": str(package / "lib"), "TPUC_ROOT": str(package)}
    subprocess.run([python, "-c", RUN, *files], env=environment, check=True, stdout=subprocess.DEVNULL, timeout=120)
    np.testing.assert_array_equal(np.load(tmp_path / "y.npy"), x + x)


def test_our_reader_opens_the_vendors_files(package: Path) -> None:
    paths = sorted(package.rglob("*.bmodel"))
    assert paths
    for path in paths:
        model = BModel.load(path)
        info = model.info()
        groups = [group for net in info.networks for stage in net.stages for group in stage.groups]
        promised = sum(group.tiu_commands + group.gdma_commands for group in groups)
        assert info.chip == "BM1684X" and promised > 0
        assert sum(1 for _ in list_commands(model)) == promised
