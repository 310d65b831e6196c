"""Where calibration data come from, how many are taken, and what is said about data that do not fit."""

import itertools
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tpu_mlir.errors import CalibrationError, InputFileError, TpuMlirWarning
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.quantization import PixelFormat, Preprocess
from tpu_mlir.quantization.samples import find_samples

F32 = np.dtype(np.float32)
GRAY = Preprocess(pixel_format=PixelFormat.GRAY, resize=None)
IMAGE = [Input("x", (1, 1, 2, 2), F32)]
PAIR = [Input("a", (1, 3), F32), Input("b", (1, 2), np.dtype(np.int64))]


def find(data, inputs, *, count: int = 100, seed: int = 0):
    return find_samples(data, inputs, GRAY, count=count, seed=seed)


def images(folder: Path, *values: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for value in values:
        Image.fromarray(np.full((2, 2), value, np.uint8)).save(folder / f"{value}.png")
    return folder


def firsts(samples) -> list[float]:
    return [float(sample.load()["x"].reshape(-1)[0]) for sample in samples]


def test_folder_and_folders_below(tmp_path: Path) -> None:
    images(tmp_path / "cats", 2, 3)
    images(tmp_path / "dogs", 1)
    (tmp_path / "README.txt").write_text("not a sample")
    with pytest.warns(TpuMlirWarning, match=r"neither images nor arrays, left out: 'README\.txt'"):
        assert firsts(find(tmp_path, IMAGE)) == [2, 3, 1]


def test_links_to_folders_and_pipes_have_no_end(tmp_path: Path) -> None:
    images(tmp_path / "photos", 1)
    (tmp_path / "photos" / "again").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "photos" / "endless.png")
    assert firsts(find(tmp_path, IMAGE)) == [1]


def test_drawing_is_seeded(tmp_path: Path) -> None:
    images(tmp_path, *range(10, 60))
    drawn = [firsts(find(tmp_path, IMAGE, count=8, seed=seed)) for seed in (0, 0, 1)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(set(drawn[0])) == 8 and drawn[0] == sorted(drawn[0])


def test_batches_of_images(tmp_path: Path) -> None:
    images(tmp_path, 1, 2, 3, 4, 5)
    samples = find(tmp_path, [Input("x", (2, 1, 2, 2), F32)])
    assert [sample.load()["x"][:, 0, 0, 0].tolist() for sample in samples] == [[1, 2], [3, 4]]
    with pytest.raises(CalibrationError, match="the network takes 8 images at a time, found 5"):
        find(tmp_path, [Input("x", (8, 1, 2, 2), F32)])


def test_list_of_files(tmp_path: Path) -> None:
    images(tmp_path / "photos", 5, 6)
    listing = tmp_path / "list.txt"
    listing.write_text("# chosen by hand\nphotos/6.png\n\nphotos/5.png\n")
    assert firsts(find(listing, IMAGE)) == [6, 5]


def test_list_with_a_byte_order_mark(tmp_path: Path) -> None:
    images(tmp_path, 5)
    (tmp_path / "list.txt").write_text("5.png\r\n", encoding="utf-8-sig")
    assert firsts(find(tmp_path / "list.txt", IMAGE)) == [5]


def test_list_names_the_line_of_what_cannot_be_used(tmp_path: Path) -> None:
    images(tmp_path, 5)
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "list.txt").write_text("# two\nnone.png\n5.png\npipe.png\n")
    missing, good, pipe = find(tmp_path / "list.txt", IMAGE)
    with pytest.raises(CalibrationError, match=r"list\.txt:2: there is no file '.*none\.png'"):
        missing.load()
    assert firsts([good]) == [5]
    with pytest.raises(CalibrationError, match=r"list\.txt:4: expected a regular file, found '.*pipe\.png'"):
        pipe.load()


def test_list_without_end() -> None:
    with pytest.raises(InputFileError, match="/dev/zero: does not end within the limit of"):
        find("/dev/zero", IMAGE)


@pytest.mark.parametrize("shape", [(7, 1, 2, 2), (7, 1, 1, 2, 2)])
def test_stacked_archive(tmp_path: Path, shape: tuple[int, ...]) -> None:
    stacked = np.arange(28.0).reshape(shape)
    np.savez(tmp_path / "x.npz", x=stacked)
    samples = find(tmp_path / "x.npz", IMAGE)
    assert firsts(samples) == [0, 4, 8, 12, 16, 20, 24]
    assert all(sample.load()["x"].dtype == np.float32 for sample in samples)


