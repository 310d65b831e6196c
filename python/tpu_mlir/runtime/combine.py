"""Several bmodels in one file, networks side by side or one network for several input shapes; and one of several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tpu_mlir._native import bmodel as native
from tpu_mlir.errors import BModelError
from tpu_mlir.runtime.bmodel import BModel, parts_of
from tpu_mlir.runtime.types import declared_type


def combine(models: Sequence[BModel], name: str = "combined") -> BModel:
    """Return one bmodel with the networks of all, in order, and with the models that they are parts of.

    Networks, and models, of the same name become stages of one: they must have the same inputs, by name and element
    type, and no two of them the same shapes. Equal coefficients are stored once. Raises BModelError.
    """
    if not models:
        raise BModelError("expected at least one bmodel to combine, found none")
    chips = {model.contents.chip for model in models}
    if len(chips) > 1:
        raise BModelError(f"expected bmodels of one chip, found {' and '.join(sorted(chips))}")
    made = _Contents()
    for model in models:
        parts = parts_of(model.contents)
        for net in model.contents.nets:
            for stage in net.stages if net.name not in parts else ():
                made.add_stage(net.name, stage, model.name)
        for composite in model.contents.composites:
            for stage in composite.stages:
                made.add_composite(composite.name, stage, model)
    return BModel(made.write(chips.pop()), name)


def extract(model: BModel, net: str | None = None, stage: int | None = None) -> BModel:
    """Return a bmodel with one network or model, by name if there are several, and all its stages or one.

    Raises BModelError.
    """
    found = model.find(net)
    if stage is not None:
        model.check_stage(found, stage)
    made = _Contents()
    numbers = range(len(found.stages)) if stage is None else [stage]
    for number in numbers:
        if isinstance(found, native.Composite):
            made.add_composite(found.name, found.stages[number], model)
        else:
            made.add_stage(found.name, found.stages[number], model.name)
    return BModel(made.write(model.contents.chip), found.name)


@dataclass(frozen=True)
class _Contents:
    """What a new file is to hold: stages by the name of their network or model."""

    nets: dict[str, list[native.Stage]] = field(default_factory=dict[str, list[native.Stage]])
    composites: dict[str, list[native.CompositeStage]] = field(default_factory=dict[str, list[native.CompositeStage]])

    def add_stage(self, net: str, stage: native.Stage, file: str) -> None:
        """Add a stage of a network. Raises BModelError where the runtime could not tell it from another one."""
        others = self.nets.setdefault(net, [])
        _check([_inputs(other) for other in others], _inputs(stage), net, file)
        others.append(stage)

    def add_composite(self, name: str, stage: native.CompositeStage, model: BModel) -> None:
        """Add a stage of a model, and the networks that it is made of. Raises BModelError."""
        others = self.composites.setdefault(name, [])
        _check([_declared(other) for other in others], _declared(stage), name, model.name)
        nets = {net.name: net for net in reversed(model.contents.nets)}
        parts = [
            part if len(part.host) else self._part(part.net, nets[part.net].stages[part.stage], len(others))
            for part in stage.parts
        ]
        others.append(native.CompositeStage(inputs=stage.inputs, outputs=stage.outputs, parts=parts))

    def _part(self, net: str, stage: native.Stage, number: int) -> native.Part:
        """Add a network that is a part, as a stage of its name unless one of the same shapes is there."""
        if any(_inputs(stage) == _inputs(other) for other in self.nets.get(net, [])):
            net = f"{net}.stage{number}"
        others = self.nets.setdefault(net, [])
        others.append(stage)
        return native.Part(net=net, stage=len(others) - 1)

    def write(self, chip: str) -> bytes:
        """Return the bytes of the file. Raises BModelError."""
        nets = [native.Net(name=net, stages=stages) for net, stages in self.nets.items()]
        composites = [native.Composite(name=name, stages=stages) for name, stages in self.composites.items()]
        return native.write(native.Model(chip=chip, nets=nets, composites=composites))


Inputs = Mapping[str, tuple[str, tuple[int, ...]]]  # element type and shape by name


def _inputs(stage: native.Stage) -> Inputs:
    return {each.name: (each.data_type, tuple(each.shape)) for each in stage.inputs}


def _declared(stage: native.CompositeStage) -> Inputs:
    return {each.name: (declared_type(each.element_type), tuple(each.shape)) for each in stage.inputs}


def _check(others: Sequence[Inputs], inputs: Inputs, net: str, file: str) -> None:
    """Refuse a stage that the runtime could not tell from another one of its network."""
    for other in others:
        if _types(inputs) != _types(other):
            raise BModelError(
                f"{file}: network '{net}' has the inputs {_text(inputs)}, but the network of that name before it "
                f"has {_text(other)}; give the networks different names"
            )
        if inputs == other:
            raise BModelError(f"{file}: network '{net}' is there already for the same input shapes")


def _types(inputs: Inputs) -> dict[str, str]:
    return {name: kind for name, (kind, _) in inputs.items()}


def _text(inputs: Inputs) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in _types(inputs).items()) or "none"
