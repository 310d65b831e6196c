"""What is read from the vendor's compiler: its better level, or that it failed."""

import shutil
import subprocess
from pathlib import Path

import pytest
from tpu_mlir.runtime import BModel

from bench import vendor
from bench.figures import cycles_of

TWICE = Path(__file__).parents[1] / "BModel" / "Inputs" / "twice.bmodel"


@pytest.mark.parametrize(
    ("printed", "static", "name"),
    [
        ("opt 3: 130\nopt 2: 120\n", 120, "net"),
        ("opt 3: 110\nopt 2: 120\n", 110, "net.opt3"),
        ("opt 3: failed\nopt 2: 120\n", 120, "net"),
        ("opt 3: failed\n", None, "net"),
    ],
)
def test_better_level(
    printed: str, static: int | None, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.F16").mkdir()
    shutil.copy(TWICE, tmp_path / "net.F16" / f"{name}.bmodel")
    done = subprocess.CompletedProcess[str]([], 0, printed)
    monkeypatch.setattr(vendor.subprocess, "run", lambda *_, **__: done)
    found = vendor.compile_by_vendor(Path("oracle"), Path("net.onnx"), "f16", tmp_path)
    if static is None:
        assert found is None
    else:
        assert found is not None
        assert (found.static, found.silicon) == (static, cycles_of(BModel.load(TWICE)).silicon)
