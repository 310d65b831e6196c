"""Runs bmodels on the simulated chip, in the manner of ONNX Runtime's InferenceSession."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, overload

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import runtime
from tpu_mlir.errors import FeedError, RunError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.types import Array, bmodel_type, numpy_type, onnx_type


@dataclass(frozen=True)
class NodeArg:
    """An input or output as ONNX Runtime describes it; `type` is tensor(float), tensor(float16) ..."""

    name: str
    type: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class FeedSpec:
    """What an input takes: samples.random_feeds makes some."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class RunResult:
    """What a run left: outputs and inner tensors by name, and, if it was timed, cycles and a timeline.

    `trace` is JSON in the Trace Event Format (Perfetto, chrome://tracing); "" unless timed.
    """

    outputs: dict[str, Array]
    tensors: dict[str, Array]
    cycles: int
    trace: str


class Session:
    """A network of a bmodel, ready to run any number of times, also from several threads.

    `net` names the network; a bmodel with one needs none. `check_races` and `check_uninitialised` turn accesses that
    nothing orders and reads of memory that nothing wrote into errors, at several times the cost. `threads` bounds the
    cores that a run uses, `limits` the memory, commands and work that the file may ask for. Raises InputFileError,
    BModelError and RunError.
    """

    def __init__(
        self,
        model: str | os.PathLike[str] | BModel,
        *,
        net: str | None = None,
        check_races: bool = False,
        check_uninitialised: bool = False,
        threads: int | None = None,
        limits: runtime.Limits | None = None,
    ) -> None:
        limits = limits or runtime.Limits()
        self._bmodel = model if isinstance(model, BModel) else BModel.load(model)
        self._net = self._bmodel.find(net)
        self._program = _load(self._bmodel, limits)
        self._check_races = check_races
        self._check_uninitialised = check_uninitialised
        self._threads = threads or os.cpu_count() or 1
        self._pickled = check_races, check_uninitialised, threads, (limits.memory, limits.commands, limits.work)

    def __reduce__(self) -> tuple[Callable[..., Session], tuple[object, ...]]:
        """Pickle the file and the options; whoever unpickles them decodes the commands again."""
        return _restore, (self._bmodel, self._net.name, *self._pickled)

    @property
    def name(self) -> str:
        """The name of the network."""
        return self._net.name

    @property
    def bmodel(self) -> BModel:
        """The file that the session runs."""
        return self._bmodel

    @property
    def network(self) -> native.Net:
        """What the file says of the network."""
        return self._net

    def stage(self, stage: int) -> native.Stage:
        """Return what the file says of a stage. Raises BModelError if there is none of that number."""
        return self._bmodel.find_stage(self._net, stage)

    def profile(self, stage: int = 0, cycles: Literal["static", "silicon"] = "static") -> runtime.Run:
        """Return the times of a stage's commands without running them. Raises RunError."""
        return self._program.profile(self.name, stage, cycles)

    def global_bytes(self, stage: int = 0) -> int:
        """Return how much global memory a run of a stage needs. Raises RunError if a run would exceed the limits."""
        self._program.check_limits(self.name, stage)
        return self._program.global_bytes(self.name, stage)

    def choose_stage(self, input_feed: Mapping[str, npt.ArrayLike], stage: int | None = None) -> int:
        """Return the stage that takes these feeds; `stage`, if given, must. Raises FeedError."""
        feeds = self._feeds(input_feed)
        return self._program.choose_stage(self.name, feeds, -1 if stage is None else stage)

    def get_inputs(self, stage: int = 0) -> list[NodeArg]:
        """Return the inputs of a stage, in order."""
        return [_node_arg(tensor) for tensor in self._net.stages[stage].inputs]

    def input_specs(self, stage: int = 0) -> list[FeedSpec]:
        """Return the inputs of a stage with NumPy's element types.

        Raises BModelError if there is no such stage, RunError if a run of it would exceed the limits.
        """
        inputs = self.stage(stage).inputs
        self._program.check_limits(self.name, stage)
        return [FeedSpec(each.name, tuple(each.shape), numpy_type(each.data_type)) for each in inputs]

    def index_limits(self, stage: int = 0) -> dict[str, int]:
        """Return the inputs of a stage that choose rows of tables, and the rows of the smallest."""
        return self.stage(stage).index_limits()

    def get_outputs(self, stage: int = 0) -> list[NodeArg]:
        """Return the outputs of a stage, in order."""
        return [_node_arg(tensor) for tensor in self._net.stages[stage].outputs]

    def recorded_tensors(self, stage: int = 0) -> list[NodeArg]:
        """Return the inner tensors that `run_all` can show."""
        return [_node_arg(record.tensor) for record in self._net.stages[stage].tensor_table()]

    @property
    def stage_count(self) -> int:
        """How many sets of input shapes the network was compiled for."""
        return len(self._net.stages)

    @overload
    def run(self, output_names: Mapping[str, npt.ArrayLike]) -> dict[str, Array]: ...
    @overload
    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, npt.ArrayLike]) -> list[Array]: ...
    def run(
        self,
        output_names: Mapping[str, npt.ArrayLike] | Sequence[str] | None,
        input_feed: Mapping[str, npt.ArrayLike] | None = None,
    ) -> dict[str, Array] | list[Array]:
        """Run the network: `run(feeds)` returns all outputs by name, `run(names, feeds)` a list in that order.

        No names means all. Raises FeedError for a wrong name, shape or element type, RunError if the chip would fail.
        """
        if input_feed is None:
            if not isinstance(output_names, Mapping):
                raise FeedError("run() takes the feeds as {name: array}, after the wanted names if there are any")
            return self.run_all(output_names, capture=()).outputs
        if isinstance(output_names, Mapping):
            raise FeedError("run(names, feeds) takes a list of names first")
        names = [output.name for output in self.get_outputs()]
        wanted = names if output_names is None else output_names
        for name in wanted:
            if name not in names:
                raise FeedError(f"there is no output '{name}'; the outputs are {', '.join(map(repr, names))}")
        outputs = self.run_all(input_feed, capture=()).outputs
        return [outputs[name] for name in wanted]

    def convert(self, input_feed: Mapping[str, Array]) -> dict[str, Array]:
        """Return feeds for the source model as feeds for this network: each in the element type of its input.

        A bmodel may take i32 where the source model takes i64, say. Raises FeedError if an integer would not fit.
        """
        types = self._types()
        return {name: _exactly(name, array, types.get(name, array.dtype)) for name, array in input_feed.items()}

    def _types(self) -> dict[str, np.dtype[Any]]:
        return {tensor.name: numpy_type(tensor.data_type) for tensor in self._net.stages[0].inputs}

    def _feeds(self, input_feed: Mapping[str, npt.ArrayLike]) -> list[runtime.Feed]:
        """Return the arrays as feeds; i64, which no bmodel takes, in the type of its input. Raises FeedError."""
        arrays = {name: np.asarray(value) for name, value in input_feed.items()}
        wide = {name: array for name, array in arrays.items() if array.dtype == np.int64}
        return [_feed(name, array) for name, array in (arrays | (self.convert(wide) if wide else {})).items()]

    def run_all(
        self,
        input_feed: Mapping[str, npt.ArrayLike],
        *,
        capture: Collection[str] | None = None,
        timed: bool = False,
        stage: int | None = None,
        cycles: Literal["static", "silicon"] = "static",
        stop: Callable[[], bool] | None = None,
    ) -> RunResult:
        """Run the network and also return inner tensors (those that `capture` names; None: all on record).

        The stage is the first that takes the shapes of the feeds, unless `stage` gives its number. `timed` lets the
        engines take the time of the chip's cycle model: the vendor's static one, or "silicon" with what boards take
        longer. `stop`, asked some 20 times a second, ends the run once it returns true, with a RunError. Raises as
        `run` does.
        """
        feeds = self._feeds(input_feed)
        recorded = {tensor.name for stage in range(self.stage_count) for tensor in self.recorded_tensors(stage)}
        wanted = sorted(recorded if capture is None else capture)
        for name in wanted:
            if name not in recorded:
                raise RunError(f"{self._bmodel.name}: tensor '{name}' is not on record")
        done = self._program.run(
            self._net.name,
            feeds,
            check_races=self._check_races,
            track_uninitialised=self._check_uninitialised,
            timed=timed,
            threads=self._threads,
            captured=wanted,
            stage=-1 if stage is None else stage,
            cycles=cycles,
            stop=stop,
        )
        outputs, tensors = ({r.tensor.name: _array(r) for r in results} for results in (done.outputs, done.captured))
        return RunResult(outputs, tensors, done.cycles, done.trace() if timed else "")


