"""How good a model is before compilation, in ONNX Runtime, and after, on the simulated chip."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import onnx

from tpu_mlir.errors import CalibrationError, ModelError
from tpu_mlir.frontend.onnx.inputs import Input, resolve
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.session import Session as Reference
from tpu_mlir.frontend.onnx.session import SessionError
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization.labels import Label, Score, groups, read_labels, top1
from tpu_mlir.quantization.pixels import bmodel_feeds, model_inputs
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.samples import Feeds
from tpu_mlir.runtime import BModel, Session


@dataclass(frozen=True)
class Evaluation:
    """The same measure, such as the share of right answers, of the model and of its bmodel."""

    model: float
    bmodel: float


def evaluate(
    model: str | os.PathLike[str] | onnx.ModelProto,
    bmodel: str | os.PathLike[str] | BModel,
    judge: str | os.PathLike[str] | Sequence[Label] | Score,
    *,
    preprocess: Preprocess | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Evaluation:
    """Return how good a model and the bmodel made from it are.

    judge: a table of labels, for which top-1 accuracy is measured (see `read_labels`), or a function that gets a
    function from inputs to outputs, {name: array} both, and returns a number.
    preprocess: how images become inputs. A bmodel that takes pixels gets those that became the inputs. progress: called
    with the number of runs that are done and that of all, unless `judge` is a function.

    Raises TpuMlirError.
    """
    session = Session(bmodel)
    how = preprocess or Preprocess()
    graph, _ = load(model if isinstance(model, onnx.ModelProto) else Path(model))
    inputs = model_inputs(graph.graph, session, how.layout)
    score = judge if callable(judge) else _accuracy(judge, inputs, how, progress)
    reference = _open(model)

    def run_model(feeds: Feeds) -> dict[str, Array]:
        try:
            return reference.run(feeds)
        except SessionError as reason:
            raise CalibrationError(f"ONNX Runtime cannot run the model: {reason}") from None

    return Evaluation(score(run_model), score(lambda feeds: session.run(bmodel_feeds(session, feeds, how))))


def reference_score(
    model: str | os.PathLike[str] | onnx.ModelProto,
    labels: str | os.PathLike[str] | Sequence[Label],
    shapes: Mapping[str, Sequence[int]],
    preprocess: Preprocess | None = None,
) -> tuple[Score, float]:
    """Return the function that measures top-1 accuracy by labels, and what it gives for the model in ONNX Runtime.

    `shapes` fixes open dimensions. Raises TpuMlirError.
    """
    graph, _ = load(model if isinstance(model, onnx.ModelProto) else Path(model))
    score = _accuracy(labels, resolve(graph.graph, shapes), preprocess or Preprocess(), lambda done, total: None)
    return score, score(_open(model).run)


def _accuracy(
    labels: str | os.PathLike[str] | Sequence[Label],
    inputs: Sequence[Input],
    preprocess: Preprocess,
    progress: Callable[[int, int], None],
) -> Score:
    found = read_labels(labels) if isinstance(labels, str | os.PathLike) else labels
    total = 2 * len(groups(found, inputs))
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    return top1(found, inputs, preprocess, advance)


def _open(model: str | os.PathLike[str] | onnx.ModelProto) -> Reference:
    try:
        return Reference(model if isinstance(model, onnx.ModelProto) else os.fspath(model))
    except SessionError as reason:
        raise ModelError(f"ONNX Runtime refuses the model: {reason}") from None
