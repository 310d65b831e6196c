"""Several bmodels in one file, networks side by side or one network for several input shapes; and one of several."""

from collections.abc import Sequence

from tpu_mlir._native import bmodel as native
from tpu_mlir.errors import BModelError
from tpu_mlir.runtime.bmodel import BModel


def combine(models: Sequence[BModel], name: str = "combined") -> BModel:
    """Return one bmodel with the networks of all, in order.

    Networks of the same name become stages of one: they must have the same inputs, by name and element type, and no
    two of them the same shapes. Equal coefficients are stored once. Raises BModelError.
    """
    if not models:
        raise BModelError("expected at least one bmodel to combine, found none")
    chips = {model.contents.chip for model in models}
    if len(chips) > 1:
        raise BModelError(f"expected bmodels of one chip, found {' and '.join(sorted(chips))}")
    stages: dict[str, list[native.Stage]] = {}
    for model in models:
        for net in model.contents.nets:
            for stage in net.stages:
                _check(stage, stages.setdefault(net.name, []), net.name, model.name)
                stages[net.name].append(stage)
    nets = [native.Net(name=net, stages=found) for net, found in stages.items()]
    return BModel(native.write(native.Model(chip=chips.pop(), nets=nets)), name)


def extract(model: BModel, net: str | None = None, stage: int | None = None) -> BModel:
    """Return a bmodel with one network, by name if there are several, and all its stages or one.

    Raises BModelError.
    """
    found = model.find(net)
    stages = found.stages if stage is None else [model.find_stage(found, stage)]
    nets = [native.Net(name=found.name, stages=stages)]
    return BModel(native.write(native.Model(chip=model.contents.chip, nets=nets)), found.name)


def _check(stage: native.Stage, others: Sequence[native.Stage], net: str, model: str) -> None:
    """Refuse a stage that the runtime could not tell from another one of its network."""
    signature = {tensor.name: tensor.data_type for tensor in stage.inputs}
    for other in others:
        expected = {tensor.name: tensor.data_type for tensor in other.inputs}
        if signature != expected:
            raise BModelError(
                f"{model}: network '{net}' has the inputs {_text(signature)}, but the network of that name before it "
                f"has {_text(expected)}; give the networks different names"
            )
        shapes = {tensor.name: tuple(tensor.shape) for tensor in stage.inputs}
        if shapes == {tensor.name: tuple(tensor.shape) for tensor in other.inputs}:
            raise BModelError(f"{model}: network '{net}' is there already for the same input shapes")


def _text(signature: dict[str, str]) -> str:
    return ", ".join(f"{name} {kind}" for name, kind in signature.items()) or "none"
