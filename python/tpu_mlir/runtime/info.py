"""What a bmodel holds, as plain records that turn into JSON."""

from dataclasses import dataclass

from tpu_mlir._native import bmodel as native
from tpu_mlir.runtime.whole.part_info import WholeInfo, describe_models


@dataclass(frozen=True)
class TensorInfo:
    """An input or output; `address` in the device's global memory, `size` in bytes."""

    name: str
    data_type: str
    shape: tuple[int, ...]
    address: int
    size: int
    scale: float
    zero_point: int


@dataclass(frozen=True)
class MemoryUse:
    """A tensor that lies in global memory at some time; its role is input, output or inner."""

    role: str
    tensor: TensorInfo


@dataclass(frozen=True)
class StageMemory:
    """What a stage needs of global memory, in bytes; tensors, largest first, may lie in one place one after another.

    Neurons are inputs, outputs and inner tensors. Inner tensors are those on record; others stay in local memory, or
    are of a file of another compiler, which records none.
    """

    network: str
    stage: int
    coefficients: int
    neurons: int
    tensors: tuple[MemoryUse, ...]


@dataclass(frozen=True)
class GroupInfo:
    """Two command streams that start together; the counts include the end commands, the sizes the padding."""

    tiu_commands: int
    gdma_commands: int
    tiu_bytes: int
    gdma_bytes: int


@dataclass(frozen=True)
class SubNetInfo:
    """A part that runs in one piece; `mode` is tpu, cpu, merge or switch."""

    id: int
    mode: str
    is_dynamic: bool
    group_count: int


@dataclass(frozen=True)
class StageInfo:
    """A network for one set of input shapes; sizes in bytes."""

    inputs: tuple[TensorInfo, ...]
    outputs: tuple[TensorInfo, ...]
    is_dynamic: bool
    core_count: int
    coefficient_address: int
    coefficient_size: int
    context_address: int
    context_size: int
    io_address: int
    io_size: int
    groups: tuple[GroupInfo, ...]
    sub_nets: tuple[SubNetInfo, ...]
    recorded_tensors: int

    @property
    def global_memory(self) -> int:
        """Bytes of global memory that a run needs."""
        return self.coefficient_size + self.context_size + self.io_size


@dataclass(frozen=True)
class NetInfo:
    """A network; one stage for each set of input shapes."""

    name: str
    address_mode: int
    stages: tuple[StageInfo, ...]


@dataclass(frozen=True)
class ModelInfo:
    """A bmodel file of `file_size` bytes; `kernel_module` is the file name of embedded firmware, or empty.

    models: those of several parts, and those whose inputs and outputs have other types than their network's.
    """

    chip: str
    version: str
    time: str
    kernel_module: str
    device_count: int
    file_size: int
    networks: tuple[NetInfo, ...]
    models: tuple[WholeInfo, ...]


def _tensor(tensor: native.Tensor) -> TensorInfo:
    return TensorInfo(
        name=tensor.name,
        data_type=tensor.data_type,
        shape=tuple(tensor.shape),
        address=tensor.address,
        size=tensor.size,
        scale=tensor.scale,
        zero_point=tensor.zero_point,
    )


def _group(group: native.CommandGroup) -> GroupInfo:
    return GroupInfo(group.tiu_count, group.gdma_count, len(group.tiu), len(group.gdma))


def _stage(stage: native.Stage) -> StageInfo:
    return StageInfo(
        inputs=tuple(map(_tensor, stage.inputs)),
        outputs=tuple(map(_tensor, stage.outputs)),
        is_dynamic=stage.is_dynamic,
        core_count=stage.core_count,
        coefficient_address=stage.coeff_address,
        coefficient_size=len(stage.coeff),
        context_address=stage.ctx_address,
        context_size=stage.ctx_size,
        io_address=stage.io_address,
        io_size=stage.io_size,
        groups=tuple(map(_group, stage.groups)),
        sub_nets=tuple(SubNetInfo(s.id, s.mode, s.is_dynamic, s.group_count) for s in stage.sub_nets),
        recorded_tensors=len(stage.tensor_table()),
    )


def describe(model: native.Model, file_size: int) -> ModelInfo:
    """Return the records of a whole file. Raises BModelError if a tensor table or a part of a model is damaged."""
    nets = tuple(NetInfo(net.name, net.address_mode, tuple(map(_stage, net.stages))) for net in model.nets)
    return ModelInfo(
        chip=model.chip,
        version=model.version,
        time=model.time,
        kernel_module=model.kernel_module,
        device_count=model.device_count,
        file_size=file_size,
        networks=nets,
        models=describe_models(model),
    )


def memory(model: native.Model) -> list[StageMemory]:
    """Return the global memory of every stage of every network. Raises BModelError if a tensor table is damaged."""
    return [
        StageMemory(net.name, number, len(stage.coeff), stage.ctx_size + stage.io_size, _uses(stage))
        for net in model.nets
        for number, stage in enumerate(net.stages)
    ]


def _uses(stage: native.Stage) -> tuple[MemoryUse, ...]:
    """Return each tensor once: the table also has outputs."""
    parts = (
        ("input", stage.inputs),
        ("output", stage.outputs),
        ("inner", [record.tensor for record in stage.tensor_table()]),
    )
    found: dict[tuple[str, int], MemoryUse] = {}
    for role, tensors in parts:
        for each in tensors:
            found.setdefault((each.name, each.address), MemoryUse(role, _tensor(each)))
    return tuple(sorted(found.values(), key=lambda use: (-use.tensor.size, use.tensor.address)))
