"""Runs bmodels on the simulated chip, in the manner of ONNX Runtime's InferenceSession."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import runtime
from tpu_mlir.errors import FeedError, RunError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.types import Array, numpy_type, onnx_type
from tpu_mlir.runtime.whole.feeding import Declared, choose_stage, converted, exactly
from tpu_mlir.runtime.whole.padding import Padding, find_padding
from tpu_mlir.runtime.whole.parts import Checks, ChipPart, CycleModel, HostPart, Request, result_array
from tpu_mlir.runtime.whole.stages import ModelStage, stages_of
from tpu_mlir.runtime.whole.traces import joined


@dataclass(frozen=True)
class NodeArg:
    """An input or output as ONNX Runtime describes it; `type` is tensor(float), tensor(float16) ...

    A size is -1 where the data decide it.
    """

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

    `trace` is JSON in the Trace Event Format (Perfetto, chrome://tracing); "" unless timed. Both are of the chip; parts
    that the host computes take none.
    """

    outputs: dict[str, Array]
    tensors: dict[str, Array]
    cycles: int
    trace: str


@dataclass(frozen=True)
class PartRun:
    """What a part has read and made in a run; `run` of a part on the chip."""

    part: ChipPart | HostPart
    reads: dict[str, Array]
    makes: dict[str, Array]
    captured: dict[str, Array]
    run: runtime.Run | None


