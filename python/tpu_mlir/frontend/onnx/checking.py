"""Checks a model as ONNX's own full check does: each node against its schema, the graph's structure, all types.

ONNX's checks refuse some models that ONNX Runtime runs: values without a declared type or shape, dimensions of -1, a
graph without a name, shapes of inner values that an edit has left behind, files beyond 2 GiB, operators that ONNX does
not know. They see a copy without those, and without the data of the weights.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import onnx
import onnx.defs
from onnx import TensorProto, ValueInfoProto, checker, helper, shape_inference

from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import registry
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.refusals.refusal import failed, node_name
from tpu_mlir.frontend.onnx.schemas.nodes import all_nodes
from tpu_mlir.frontend.onnx.schemas.versions import domain_of, schema_of

_IR_VERSION = 10  # weights need not be inputs; known to every version of ONNX that is supported
_FOREIGN = "tpu_mlir.foreign"  # the domain, in the copy, of operators that ONNX does not know
_SMALL = 1024  # elements of a tensor whose values may matter, as a shape does
_ELEMENTS = {number: name.lower() for name, number in TensorProto.DataType.items()}
_REMEDY = "correct the model, or export it again"


class Checks:
    """ONNX's checks of one model, each of which raises ModelError where it refuses the model."""

    def __init__(self, model: onnx.ModelProto, opsets: Mapping[str, int]) -> None:
        self._graph = model.graph
        self._opsets = opsets
        self._copy = _copy(model, opsets)

    def nodes(self) -> None:
        """Check each node against its schema; nodes that cannot be imported are named in the same message."""
        context = checker.C.CheckerContext()
        context.ir_version = self._copy.ir_version
        context.opset_imports = {entry.domain: entry.version for entry in self._copy.opset_import}
        found = [text for node in all_nodes(self._copy.graph) if (text := _node_problem(node, context))]
        if found:
            raise failed([*dict.fromkeys(found), *_unsupported(self._graph, self._opsets)])

    def structure(self) -> None:
        """Check names, order, single assignment. Shapes of inputs do not matter, but have to be there."""
        flat = onnx.ModelProto()
        flat.CopyFrom(self._copy)
        for value in flat.graph.input:
            if value.type.HasField("tensor_type"):
                value.type.tensor_type.shape.Clear()
                value.type.tensor_type.shape.SetInParent()
        try:
            checker.check_model(flat)  # pyright: ignore[reportUnknownMemberType]
        except checker.ValidationError as error:
            raise ModelError(f"not valid ONNX: {_line(str(error))}; {_REMEDY}") from None

    def types(self) -> None:
        """Check types and shapes from node to node, for what the importer, which knows more of them, lets pass."""
        typed = onnx.ModelProto()
        typed.CopyFrom(self._copy)
        for node in all_nodes(typed.graph):
            if _is_rounded_up(node):
                node.domain = _FOREIGN
        try:
            shape_inference.infer_shapes(typed, check_type=True, strict_mode=True)
        except shape_inference.InferenceError as error:
            entries = re.findall(r"\(op_type:(\w+)(?:, node name: ([^\n]*?))?\): (?:\[\w+\] )?([^\n]+)", str(error))
            # ONNX infers some operators by their bodies, which may be written in another opset than the model.
            texts = [f"'{name}': {op}: {_line(text)}" for op, name, text in entries if "Inference error(s)" not in text]
            if texts or not entries:
                raise failed([f"{text}; {_REMEDY}" for text in texts or [_line(str(error))]]) from None


def element_types(model: onnx.ModelProto, opsets: Mapping[str, int]) -> dict[str, int]:
    """Return ONNX's numbers of the element types of what is computed, as far as ONNX knows them."""
    try:
        found = shape_inference.infer_shapes(_copy(model, opsets)).graph.value_info
    except shape_inference.InferenceError:  # the import tells what is wrong
        return {}
    return {value.name: value.type.tensor_type.elem_type for value in found}


def _unsupported(graph: onnx.GraphProto, opsets: Mapping[str, int]) -> Iterator[str]:
    for node in graph.node:
        domain = domain_of(node)
        try:
            registry.lookup(node.op_type, opsets.get(domain, 1), domain)
        except Unsupported as reason:
            yield f"'{node_name(node)}': {reason}"


def _is_rounded_up(node: onnx.NodeProto) -> bool:
    """Tell whether a node is a pool with ceil_mode.

    Before opset 22 ONNX counts windows that begin in the padding behind the end, which no framework has.
    """
    return node.op_type.endswith("Pool") and any(item.name == "ceil_mode" and item.i for item in node.attribute)


