"""Results appear whole or not at all."""

import os
import stat
from pathlib import Path

import pytest
from tpu_mlir.errors import InputFileError, ModelError, OutputFileError
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.runtime import BModel
from tpu_mlir.runtime.files import read_bytes, read_text, whole_file

TWICE = Path(__file__).parents[2] / "BModel" / "Inputs" / "twice.bmodel"


def test_success_replaces(tmp_path: Path) -> None:
    target = tmp_path / "a.npz"
    target.write_text("old")
    with whole_file(target) as temporary:
        assert temporary.suffix == ".npz" and target.read_text() == "old"
        temporary.write_text("new")
    assert target.read_text() == "new" and list(tmp_path.iterdir()) == [target]


def test_permissions_are_those_of_an_ordinary_file(tmp_path: Path) -> None:
    (tmp_path / "ordinary").touch()
    with whole_file(tmp_path / "a") as temporary:
        temporary.write_text("x")
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == stat.S_IMODE((tmp_path / "ordinary").stat().st_mode)


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_failure_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a"
    target.write_text("old")
    with pytest.raises(error), whole_file(target) as temporary:
        temporary.write_text("half")
        raise error
    assert target.read_text() == "old" and list(tmp_path.iterdir()) == [target]


def test_place_that_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(OutputFileError, match="none/a: no such file or directory"), whole_file(tmp_path / "none" / "a"):
        pass
    with pytest.raises(OutputFileError, match=f"{tmp_path}: is a directory"), whole_file(tmp_path):
        pass


def test_devices_and_pipes_are_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(OutputFileError, match=f"{pipe}: is not a regular file"), whole_file(pipe):
        pass
    assert pipe.is_fifo() and list(tmp_path.iterdir()) == [pipe]


def test_reading_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bytes(tmp_path / "a", limit=5) == b"12345"
    with pytest.raises(InputFileError, match="a: has 5 bytes, more than the limit of 4"):
        read_bytes(tmp_path / "a", limit=4)
    with pytest.raises(InputFileError, match="/dev/zero: does not end within the limit of 1000 bytes"):
        read_bytes("/dev/zero", limit=1000)


def test_models_from_devices_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tpu_mlir.runtime.files._MOST_OF_PIPE", 1000)
    with pytest.raises(ModelError, match="/dev/zero: does not end within the limit of 1000 bytes"):
        load(Path("/dev/zero"))


def test_pipes_can_be_read() -> None:
    reader, writer = os.pipe()
    os.write(writer, b"\xef\xbb\xbftext")
    os.close(writer)
    assert read_text(f"/dev/fd/{reader}") == "text"
    os.close(reader)


def test_bmodel_is_loaded_and_saved(tmp_path: Path) -> None:
    BModel.load(TWICE).save(tmp_path / "copy.bmodel")
    assert (tmp_path / "copy.bmodel").read_bytes() == TWICE.read_bytes()


def test_missing_bmodel(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="none.bmodel: no such file or directory"):
        BModel.load(tmp_path / "none.bmodel")
