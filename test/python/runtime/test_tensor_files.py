"""Archives of tensors, ours and NumPy's."""

import os
import zipfile
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from tpu_mlir.errors import InputFileError
from tpu_mlir.runtime.tensor_files import read_tensors, write_tensors

TENSORS = {
    "a/b:0": np.arange(6, dtype=np.float16).reshape(2, 3),
    "file": np.array([-1, 2], np.int8),  # a parameter of np.savez
    "half": np.array([1.5, -2.0], ml_dtypes.bfloat16),
    "nothing": np.zeros((0, 4), np.float32),
    "scalar": np.array(3, np.int32),
}


def test_round_trip(tmp_path: Path) -> None:
    write_tensors(tmp_path / "t.npz", TENSORS)
    found = read_tensors(tmp_path / "t.npz")
    assert list(found) == list(TENSORS)
    for name, array in TENSORS.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_numpy_reads_ours_and_we_read_numpys(tmp_path: Path) -> None:
    write_tensors(tmp_path / "ours.npz", {"x": TENSORS["a/b:0"]})
    with np.load(tmp_path / "ours.npz") as archive:
        np.testing.assert_array_equal(archive["x"], TENSORS["a/b:0"])
    for save in (np.savez, np.savez_compressed):
        save(tmp_path / "numpy.npz", x=TENSORS["a/b:0"])
        np.testing.assert_array_equal(read_tensors(tmp_path / "numpy.npz")["x"], TENSORS["a/b:0"])


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"none.npz: no such file or directory$"):
        read_tensors(tmp_path / "none.npz")


def unreadable(tmp_path: Path, content: bytes) -> str:
    path = tmp_path / "m.npz"
    path.write_bytes(content)
    with pytest.raises(InputFileError) as error:
        read_tensors(path)
    return str(error.value)


def test_files_that_are_no_archives(tmp_path: Path) -> None:
    np.savez(tmp_path / "good.npz", x=np.arange(1000))
    good = (tmp_path / "good.npz").read_bytes()
    for content in (b"", b"text", good[:500], good[:-30]):
        assert unreadable(tmp_path, content).startswith(f"{tmp_path / 'm.npz'}: not a readable .npz file: ")


def test_damaged_member(tmp_path: Path) -> None:
    np.savez(tmp_path / "good.npz", x=np.arange(1000))
    damaged = bytearray((tmp_path / "good.npz").read_bytes())
    damaged[1000] ^= 1
    assert "not a readable .npz file: Bad CRC-32" in unreadable(tmp_path, bytes(damaged))


def archive(path: Path, header: dict[str, object], data: bytes) -> bytes:
    """Return an archive with one compressed member of that header and those elements."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file, file.open("x.npy", "w") as member:
        np.lib.format.write_array_header_1_0(member, {"descr": "<f4", "fortran_order": False, **header})
        member.write(data)
    return path.read_bytes()


def test_arrays_larger_than_the_limit(tmp_path: Path) -> None:
    """Some 100 KB that would become 100 MB are not unpacked."""
    path = tmp_path / "bomb.npz"
    archive(path, {"shape": (25, 1000, 1000)}, bytes(100_000_000))
    assert path.stat().st_size < 200_000
    with pytest.raises(InputFileError, match="bomb.npz: its arrays take 100000000 bytes, more than the limit of 99999"):
        read_tensors(path, limit=99_999_999)
    assert read_tensors(path)["x"].shape == (25, 1000, 1000)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((1 << 40,), f"'x.npy' promises {4 << 40} bytes of elements, the archive holds 16"),
        ((3,), "'x.npy' promises 12 bytes of elements, the archive holds 16"),
        ((1, 0), "'x.npy' promises 0 bytes of elements, the archive holds 16"),
        ((-1, 4), "'x.npy' has the shape [-1, 4]"),
    ],
)
def test_header_that_promises_other_elements(shape: tuple[int, ...], expected: str, tmp_path: Path) -> None:
    assert unreadable(tmp_path, archive(tmp_path / "a.npz", {"shape": shape}, bytes(16))).endswith(expected)


def test_other_versions_of_the_format(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as file:
        file.writestr("x.npy", b"\x93NUMPY\x09\x00" + bytes(80))
    assert "'x.npy' is of version 9.0" in unreadable(tmp_path, (tmp_path / "a.npz").read_bytes())


def test_pipes_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "m.npz")
    with pytest.raises(InputFileError, match="m.npz: is not a regular file"):
        read_tensors(tmp_path / "m.npz")


def test_pickles_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "objects.npz", x=np.array([{}], object), allow_pickle=True)
    assert "Object arrays cannot be loaded" in unreadable(tmp_path, (tmp_path / "objects.npz").read_bytes())


def test_mapped(tmp_path: Path) -> None:
    """What is uncompressed is mapped; everything is the same as if it were read."""
    arrays = TENSORS | {
        "f": np.asfortranarray(np.arange(6.0).reshape(2, 3)),
        "empty": np.zeros((0, 3)),
        "one": np.array(7),
    }
    write_tensors(tmp_path / "t.npz", arrays)
    np.savez_compressed(tmp_path / "c.npz", x=np.arange(5))
    mapped, read = read_tensors(tmp_path / "t.npz", mapped=True), read_tensors(tmp_path / "t.npz")
    assert list(mapped) == list(read)
    for name, array in read.items():
        assert mapped[name].dtype == array.dtype and mapped[name].shape == array.shape
        np.testing.assert_array_equal(mapped[name], array)
    assert isinstance(mapped["f"], np.memmap) and not mapped["f"].flags.writeable
    np.testing.assert_array_equal(read_tensors(tmp_path / "c.npz", mapped=True)["x"], np.arange(5))
