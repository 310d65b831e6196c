"""Checks a model of several parts: each network on what it is given in a run, since the host may choose by a hair."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx

from tpu_mlir.checking.deadline import Deadline
from tpu_mlir.checking.layers import judge
from tpu_mlir.checking.records import CheckedTensor
from tpu_mlir.frontend.onnx.tensors import onnx_numpy_type
from tpu_mlir.partition.sources import sources_of
from tpu_mlir.reference.onnx_runtime import run_model
from tpu_mlir.runtime import Session
from tpu_mlir.runtime.compare import NamedValue, named_value
from tpu_mlir.runtime.session import PartRun
from tpu_mlir.runtime.types import Array
from tpu_mlir.runtime.whole.parts import ChipPart


class PartsCheck:
    """A session, its model, and how near is near enough."""

    def __init__(self, model: onnx.ModelProto | Path, session: Session, floor: float, *, is_exact: bool) -> None:
        self._model, self._session = model, session
        self._floor, self._is_exact = floor, is_exact

    def judge(
        self, feeds: Mapping[str, Array], given: Mapping[str, Array], deadline: Deadline
    ) -> tuple[list[CheckedTensor], tuple[str, ...]]:
        """Return what the networks make, judged, with the outputs that the host makes of it.

        feeds: of the model. given: the same for the bmodel. The names are those of the host's outputs that are not
        those of the model: they follow from differences that were let through. Raises as `run_model` and a session do.
        """
        shapes = {name: array.shape for name, array in feeds.items()}
        sources = sources_of(self._model, self._session, shapes)
        runs, outputs = self._session.run_parts(given, stop=deadline.is_over)
        checked: list[CheckedTensor] = []
        for each in runs:
            if isinstance(each.part, ChipPart):
                checked += self._network(each, each.part, sources[each.part.net.name], feeds, deadline)
        known = {each.name for each in checked}
        references = run_model(self._model, feeds, seconds=deadline.left)
        rest = {name: array for name, array in references.items() if name not in known}
        values = {name: NamedValue(str(outputs[name].dtype), outputs[name]) for name in rest}
        equal = [
            each
            for each in judge(values, rest, list(rest), self._floor, is_exact=True, outputs=rest)
            if not each.fault and outputs[each.name].dtype == rest[each.name].dtype
        ]
        same = {each.name for each in equal}
        return [*checked, *equal], tuple(name for name in rest if name not in same)

    def _network(
        self,
        run: PartRun,
        part: ChipPart,
        source: onnx.ModelProto,
        feeds: Mapping[str, Array],
        deadline: Deadline,
    ) -> list[CheckedTensor]:
        """Return what a network makes beside what ONNX Runtime makes of the same."""
        inputs = {
            value.name: np.asarray(
                feeds.get(value.name, run.reads[value.name]),
                onnx_numpy_type(value.type.tensor_type.elem_type, value.name),
            )
            for value in source.graph.input
        }
        references = run_model(source, inputs, seconds=deadline.left)
        values = {each.name: named_value(run.makes[each.name], each) for each in part.stage.outputs}
        return judge(values, references, list(references), self._floor, is_exact=self._is_exact, outputs=references)
