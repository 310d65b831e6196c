"""Calibration data: folders of images, lists of files, archives of arrays, each read when its turn comes."""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Protocol, TypeVar

import numpy as np

from tpu_mlir.errors import CalibrationError, InputFileError
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.tensors import BFLOAT16, Array
from tpu_mlir.quantization.images import read_image, suffixes
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.sample_files import ARRAYS, SampleFile, files_below, read_list
from tpu_mlir.runtime.files import check_regular
from tpu_mlir.runtime.tensor_files import read_tensors

T = TypeVar("T")

Feeds = dict[str, Array]
Data = str | os.PathLike[str] | Iterable[Mapping[str, Array]]


class Named(Protocol):
    """A network input by name."""

    @property
    def name(self) -> str: ...


class Sample(Protocol):
    """One run's inputs; can be sent to another process."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def load(self) -> Feeds:
        """Return the inputs; raises CalibrationError or InputFileError."""
        ...


@dataclass(frozen=True)
class ImageSample:
    """As many image files as the network's batch has room for."""

    files: tuple[SampleFile, ...]
    target: Input
    preprocess: Preprocess

    @property
    def name(self) -> str:
        return ", ".join(map(str, self.files))

    def load(self) -> Feeds:
        size = self.preprocess.image_size(self.target.shape, self.target.name)
        images, problems = list[Array](), list[str]()
        for file in self.files:
            try:
                file.check()
                images.append(read_image(file.path, self.preprocess, size))
            except CalibrationError as error:
                problems.append(str(error))
        if problems:
            raise CalibrationError("\n  ".join(problems))
        return {self.target.name: _convert(np.stack(images), self.target)}


@dataclass(frozen=True)
class ArrayFileSample:
    """An .npz file with an array for each input, or an .npy file for the only one."""

    file: SampleFile
    inputs: tuple[Input, ...]

    @property
    def name(self) -> str:
        return str(self.file)

    def load(self) -> Feeds:
        self.file.check()
        return _fit(read_arrays(self.file.path, self.inputs), self.inputs, self.name)


@dataclass(frozen=True, eq=False)
class ArraySample:
    """Arrays in memory."""

    name: str
    arrays: Mapping[str, Array]
    inputs: tuple[Input, ...]

    def load(self) -> Feeds:
        return _fit(self.arrays, self.inputs, self.name)


def find_samples(data: Data, inputs: Sequence[Input], preprocess: Preprocess, *, count: int, seed: int) -> list[Sample]:
    """Return samples for a network with these inputs: `count` rows of its batch at most, drawn with the seed.

    `data` is a folder, searched below too; an image; an .npz file whose arrays hold one sample or, stacked, several; a
    text file that lists images and arrays, one a line, relative to its own folder; or the inputs themselves, of which
    the first `count` are taken if they are no sequence and may never end. Raises CalibrationError or InputFileError.
    """
    if count < 1:
        raise CalibrationError(f"the number of samples is expected to be positive, found {count}")
    targets = tuple(inputs)
    if not isinstance(data, str | os.PathLike):
        items = data if isinstance(data, Sequence) else islice(data, count)
        feeds = [ArraySample(f"sample {index}", dict(item), targets) for index, item in enumerate(items)]
        return _draw(feeds, count, seed, "the calibration data")
    path = Path(data)
    if path.is_dir():
        return _from_files(files_below(path), targets, preprocess, count, seed, str(path))
    if path.suffix.lower() in ARRAYS:
        return _draw(_split(read_arrays(path, targets), targets, str(path)), count, seed, str(path))
    files = [SampleFile(path)] if path.suffix.lower() in suffixes() else read_list(path)
    return _from_files(files, targets, preprocess, count, seed, str(path))


def readable(found: Sequence[Sample]) -> list[Sample]:
    """Return the samples that can be read; calibration warns of the others."""

    def can_be_read(sample: Sample) -> bool:
        try:
            sample.load()
        except (CalibrationError, InputFileError):
            return False
        return True

    return [sample for sample in found if can_be_read(sample)]