def _node_problem(node: onnx.NodeProto, context: checker.C.CheckerContext) -> str:
    """Return what is wrong with a node; of one that holds a graph, which needs the names around it, nothing."""
    if any(attribute.HasField("g") or attribute.graphs for attribute in node.attribute):
        return ""
    try:
        checker.check_node(node, context)
    except checker.ValidationError as error:
        return f"'{node.name}': {_line(str(error))}; {_REMEDY}"
    return ""


def _line(text: str) -> str:
    """Return the first paragraph of a message in one line, with the names of element types for their numbers."""
    line = " ".join(text.split("\n\n")[0].split()).rstrip(".")
    if "elem type" not in line:
        return line
    return re.sub(r"\((\d+)\)", lambda found: _ELEMENTS.get(int(found[1]), found[0]), line)


def _copy(model: onnx.ModelProto, opsets: Mapping[str, int]) -> onnx.ModelProto:
    """Return the model as the checks see it."""
    imports = [helper.make_opsetid(domain, version) for domain, version in {**opsets, _FOREIGN: 1}.items()]
    copy = onnx.ModelProto(ir_version=_IR_VERSION, opset_import=imports)
    copier = _Copier(opsets)
    copier.fill(copy.graph, model.graph)
    names = {value.name for value in model.graph.input}
    copy.graph.input.extend(model.graph.input)
    copy.graph.input.extend(value for value in copier.weights if value.name not in names)
    for value in copy.graph.input:
        for dim in value.type.tensor_type.shape.dim:
            if dim.dim_value < 0:
                dim.ClearField("dim_value")
    # Of what is computed only the element type: the importer compares the outputs' shapes, and needs no others.
    for value in (*model.graph.value_info, *model.graph.output):
        element = value.type.tensor_type.elem_type
        if element and value.name not in names:
            names.add(value.name)
            copy.graph.value_info.append(helper.make_tensor_value_info(value.name, element, None))
    return copy


@dataclass(frozen=True)
class _Copier:
    """Copies graphs without the data of large constants, which become inputs of the model, listed in `weights`."""

    opsets: Mapping[str, int]
    weights: list[ValueInfoProto] = field(default_factory=list[ValueInfoProto])

    def fill(self, copy: onnx.GraphProto, graph: onnx.GraphProto, *, is_inner: bool = False) -> None:
        """Copy nodes and constants."""
        copy.name = graph.name or "graph"
        copy.sparse_initializer.extend(graph.sparse_initializer)
        for tensor in graph.initializer:
            if _is_small(tensor):
                copy.initializer.append(tensor)
            elif is_inner:
                copy.node.append(self._from_outside(tensor, tensor.name))
            else:
                self.weights.append(_declare(tensor, tensor.name))
        copy.node.extend(self._node(proto) for proto in graph.node)

    def _node(self, proto: onnx.NodeProto) -> onnx.NodeProto:
        """Return a copy with a name."""
        tensor = next((attribute.t for attribute in proto.attribute if attribute.HasField("t")), None)
        if proto.op_type == "Constant" and tensor is not None and not _is_small(tensor) and proto.output:
            return self._from_outside(tensor, proto.output[0])
        node = onnx.NodeProto(
            op_type=proto.op_type,
            domain=self._domain(proto),
            name=node_name(proto),
            input=proto.input,
            output=proto.output,
        )
        for attribute in proto.attribute:
            if not attribute.HasField("g"):
                node.attribute.append(attribute)
                continue
            graph = node.attribute.add(name=attribute.name, type=attribute.type).g
            self.fill(graph, attribute.g, is_inner=True)
            graph.input.extend(attribute.g.input)
            graph.output.extend(attribute.g.output)
        return node

    def _domain(self, proto: onnx.NodeProto) -> str:
        """Return the domain; for an operator that ONNX does not know, or no longer recommends, one that it ignores."""
        domain = domain_of(proto)
        opset = self.opsets.get(domain, 0)
        schema = schema_of(proto.op_type, opset, domain)
        is_current = schema is not None and not onnx.defs.get_schema(proto.op_type, opset, domain).deprecated
        return domain if is_current else _FOREIGN

    def _from_outside(self, tensor: TensorProto, name: str) -> onnx.NodeProto:
        """Return a node that takes a large constant from the model's inputs."""
        source = f"{name}/{len(self.weights)}"
        self.weights.append(_declare(tensor, source))
        return helper.make_node("Identity", [source], [name], name=name)


def _declare(tensor: TensorProto, name: str) -> ValueInfoProto:
    return helper.make_tensor_value_info(name, tensor.data_type, tensor.dims)


def _is_small(tensor: TensorProto) -> bool:
    """Tell whether a tensor is copied as it is: one with few elements of its own, or with a damaged shape."""
    if min(tensor.dims, default=0) < 0:
        return True
    return tensor.data_location != TensorProto.EXTERNAL and math.prod(tensor.dims) <= _SMALL
