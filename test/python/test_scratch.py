"""Temporary folders, and what is left of runs that were killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tpu_mlir import compile
from tpu_mlir.quantization import calibrate
from tpu_mlir.scratch import remove_stale, scratch_folder
from tpu_mlir.testing import case, uniform

HOLD = "from tpu_mlir.scratch import scratch_folder\nwith scratch_folder() as s: print(s.path, flush=True); input()"
LONG_AGO = (0, 0)


def test_alias_is_the_same_folder() -> None:
    with scratch_folder() as scratch:
        Path(scratch.alias, "a").write_text("text")
        assert (scratch.path / "a").read_text() == "text"
    assert not scratch.path.exists()


def test_folders_of_killed_runs_go(tmp_path: Path) -> None:
    """The first process holds its folder; killed, it leaves it to the next run."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    folder = Path(process.stdout.readline().strip())
    os.utime(folder, LONG_AGO)
    remove_stale(tmp_path)
    assert folder.parent == tmp_path and folder.exists()
    process.kill()
    process.communicate()
    remove_stale(tmp_path)
    assert not folder.exists()


def test_only_old_folders_of_ours_are_stale(tmp_path: Path) -> None:
    (tmp_path / "tpu_mlir-new").mkdir()
    for name in ("other", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "tpu_mlir-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "tpu_mlir-file").touch()
    os.utime(tmp_path / "other", LONG_AGO)
    os.utime(tmp_path / "elsewhere", LONG_AGO)
    before = sorted(tmp_path.iterdir())
    remove_stale(tmp_path)
    assert sorted(tmp_path.iterdir()) == before
    os.utime(tmp_path / "tpu_mlir-new", LONG_AGO)
    remove_stale(tmp_path)
    assert not (tmp_path / "tpu_mlir-new").exists()


@pytest.mark.parametrize("name", ["a b", "a{b}", "a,b=c", "a'b\"c", os.fsdecode(b"a\xffb"), "a\nb"])
def test_any_temporary_folder(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / name))
    ranges = calibrate(case("Relu", uniform(4)).model(), [{"in0": uniform(4)}])  # ONNX Runtime opens a file there
    assert "out0" in ranges
    compiled = compile(case("Relu", uniform(4)).model(), precision="f32", precision_overrides={"out0": "f16"})
    assert compiled.contents.nets and not list((tmp_path / name).iterdir())