def _from_files(
    files: Sequence[SampleFile], inputs: tuple[Input, ...], preprocess: Preprocess, count: int, seed: int, what: str
) -> list[Sample]:
    arrays = [file for file in files if file.is_array]
    if arrays and len(arrays) < len(files):
        other = next(file for file in files if not file.is_array)
        raise CalibrationError(f"{what}: holds both arrays, as '{arrays[0].path}', and images, as '{other.path}'")
    if arrays:
        return _draw([ArrayFileSample(file, inputs) for file in arrays], count, seed, what)
    if len(inputs) != 1:
        names = ", ".join(f"'{item.name}'" for item in inputs)
        raise CalibrationError(
            f"{what}: images feed one input, but the network has {len(inputs)}: {names}; give .npz files"
        )
    (target,) = inputs
    preprocess.image_size(target.shape, target.name)
    batch = target.shape[0]
    chosen = _draw(list(files), count, seed, what)
    if len(chosen) < batch:
        raise CalibrationError(f"{what}: the network takes {batch} images at a time, found {len(chosen)}")
    groups = range(0, len(chosen) // batch * batch, batch)
    return [ImageSample(tuple(chosen[at : at + batch]), target, preprocess) for at in groups]


def _draw(items: Sequence[T], count: int, seed: int, what: str) -> list[T]:
    """Return `count` of the items, in their order."""
    if not items:
        raise CalibrationError(f"{what}: holds no samples")
    chosen = np.random.default_rng(seed).permutation(len(items))[:count]
    return [items[index] for index in sorted(chosen)]


def read_arrays(path: Path, inputs: Sequence[Named]) -> Mapping[str, Array]:
    """Return the arrays of an .npz file by name, or that of an .npy file for the only input. Raises TpuMlirError."""
    if path.suffix.lower() == ".npz":
        return read_tensors(path, mapped=True)
    if len(inputs) != 1:
        raise CalibrationError(f"{path}: an .npy file feeds one input, but the network has {len(inputs)}; give .npz")
    check_regular(path)
    try:
        return {inputs[0].name: np.load(path, "r", allow_pickle=False)}
    except OSError as error:
        raise InputFileError(f"{path}: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, EOFError) as error:
        raise InputFileError(f"{path}: not a readable .npy file: {error}") from None


def _split(arrays: Mapping[str, Array], inputs: tuple[Input, ...], what: str) -> list[Sample]:
    """Return the samples that are stacked in arrays, along the batch or along one more dimension in front."""
    check_names(arrays, inputs, what)
    pieces = {item.name: _pieces(arrays[item.name], item, what) for item in inputs}
    counts = {name: len(found) for name, found in pieces.items()}
    if len(set(counts.values())) != 1:
        found = ", ".join(f"'{name}' {number}" for name, number in counts.items())
        raise CalibrationError(f"{what}: expected as many samples of each input, found {found}")
    make = partial(ArraySample, inputs=inputs)
    return [
        make(f"{what}, sample {index}", {name: found[index] for name, found in pieces.items()})
        for index in range(next(iter(counts.values())))
    ]


def _pieces(array: Array, target: Input, what: str) -> Sequence[Array]:
    shape = target.shape
    if array.shape[1:] == shape:
        return list(array)
    if shape and array.shape[1:] == shape[1:] and array.shape[0] >= shape[0]:
        return [array[at : at + shape[0]] for at in range(0, array.shape[0] - shape[0] + 1, shape[0])]
    if array.shape == shape or array.shape == shape[1:]:
        return [array]
    raise _misfit(array, target, what)


def _fit(arrays: Mapping[str, Array], inputs: tuple[Input, ...], what: str) -> Feeds:
    """Return one run's inputs in their shapes and types."""
    check_names(arrays, inputs, what)
    feeds: Feeds = {}
    for item in inputs:
        array = np.asarray(arrays[item.name])
        if array.shape != item.shape and (1, *array.shape) != item.shape:
            raise _misfit(array, item, what)
        if array.dtype.kind not in "fiub" and array.dtype != BFLOAT16:
            raise CalibrationError(f"{what}: input '{item.name}' is expected to hold numbers, found {array.dtype}")
        feeds[item.name] = _convert(array.reshape(item.shape), item)
    return feeds


def _convert(array: Array, target: Input) -> Array:
    """Return the array in the input's type; fractions become the nearest integer."""
    if target.dtype.kind in "iu" and array.dtype.kind == "f":
        limits = np.iinfo(target.dtype)
        array = np.clip(np.rint(array), limits.min, limits.max)
    return np.ascontiguousarray(array, target.dtype)


def check_names(arrays: Mapping[str, Array], inputs: Sequence[Named], what: str) -> None:
    """Raise CalibrationError, with the names on both sides, unless there is an array for each input."""
    missing = [item.name for item in inputs if item.name not in arrays]
    if missing:
        expected, found = ", ".join(map(repr, missing)), ", ".join(map(repr, arrays)) or "none"
        raise CalibrationError(f"{what}: expected an array for {expected}, found {found}")


def _misfit(array: Array, target: Input, what: str) -> CalibrationError:
    expected, found = ("x".join(map(str, shape)) or "scalar" for shape in (target.shape, array.shape))
    return CalibrationError(f"{what}: input '{target.name}' is expected as {expected}, found {found}")
