"""Files and the classes that they show: a table to judge a classifier by."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tpu_mlir.errors import CalibrationError
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.sample_files import SampleFile
from tpu_mlir.quantization.samples import ArrayFileSample, Feeds, ImageSample, Sample
from tpu_mlir.runtime.files import MOST_TEXT, read_bytes

Run = Callable[[Feeds], dict[str, Array]]  # from a network's inputs to its outputs
Score = Callable[[Run], float]  # how good a network is that runs so


@dataclass(frozen=True)
class Label:
    """A file and the number of the class that it shows; `where` is its line, for messages."""

    file: Path
    number: int
    where: str

    @property
    def source(self) -> SampleFile:
        """The file with its line."""
        return SampleFile(self.file, self.where)


def read_labels(path: str | os.PathLike[str]) -> list[Label]:
    """Read lines `file,class`; files are relative to the table's folder, and a heading may come first.

    Raises InputFileError, or CalibrationError that names every line that cannot be used.
    """
    table = Path(path)
    try:
        lines = read_bytes(table, limit=MOST_TEXT).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise CalibrationError(f"{table}: expected lines 'file,class', found no text") from None
    labels, problems = list[Label](), list[str]()
    for number, line in enumerate(lines, 1):
        file, comma, text = (part.strip() for part in line.rpartition(","))
        is_heading = number == 1 and comma and not text.isdecimal() and not (table.parent / file).is_file()
        if not line.strip() or is_heading:
            continue
        if not comma or not file or not text.isdecimal():
            problems.append(
                f"{table}:{number}: expected 'file,class' with the class as a number, found '{line.strip()}'"
            )
        elif not (table.parent / file).is_file():
            problems.append(f"{table}:{number}: there is no file '{table.parent / file}'")
        else:
            labels.append(Label(table.parent / file, int(text), f"{table}:{number}"))
    if problems:
        raise CalibrationError("\n  ".join([f"{len(problems)} labels do not match:", *problems]))
    if not labels:
        raise CalibrationError(f"{table}: holds no labels")
    return labels


def top1(
    labels: Sequence[Label],
    inputs: Sequence[Input],
    preprocess: Preprocess,
    progress: Callable[[], None] = lambda: None,
) -> Score:
    """Return a function that gives the share of files whose highest score is that of their class.

    `progress` is called after each run, of which there are `len(groups(labels, inputs))`. The function raises
    CalibrationError for files that cannot be read and for labels that are no class of the network.
    """

    def score(run: Run) -> float:
        hits = 0
        for group in groups(labels, inputs):
            scores = _scores(run(_sample(group, inputs, preprocess).load()), inputs[0].shape[0])
            wrong = [label for label in labels if label.number >= scores.shape[1]]
            if wrong:
                found = "\n  ".join(f"{label.where}: class {label.number}" for label in wrong[:10])
                raise CalibrationError(
                    f"{len(wrong)} labels do not match: the network tells {scores.shape[1]} classes apart, the first "
                    f"being 0, but found\n  {found}"
                )
            hits += sum(int(row.argmax()) == label.number for row, label in zip(scores, group, strict=False))
            progress()
        return hits / len(labels)

    return score


def groups(labels: Sequence[Label], inputs: Sequence[Input]) -> list[Sequence[Label]]:
    """Return the labels of each run: as many as the network's batch takes, fewer in the last."""
    if len(inputs) != 1 or not inputs[0].shape:
        raise CalibrationError(
            f"labels judge a network with one input that has a batch, found {len(inputs)} inputs; "
            "tpu_mlir.quantization.evaluate takes a function"
        )
    is_array = labels[0].source.is_array
    other = next((label for label in labels if label.source.is_array != is_array), None)
    if other:
        raise CalibrationError(f"{other.where}: expected arrays only or images only, found both in the labels")
    size = 1 if is_array else inputs[0].shape[0]
    return [labels[at : at + size] for at in range(0, len(labels), size)]


def _sample(group: Sequence[Label], inputs: Sequence[Input], preprocess: Preprocess) -> Sample:
    """Return one run's inputs; the last file fills up a batch."""
    if group[0].source.is_array:
        return ArrayFileSample(group[0].source, tuple(inputs))
    files = [label.source for label in group]
    files += files[-1:] * (inputs[0].shape[0] - len(files))
    return ImageSample(tuple(files), inputs[0], preprocess)


def _scores(outputs: dict[str, Array], batch: int) -> Array:
    """Return the only output as [batch, classes]."""
    if len(outputs) != 1:
        names = ", ".join(map(repr, outputs))
        raise CalibrationError(
            f"labels judge a network with one output, found {names}; tpu_mlir.quantization.evaluate takes a function"
        )
    (scores,) = outputs.values()
    if scores.size % batch:
        raise CalibrationError(f"expected scores for each of {batch} images, found the shape {list(scores.shape)}")
    return np.asarray(scores, np.float32).reshape(batch, -1)