class Session:
    """A model of a bmodel, ready to run any number of times, also from several threads.

    The model is a network, or one whose parts run in turn on the simulated chip and, in ONNX Runtime, on the host.
    `net` names it; a bmodel with one needs none. `check_races` and `check_uninitialised` turn accesses that
    nothing orders and reads of memory that nothing wrote into errors, at several times the cost. `threads` bounds the
    cores that a run uses, `limits` the memory, commands and work that the file may ask of the chip. `pad_batch` lets a
    stage of a larger batch run where none fits: the last row is repeated, and outputs are cut off again. Raises
    InputFileError, BModelError and RunError.
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
        pad_batch: bool = False,
    ) -> None:
        limits = limits or runtime.Limits()
        self._bmodel = model if isinstance(model, BModel) else BModel.load(model)
        self._bmodel.find(net)  # whose errors come first
        self._program = _load(self._bmodel, limits)
        checks = Checks(check_races, check_uninitialised, threads or os.cpu_count() or 1)
        self._name, self._stages = stages_of(self._bmodel, net, self._program, checks)
        self._pads = pad_batch
        bounds = limits.memory, limits.commands, limits.work
        self._pickled = check_races, check_uninitialised, threads, bounds, pad_batch

    def __reduce__(self) -> tuple[Callable[..., Session], tuple[object, ...]]:
        """Pickle the file and the options; whoever unpickles them decodes the commands again."""
        return _restore, (self._bmodel, self._name, *self._pickled)

    @property
    def name(self) -> str:
        """The name of the network or model."""
        return self._name

    @property
    def bmodel(self) -> BModel:
        """The file that the session runs."""
        return self._bmodel

    def networks(self, stage: int = 0) -> list[ChipPart]:
        """Return the parts that run on the chip, in order; of a network, itself. Raises BModelError."""
        return self._stage(stage).networks

    def parts(self, stage: int = 0) -> list[ChipPart | HostPart]:
        """Return all parts, in order. Raises BModelError."""
        return list(self._stage(stage).parts)

    def stage(self, stage: int) -> native.Stage:
        """Return what the file says of a stage of a network.

        Raises BModelError if there is none of that number, RunError for a model of which not just one part is one.
        """
        return self._network(stage).stage

    def profile(self, stage: int = 0, cycles: CycleModel = "static") -> runtime.Run:
        """Return the times of a stage's commands without running them. Raises as `stage` does."""
        part = self._network(stage)
        return self._program.profile(part.net.name, part.number, cycles)

    def cycles(self, stage: int = 0, cycles: CycleModel = "static") -> int:
        """Return the cycles of all parts on the chip, without running them. Raises RunError."""
        return sum(
            self._program.profile(part.net.name, part.number, cycles).cycles for part in self._stage(stage).networks
        )

    def global_bytes(self, stage: int = 0) -> int:
        """Return how much global memory a run of a stage needs. Raises RunError if a run would exceed the limits."""
        self._check_limits(stage)
        parts = self._stage(stage).networks
        return max((self._program.global_bytes(part.net.name, part.number) for part in parts), default=0)

    def choose_stage(self, input_feed: Mapping[str, npt.ArrayLike], stage: int | None = None) -> int:
        """Return the stage that takes these feeds; `stage`, if given, must. Raises FeedError."""
        return self._chosen(input_feed, stage)[0]

    def get_inputs(self, stage: int = 0) -> list[NodeArg]:
        """Return the inputs of a stage, in order."""
        return [_node_arg(each) for each in self._stages[stage].inputs]

    def input_specs(self, stage: int = 0) -> list[FeedSpec]:
        """Return the inputs of a stage with NumPy's element types.

        Raises BModelError if there is no such stage, RunError if a run of it would exceed the limits.
        """
        inputs = self._stage(stage).inputs
        self._check_limits(stage)
        return [FeedSpec(each.name, each.shape, numpy_type(each.data_type)) for each in inputs]

    def index_limits(self, stage: int = 0) -> dict[str, int]:
        """Return the inputs of a stage that choose rows of tables, and the rows of the smallest."""
        limits: dict[str, int] = {}
        for part in self._stage(stage).networks:
            for name, rows in part.stage.index_limits().items():
                limits[name] = min(rows, limits.get(name, rows))
        return {each.name: limits[each.name] for each in self._stage(stage).inputs if each.name in limits}

    def get_outputs(self, stage: int = 0) -> list[NodeArg]:
        """Return the outputs of a stage, in order."""
        return [_node_arg(each) for each in self._stages[stage].outputs]

    def recorded_tensors(self, stage: int = 0) -> list[NodeArg]:
        """Return the inner tensors that `run_all` can show: of all parts on the chip."""
        tensors = (tensor for part in self._stages[stage].networks for tensor in part.recorded)
        return [_node_arg(Declared(each.name, each.data_type, tuple(each.shape))) for each in tensors]

    @property
    def stage_count(self) -> int:
        """How many sets of input shapes the network was compiled for."""
        return len(self._stages)

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

        Raises FeedError if an integer would not fit.
        """
        types = {each.name: numpy_type(each.data_type) for each in self._stages[0].inputs}
        return {
            name: exactly(f"input '{name}'", array, types.get(name, array.dtype)) for name, array in input_feed.items()
        }

    def run_all(
        self,
        input_feed: Mapping[str, npt.ArrayLike],
        *,
        capture: Collection[str] | None = None,
        timed: bool = False,
        stage: int | None = None,
        cycles: CycleModel = "static",
        stop: Callable[[], bool] | None = None,
    ) -> RunResult:
        """Run the network and also return inner tensors (those that `capture` names; None: all on record).

        The stage is the first that takes the shapes of the feeds, unless `stage` gives its number. `timed` lets the
        engines take the time of the chip's cycle model: the vendor's static one, or "silicon" with what boards take
        longer. `stop`, asked some 20 times a second, ends the run once it returns true, with a RunError. Raises as
        `run` does.
        """
        recorded = {tensor.name for number in range(self.stage_count) for tensor in self.recorded_tensors(number)}
        wanted = recorded if capture is None else set(capture)
        for name in sorted(wanted - recorded):
            raise RunError(f"{self._bmodel.name}: tensor '{name}' is not on record")
        number, values, padding = self._chosen(input_feed, stage)
        done = list(self._run_parts(number, values, Request(wanted, timed, cycles, stop)))
        tensors = {name: array for each in done for name, array in each.captured.items()}
        runs = [each.run for each in done if each.run is not None]
        trace = joined([(run.trace(), run.cycles) for run in runs]) if timed else ""
        outputs = self._outputs(number, values)
        if padding:
            others = [each.outputs for each in self._stages]
            outputs = padding.remove(outputs, self._stages[number].outputs, others)
        return RunResult(outputs, tensors, sum(run.cycles for run in runs), trace)

    def run_parts(
        self,
        input_feed: Mapping[str, npt.ArrayLike],
        *,
        stage: int | None = None,
        stop: Callable[[], bool] | None = None,
    ) -> tuple[list[PartRun], dict[str, Array]]:
        """Run the network; return what each part reads and makes, in order, and the outputs. Raises as `run` does."""
        number, values, _ = self._chosen(input_feed, stage)
        done = list(self._run_parts(number, values, Request((), timed=False, cycles="static", stop=stop)))
        return done, self._outputs(number, values)

    def _run_parts(self, number: int, values: dict[str, Array], request: Request) -> Iterator[PartRun]:
        """Run the parts of a stage in order on values, which get what each makes."""
        for part in self._stages[number].parts:
            reads = {name: values[name] for name in part.reads}
            if isinstance(part, HostPart):
                run, made, captured = None, part.run(reads), dict[str, Array]()
            else:
                run = part.run(reads, request)
                made, captured = (
                    {result.tensor.name: result_array(result) for result in results}
                    for results in (run.outputs, run.captured)
                )
            values |= made
            yield PartRun(part, reads, made, captured, run)

    def _outputs(self, number: int, values: Mapping[str, Array]) -> dict[str, Array]:
        return {
            each.name: values[each.name].astype(numpy_type(each.data_type), copy=False)
            for each in self._stages[number].outputs
        }

    def _stage(self, stage: int) -> ModelStage:
        self._bmodel.check_stage(self._bmodel.find(self._name), stage)
        return self._stages[stage]

    def _network(self, stage: int) -> ChipPart:
        """Return the only part on the chip."""
        parts = self._stage(stage).networks
        if len(parts) == 1:
            return parts[0]
        names = ", ".join(f"'{part.net.name}'" for part in parts) or "none"
        raise RunError(f"{self._bmodel.name}: '{self._name}' is made of several parts; its networks are {names}")

    def _check_limits(self, stage: int) -> None:
        for part in self._stage(stage).networks:
            self._program.check_limits(part.net.name, part.number)

    def _chosen(
        self, input_feed: Mapping[str, npt.ArrayLike], stage: int | None
    ) -> tuple[int, dict[str, Array], Padding | None]:
        """Return the stage, the feeds in the types of its inputs, and what was added to them. Raises FeedError."""
        arrays = {name: np.asarray(value) for name, value in input_feed.items()}
        arrays = converted(self._stages[0].inputs, arrays)
        stages = [each.inputs for each in self._stages]
        found = find_padding(stages, arrays, stage) if self._pads else None
        if found is not None:
            return found[0], found[1].add(arrays, stages[found[0]]), found[1]
        return choose_stage(self._name, stages, arrays, stage), arrays, None


def _restore(
    model: BModel,
    net: str,
    races: bool,
    uninitialised: bool,
    threads: int | None,
    limits: tuple[int, int, int],
    pad_batch: bool,
) -> Session:
    memory, commands, work = limits
    return Session(
        model,
        net=net,
        check_races=races,
        check_uninitialised=uninitialised,
        threads=threads,
        limits=runtime.Limits(memory=memory, commands=commands, work=work),
        pad_batch=pad_batch,
    )


def _load(bmodel: BModel, limits: runtime.Limits) -> runtime.Program:
    try:
        return runtime.Program(bmodel.contents, limits)
    except RunError as error:
        raise RunError(f"{bmodel.name}: {error}") from error


def _node_arg(tensor: Declared) -> NodeArg:
    return NodeArg(tensor.name, onnx_type(tensor.data_type), tensor.shape)
