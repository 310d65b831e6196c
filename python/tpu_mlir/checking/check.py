"""Runs a bmodel once on the simulated chip beside its model in ONNX Runtime."""

import dataclasses
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np
import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.checking import data
from tpu_mlir.checking.deadline import Deadline
from tpu_mlir.checking.layers import around_first, computed, judge
from tpu_mlir.checking.parts import PartsCheck
from tpu_mlir.checking.records import Check, CheckedTensor, CheckOptions
from tpu_mlir.errors import ModelError, RunError
from tpu_mlir.frontend.onnx.loading import load, load_whole
from tpu_mlir.frontend.onnx.session import OutOfTimeError
from tpu_mlir.quantization.pixels import bmodel_feeds, model_inputs
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.reference import to_onnx
from tpu_mlir.reference.onnx_runtime import onnx_intermediates, run_model
from tpu_mlir.runtime import BModel, Limits, Session
from tpu_mlir.runtime.compare import NamedValue, named_values
from tpu_mlir.runtime.types import Array

# A bmodel of our own asks for no more than it needs, and its time is bounded.
_LIMITS = Limits(work=2**63)

Model = str | os.PathLike[str] | onnx.ModelProto | ir.Module


def check(
    model: Model,
    bmodel: BModel,
    precisions: Iterable[str],
    options: CheckOptions | None = None,
    *,
    rebuild: Callable[[], BModel] | None = None,
    compiled: Model | None = None,
) -> Check:
    """Return how far the results of a bmodel are from those of the model that it was made from.

    precisions: those that the network is computed in. rebuild: makes the same bmodel with every layer's tensor kept; if
    an output is wrong, the first wrong layer is looked for in it. compiled: the model that was compiled, if a corrected
    one, whose inner tensors they are.

    Raises TpuMlirError for data that do not fit, or a file that cannot be read.
    """
    told = options or CheckOptions()
    used = frozenset(precisions)
    bench = _Bench(model, bmodel, told)
    floor, is_exact = told.floor((*used, "int8") if bench.is_quantized else used), used == frozenset(("f32",))
    tries: list[tuple[data.Trial, Check]] = []
    for trial in bench.trials():
        tries.append((trial, bench.outputs(trial, floor, is_exact=is_exact)))
        if not tries[-1][1].faults:
            break
    trial, found = tries[-1] if tries[-1][1].agrees else tries[0]
    if found.has_failed and rebuild is not None and not bench.deadline.is_over():
        layers, first = bench.layers(trial, rebuild, model if compiled is None else compiled, floor)
        found = dataclasses.replace(found, layers=layers, first=first)
    return dataclasses.replace(found, seconds=bench.deadline.taken)


class _Bench:
    """Runs of both sides on the same inputs, within the time."""

    def __init__(self, model: Model, bmodel: BModel, options: CheckOptions) -> None:
        self.deadline = Deadline(options.seconds)
        self._model, self._options = _as_onnx(model), options
        self._graph = load(self._model)[0].graph
        self._session = Session(bmodel, limits=_LIMITS)
        self._preprocess = options.preprocess or Preprocess()

    @property
    def is_quantized(self) -> bool:
        """Whether the model rounds to integers itself, so that other precisions compute something else."""
        return any("Quantize" in node.op_type or "QLinear" in node.op_type for node in self._graph.node)

    def trials(self) -> Iterator[data.Trial]:
        """Yield what to try the network with, until it agrees: images may lie in several spans."""
        options = self._options
        inputs = model_inputs(self._graph, self._session, self._preprocess.layout)
        if options.data is not None:
            yield data.given(options.data, inputs, self._preprocess, options.seed)
            return
        table = options.ranges
        ranges = table if table is None or isinstance(table, Ranges) else Ranges.load(table)
        for span in data.SPANS:
            trial = data.seeded(
                self._graph,
                inputs,
                self._session,
                preprocess=options.preprocess,
                ranges=ranges,
                seed=options.seed,
                span=span,
            )
            yield trial
            if not trial.is_guess:
                return

    def outputs(self, trial: data.Trial, floor: float, *, is_exact: bool) -> Check:
        """Compare the outputs."""
        checked: list[CheckedTensor] = []
        unfinished = stopped = ""
        follows: tuple[str, ...] = ()
        try:
            if len(self._session.parts()) > 1:
                parts = PartsCheck(self._model, self._session, floor, is_exact=is_exact)
                given = bmodel_feeds(self._session, trial.feeds, self._preprocess)
                checked, follows = parts.judge(trial.feeds, given, self.deadline)
            else:
                references = run_model(self._model, trial.feeds, seconds=self.deadline.left)
                values = self._run(self._session, trial, capture=())
                checked = judge(values, references, list(references), floor, is_exact=is_exact, outputs=references)
                if trial.is_seeded and any(each.fault and not _is_finite(references[each.name]) for each in checked):
                    checked, unfinished = [], "ONNX Runtime's own results are not finite on these data"
        except OutOfTimeError:
            unfinished = "ONNX Runtime did not end in time"
        except ModelError as reason:
            unfinished = str(reason)
        except RunError as reason:
            if self.deadline.is_over():
                unfinished = "the simulator did not end in time"
            else:
                stopped = str(reason)
        return Check(tuple(checked), trial.text, floor, self.deadline.taken, unfinished, stopped, follows=follows)

    def layers(
        self, trial: data.Trial, rebuild: Callable[[], BModel], compiled: Model, floor: float
    ) -> tuple[tuple[CheckedTensor, ...], str]:
        """Return the tensors around the first that is wrong, and its name; nothing if none is, or time is over."""
        session = Session(rebuild(), limits=_LIMITS)
        source = load_whole(_as_onnx(compiled))
        names = {tensor.name for tensor in session.recorded_tensors()}
        try:
            references = onnx_intermediates(source, trial.feeds, names, seconds=self.deadline.left)
            values = self._run(session, trial, capture=None)
        except (OutOfTimeError, ModelError, RunError):
            return (), ""
        outputs = frozenset(value.name for value in source.graph.output)
        judged = judge(values, references, computed(source.graph), floor, is_exact=False, outputs=outputs)
        return around_first(judged)

    def _run(self, session: Session, trial: data.Trial, capture: Collection[str] | None) -> Mapping[str, NamedValue]:
        feeds = bmodel_feeds(session, trial.feeds, self._preprocess)
        return named_values(session, session.run_all(feeds, capture=capture, stop=self.deadline.is_over))


def _is_finite(array: Array) -> bool:
    return bool(np.isfinite(array.astype(np.float64)).all())


def _as_onnx(model: Model) -> onnx.ModelProto | Path:
    if isinstance(model, ir.Module):
        return to_onnx(model)
    return model if isinstance(model, onnx.ModelProto) else Path(model)
