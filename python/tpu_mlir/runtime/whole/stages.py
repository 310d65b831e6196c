"""What a session runs: the stages of a network, or of a model whose parts run in turn on the chip and the host."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tpu_mlir._native import bmodel as native
from tpu_mlir._native import runtime
from tpu_mlir.errors import BModelError
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.types import declared_type
from tpu_mlir.runtime.whole.feeding import Declared
from tpu_mlir.runtime.whole.parts import Checks, ChipPart, HostPart

Part = ChipPart | HostPart


@dataclass(frozen=True)
class ModelStage:
    """A model for one set of input shapes; parts find what they read by name among inputs and earlier results."""

    inputs: tuple[Declared, ...]
    outputs: tuple[Declared, ...]
    parts: tuple[Part, ...]

    @property
    def networks(self) -> list[ChipPart]:
        """The parts that run on the chip."""
        return [part for part in self.parts if isinstance(part, ChipPart)]


def stages_of(
    bmodel: BModel, name: str | None, program: runtime.Program, checks: Checks
) -> tuple[str, list[ModelStage]]:
    """Return the name and the stages of what a session runs. Raises BModelError."""
    found = bmodel.find(name)
    nets = {net.name: net for net in reversed(bmodel.contents.nets)}

    def part(net: str, stage: int) -> ChipPart:
        return ChipPart(program, nets[net], stage, checks)

    if isinstance(found, native.Net):
        return found.name, [_alone(part(found.name, number)) for number in range(len(found.stages))]
    return found.name, [_stage(bmodel.name, stage, part) for stage in found.stages]


def _alone(part: ChipPart) -> ModelStage:
    inputs, outputs = (
        tuple(Declared(each.name, each.data_type, tuple(each.shape)) for each in tensors)
        for tensors in (part.stage.inputs, part.stage.outputs)
    )
    return ModelStage(inputs, outputs, (part,))


def _stage(file: str, stage: native.CompositeStage, part: Callable[[str, int], ChipPart]) -> ModelStage:
    parts = tuple(
        HostPart(bytes(each.host), file) if len(each.host) else part(each.net, each.stage) for each in stage.parts
    )
    found = ModelStage(declared(stage.inputs), declared(stage.outputs), parts)
    known = {each.name for each in found.inputs}
    for each in parts:
        _check_known(file, each.reads, known)
        known.update(each.makes)
    _check_known(file, [each.name for each in found.outputs], known)
    return found


def declared(tensors: Sequence[native.Declared]) -> tuple[Declared, ...]:
    """Return what a file declares."""
    return tuple(Declared(each.name, declared_type(each.element_type), tuple(each.shape)) for each in tensors)


def _check_known(file: str, names: Sequence[str], known: set[str]) -> None:
    for name in names:
        if name not in known:
            raise BModelError(f"{file}: damaged: a part reads '{name}', which no part before it makes")