def test_archive_along_the_batch(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", x=np.arange(28.0).reshape(7, 1, 2, 2))
    assert firsts(find(tmp_path / "x.npz", [Input("x", (2, 1, 2, 2), F32)])) == [0, 8, 16]


def test_several_inputs(tmp_path: Path) -> None:
    np.savez(tmp_path / "1.npz", a=np.zeros(3), b=np.array([[1.4, 2.6]]))
    np.savez(tmp_path / "2.npz", a=np.ones((1, 3)), b=np.array([[3, 4]]))
    loaded = [sample.load() for sample in find(tmp_path, PAIR)]
    assert [feeds["b"].tolist() for feeds in loaded] == [[[1, 3]], [[3, 4]]]
    assert loaded[0]["b"].dtype == np.int64 and loaded[1]["a"].shape == (1, 3)
    np.savez(tmp_path / "all.npz", a=np.zeros((5, 3)), b=np.zeros((5, 2)))
    assert len(find(tmp_path / "all.npz", PAIR)) == 5


def test_arrays_in_memory() -> None:
    feeds = [{"a": np.zeros((1, 3)), "b": np.full((1, 2), index)} for index in range(4)]
    assert [sample.load()["b"][0, 0] for sample in find(feeds, PAIR)] == [0, 1, 2, 3]


def test_generator_without_end() -> None:
    feeds = ({"x": np.full((1, 1, 2, 2), index)} for index in itertools.count())
    assert firsts(find(feeds, IMAGE, count=3)) == [0, 1, 2]


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"holds no images and no \.npz or \.npy files"):
        find(tmp_path, IMAGE)
    with pytest.raises(InputFileError, match=r"none\.txt: no such file"):
        find(tmp_path / "none.txt", IMAGE)
    (tmp_path / "empty.txt").write_text("# nothing\n")
    with pytest.raises(CalibrationError, match=r"empty\.txt: lists no files"):
        find(tmp_path / "empty.txt", IMAGE)
    with pytest.raises(CalibrationError, match="the calibration data: holds no samples"):
        find([], IMAGE)
    with pytest.raises(CalibrationError, match="number of samples is expected to be positive, found 0"):
        find([], IMAGE, count=0)
    (tmp_path / "model.bin").write_bytes(b"\xff\x00")
    with pytest.raises(CalibrationError, match="expected a folder, an .npz file or a list of files"):
        find(tmp_path / "model.bin", IMAGE)


def test_images_for_several_inputs(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"images feed one input, but the network has 2: 'a', 'b'; give \.npz"):
        find(images(tmp_path, 1), PAIR)


def test_arrays_and_images(tmp_path: Path) -> None:
    np.save(images(tmp_path, 1) / "x.npy", np.zeros(4))
    with pytest.raises(CalibrationError, match="holds both arrays, as .*x.npy.*, and images, as .*1.png"):
        find(tmp_path, IMAGE)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"y": np.zeros((1, 1, 2, 2))}, "x.npz: expected an array for 'x', found 'y'"),
        ({"x": np.zeros((1, 3, 2, 2))}, "x.npz: input 'x' is expected as 1x1x2x2, found 1x3x2x2"),
        ({"x": np.zeros((5, 3, 2, 2))}, "input 'x' is expected as 1x1x2x2, found 5x3x2x2"),
    ],
)
def test_archive_that_does_not_fit(tmp_path: Path, arrays: dict[str, np.ndarray], message: str) -> None:
    np.savez(tmp_path / "x.npz", **arrays)
    with pytest.raises(CalibrationError, match=message):
        find(tmp_path / "x.npz", IMAGE)


def test_counts_that_differ(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", a=np.zeros((5, 3)), b=np.zeros((4, 2)))
    with pytest.raises(CalibrationError, match="expected as many samples of each input, found 'a' 5, 'b' 4"):
        find(tmp_path / "x.npz", PAIR)


def test_no_numbers() -> None:
    (sample,) = find([{"x": np.full((1, 1, 2, 2), "word")}], IMAGE)
    with pytest.raises(CalibrationError, match="sample 0: input 'x' is expected to hold numbers, found <U4"):
        sample.load()


def test_damaged_array_files(tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(b"\x93NUMPY")
    (sample,) = find(tmp_path, IMAGE)
    with pytest.raises(InputFileError, match=r"x\.npy: not a readable \.npy file"):
        sample.load()
    with pytest.raises(CalibrationError, match=r"an \.npy file feeds one input, but the network has 2"):
        find(tmp_path / "x.npy", PAIR)
