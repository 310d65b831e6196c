"""From the parts of a model to one bmodel, whose section of models says what runs where."""

import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import onnx

from tpu_mlir._native import bmodel as native
from tpu_mlir.errors import CompileError, HostPartsWarning, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.schemas.nodes import owner_of
from tpu_mlir.options import CompileOptions
from tpu_mlir.partition.graphs import producers
from tpu_mlir.partition.plan import Plan, PlannedPart
from tpu_mlir.partition.settle import Source, settle
from tpu_mlir.partition.survey import Tensor
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.runtime.types import declared_type, numpy_type, onnx_number

Network = Callable[[onnx.ModelProto, CompileOptions], BModel]  # compiles a part

_SHOWN = 5  # nodes that a warning names


def build(source: Source, options: CompileOptions, network: Network, reason: ModelError | CompileError) -> BModel:
    """Return the bmodel of a model that is no single network for `reason`, which is raised if no part explains it.

    Raises ModelError or CompileError where a part can neither be compiled nor run by ONNX Runtime.
    """

    def attempt(plan: Plan) -> BModel:
        made = _assemble(plan, options, network)
        _tell(plan)
        return made

    return settle(source, options.input_shapes, reason, attempt)


def _assemble(plan: Plan, options: CompileOptions, network: Network) -> BModel:
    overrides = _divided(options.overrides, plan.parts)
    inputs = {value.name for value in plan.inputs}
    images: dict[str, native.Tensor] = {}
    nets: list[native.Net] = []
    parts: list[native.Part] = []
    for number, part in enumerate(plan.parts):
        if part.on_host:
            parts.append(native.Part(host=part.model.SerializeToString(deterministic=True)))
            continue
        takes_images = not inputs.isdisjoint(value.name for value in part.model.graph.input)
        chosen = replace(
            options,
            name=f"{options.name}.{number}",
            input_shapes={},
            precision_overrides=overrides[number],
            fuse_preprocess=options.fuse_preprocess if takes_images else None,
        )
        (net,) = network(part.model, chosen).contents.nets
        if chosen.fuse_preprocess:
            images |= {tensor.name: tensor for tensor in net.stages[0].inputs if tensor.name in inputs}
        nets.append(native.Net(name=chosen.name, stages=net.stages))
        parts.append(native.Part(net=chosen.name))
    _check_images(images, plan.parts)
    inputs, outputs = (
        [
            _stored(images[value.name])
            if value.name in images
            else _declared(value, plan.survey.tensors.get(value.name))
            for value in values
        ]
        for values in (plan.inputs, plan.model.graph.output)
    )
    stage = native.CompositeStage(inputs=inputs, outputs=outputs, parts=parts)
    composite = native.Composite(name=options.name, stages=[stage])
    model = native.Model(chip=options.chip.upper(), nets=nets, composites=[composite])
    return BModel(native.write(model), options.name)


def _divided(overrides: Mapping[str, str], parts: Sequence[PlannedPart]) -> list[dict[str, str]]:
    """Return the overrides of each part; a name that none has is the first network's, which then says so.

    Warns of those of the host, which computes in the types of the model.
    """
    makers = [producers(part.model.graph.node) for part in parts]
    first = next((number for number, part in enumerate(parts) if not part.on_host), 0)
    found: list[dict[str, str]] = [{} for _ in parts]
    for name, precision in overrides.items():
        number = next((number for number, known in enumerate(makers) if owner_of(name, known)), first)
        found[number][name] = precision
        if parts[number].on_host:
            text = (
                f"'{name}' is computed on the host, in the type of the model: its precision {precision} has no effect"
            )
            warnings.warn(text, TpuMlirWarning, stacklevel=6)
    return found


def _check_images(images: Collection[str], parts: Sequence[PlannedPart]) -> None:
    """Refuse pixels where the host reads the numbers that are made of them."""
    for value in (value for part in parts if part.on_host for value in part.model.graph.input):
        if value.name in images:
            raise CompileError(
                f"'{value.name}' is read by the host, too, which takes the model's numbers: expected inputs that only "
                "networks read, for pixels in place of numbers"
            )


def _stored(tensor: native.Tensor) -> native.Declared:
    return native.Declared(name=tensor.name, element_type=onnx_number(tensor.data_type), shape=tensor.shape)


def _declared(value: onnx.ValueInfoProto, tensor: Tensor | None) -> native.Declared:
    """Return an input or output as the model declares it, in the shape that was found."""
    shape = tensor.shape if tensor else None
    if shape is None:
        shape = [dim.dim_value if dim.HasField("dim_value") else -1 for dim in value.type.tensor_type.shape.dim]
    number = value.type.tensor_type.elem_type or (tensor.element_type if tensor else 0)
    if not number:
        raise ModelError(f"output '{value.name}' has no element type that ONNX knows; declare it in the model")
    return native.Declared(name=value.name, element_type=number, shape=list(shape))


def _tell(plan: Plan) -> None:
    """Warn of what runs on the host."""
    nodes = [node for part in plan.parts if part.on_host for node in part.model.graph.node]
    lines = [f"'{node.name or node.output[0]}': {node.doc_string}" for node in nodes if node.doc_string]
    more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
    count = sum(len(part.model.graph.node) for part in plan.parts)
    head = f"{len(nodes)} of {count} nodes run on the host, in ONNX Runtime; tpuc info shows the parts"
    warnings.warn("\n  ".join([head, *lines[:_SHOWN], *more]), HostPartsWarning, stacklevel=4)


def with_declared_types(source: Source, compiled: BModel, options: CompileOptions) -> BModel:
    """Return the bmodel of one network, which tells a session the types of the model's inputs and outputs.

    They are in the file only where the network's differ: i64 that it takes as i32, bool as bytes, f64 as f32.
    """
    contents = compiled.contents
    (net,) = contents.nets
    (stage,) = net.stages
    graph = load(source if isinstance(source, onnx.ModelProto) else Path(source))[0].graph
    numbers = {value.name: value.type.tensor_type.elem_type for value in (*graph.input, *graph.output)}
    inputs, outputs = ([_bordered(each, numbers) for each in tensors] for tensors in (stage.inputs, stage.outputs))
    pairs = zip((*inputs, *outputs), (*stage.inputs, *stage.outputs), strict=True)
    if all(each.element_type == onnx_number(tensor.data_type) for each, tensor in pairs):
        return compiled
    whole = native.CompositeStage(inputs=inputs, outputs=outputs, parts=[native.Part(net=net.name)])
    composite = native.Composite(name=net.name, stages=[whole])
    model = native.Model(chip=contents.chip, nets=contents.nets, composites=[composite])
    return BModel(native.write(model), compiled.name)


def _bordered(tensor: native.Tensor, numbers: Mapping[str, int]) -> native.Declared:
    """Return the declared type of a tensor, unless the user has asked for another: pixels, 8 bits."""
    stored, number = numpy_type(tensor.data_type), numbers.get(tensor.name, 0)
    name = declared_type(number)
    same = name in ("i64", "u64", "bool", "f64") and (numpy_type(name).kind in "iub") == (stored.kind in "iu")
    return native.Declared(
        name=tensor.name, element_type=number if same else onnx_number(tensor.data_type), shape=tensor.shape
    )