def _restore(
    model: BModel, net: str, races: bool, uninitialised: bool, threads: int | None, limits: tuple[int, int, int]
) -> Session:
    memory, commands, work = limits
    return Session(
        model,
        net=net,
        check_races=races,
        check_uninitialised=uninitialised,
        threads=threads,
        limits=runtime.Limits(memory=memory, commands=commands, work=work),
    )


def _load(bmodel: BModel, limits: runtime.Limits) -> runtime.Program:
    try:
        return runtime.Program(bmodel.contents, limits)
    except RunError as error:
        raise RunError(f"{bmodel.name}: {error}") from error


def _node_arg(tensor: native.Tensor) -> NodeArg:
    return NodeArg(tensor.name, onnx_type(tensor.data_type), tuple(tensor.shape))


def _exactly(name: str, array: Array, dtype: np.dtype[Any]) -> Array:
    """Return the array in another type. Raises FeedError if that is one of integers, and one would not fit."""
    converted = array.astype(dtype)
    if dtype.kind in "iu" and not np.array_equal(converted, array):
        raise FeedError(f"input '{name}' holds numbers that {dtype} cannot represent")
    return converted


def _feed(name: str, array: Array) -> runtime.Feed:
    data_type = bmodel_type(array.dtype)
    if data_type is None:
        raise FeedError(f"input '{name}' has the element type {array.dtype}, which no bmodel takes")
    return runtime.Feed(name, data_type, array)


def _array(result: runtime.Result) -> Array:
    data_type = numpy_type(result.tensor.data_type)
    return result.data.view(data_type).reshape(result.tensor.shape)
