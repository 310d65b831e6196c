"""Bodies of functions in place of the nodes that call them: those of a model, and those that ONNX gives operators."""

from collections.abc import Mapping, Sequence

import onnx
import onnx.parser

from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.refusals.refusal import node_name
from tpu_mlir.frontend.onnx.registry import Composition
from tpu_mlir.frontend.onnx.schemas.nodes import graphs_of
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT, domain_of, is_same, opsets_of, schema_of

_BODY_OPSET = 24  # of the bodies that are registered here

Attributes = Mapping[str, onnx.AttributeProto]


def body_of(
    proto: onnx.NodeProto, opset: int, types: Sequence[onnx.TypeProto]
) -> tuple[onnx.FunctionProto, Attributes] | None:
    """Return the body that ONNX gives an operator for operands of these types, and its attributes' defaults."""
    schema = schema_of(proto.op_type, opset, domain_of(proto))
    if schema is None:
        return None
    data = b""
    if versions := schema.context_dependent_function_opset_versions:
        texts = [each.SerializeToString() for each in types]
        version = _nearest(versions, opset)
        data = schema.get_context_dependent_function_with_opset_version(version, proto.SerializeToString(), texts)
    elif versions := schema.function_opset_versions:
        data = schema.get_function_with_opset_version(_nearest(versions, opset))
    if not data:
        return None
    defaults = {name: each.default_value for name, each in schema.attributes.items() if each.default_value.name}
    return onnx.FunctionProto.FromString(data), defaults


def compose(n: Node, domain: str, found: Composition) -> onnx.FunctionProto:
    """Return a registered composition as a function. Raises Unsupported where it is not in ONNX's text form."""
    try:
        return written(domain, n.op, n.opset, found.operands, found.results, found.build(n))
    except ValueError as error:
        raise Unsupported(str(error)) from None


def written(domain: str, name: str, version: int, operands: str, results: str, nodes: str) -> onnx.FunctionProto:
    """Return the function that nodes in ONNX's text form are. Raises ValueError where they cannot be read."""
    opsets = {domain: version, MICROSOFT: 1, "": _BODY_OPSET}
    imports = ", ".join(f'"{each}": {number}' for each, number in opsets.items())
    values = [", ".join(names.split()) for names in (operands, results)]
    header = f'<domain: "{domain}", opset_import: [{imports}]> {name} ({values[0]}) => ({values[1]})'
    try:
        return onnx.parser.parse_function(f"{header} {{\n{nodes}\n}}")
    except onnx.parser.ParseError as error:
        reason = " ".join(str(error).split())
        raise ValueError(f"the body that is registered for {name} cannot be read: {reason}") from None


def _nearest(versions: Sequence[int], opset: int) -> int:
    """Return the newest version that an opset has or, of a body that is written in a newer one, the oldest."""
    return max((each for each in versions if each <= opset), default=min(versions))


def instantiate(body: onnx.FunctionProto, call: onnx.NodeProto, defaults: Attributes) -> list[onnx.NodeProto]:
    """Return the nodes of a body as they compute a call's results.

    What it computes on the way is named `result/inner`, after the first result; its nodes `call/inner`, after the call.
    """
    return _Copier(body, call, defaults).nodes(body)


class _Copier:
    def __init__(self, body: onnx.FunctionProto, call: onnx.NodeProto, defaults: Attributes) -> None:
        self._call = node_name(call)
        self._prefix = next(filter(None, call.output), self._call)
        actual = dict(zip(body.input, call.input, strict=False))
        self._names = {"": "", **{formal: actual.get(formal, "") for formal in body.input}}
        self._results = {formal: name for formal, name in zip(body.output, call.output, strict=False) if name}
        self._names = {**self._results, **self._names}
        own = {each.name: each for each in body.attribute_proto}
        self._attributes = {**defaults, **own, **{each.name: each for each in call.attribute}}

    def nodes(self, body: onnx.FunctionProto) -> list[onnx.NodeProto]:
        """Return the copies, and an Identity for each result that is an operand."""
        copies = [self._node(each) for each in body.node]
        for formal, name in self._results.items():
            if self._names[formal] != name:
                copies.append(onnx.helper.make_node("Identity", [self._names[formal]], [name], name=self._call))
        return copies

    def _rename(self, name: str) -> str:
        return self._names.setdefault(name, f"{self._prefix}/{name}")

    def _node(self, proto: onnx.NodeProto) -> onnx.NodeProto:
        copy = onnx.NodeProto(op_type=proto.op_type, domain=proto.domain)
        copy.name = f"{self._call}/{proto.name}" if proto.name else self._call
        copy.input.extend(map(self._rename, proto.input))
        copy.output.extend(map(self._rename, proto.output))
        for attribute in proto.attribute:
            if not attribute.ref_attr_name:
                self._fill(copy.attribute.add(), attribute)
            elif attribute.ref_attr_name in self._attributes:
                copy.attribute.append(self._attributes[attribute.ref_attr_name])
                copy.attribute[-1].name = attribute.name
        return copy

    def _fill(self, copy: onnx.AttributeProto, attribute: onnx.AttributeProto) -> None:
        copy.CopyFrom(attribute)
        if attribute.HasField("g"):
            self._rename_all(copy.g)
        for graph in copy.graphs:
            self._rename_all(graph)

    def _rename_all(self, graph: onnx.GraphProto) -> None:
        for value in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
            value.name = self._rename(value.name)
        nodes = [self._node(each) for each in graph.node]
        del graph.node[:]
        graph.node.extend(nodes)


def inline(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model with its own functions inlined. Raises ModelError where one means another opset's operator."""
    functions = {(each.domain, each.name, each.overload): each for each in model.functions}
    opsets = opsets_of(model)
    for function in model.functions:
        _check_opsets(function, opsets)
    flat = onnx.ModelProto()
    flat.CopyFrom(model)
    del flat.functions[:]
    _inline_nodes(flat.graph, functions)
    known = {each.domain for each in flat.opset_import}
    for each in (entry for function in model.functions for entry in function.opset_import):
        if each.domain not in known:
            known.add(each.domain)
            flat.opset_import.append(each)
    return flat


def _inline_nodes(graph: onnx.GraphProto, functions: Mapping[tuple[str, str, str], onnx.FunctionProto]) -> None:
    pending, done = list(reversed(graph.node)), list[onnx.NodeProto]()
    while pending:
        node = pending.pop()
        body = functions.get((node.domain, node.op_type, node.overload))
        if body is not None:
            pending.extend(reversed(instantiate(body, node, {})))
            continue
        for inner in graphs_of(node):
            _inline_nodes(inner, functions)
        done.append(node)
    del graph.node[:]
    graph.node.extend(done)


def _check_opsets(function: onnx.FunctionProto, opsets: Mapping[str, int]) -> None:
    """Raise ModelError if an operator of a function is another one in the model's opset."""
    own = {domain_of(each): each.version for each in function.opset_import}
    for node in function.node:
        domain = domain_of(node)
        here, there = (schema_of(node.op_type, versions.get(domain, 0), domain) for versions in (own, opsets))
        if here is not None and (there is None or not is_same(here, there)):
            raise ModelError(
                f"the function '{function.name}' uses {node.op_type} of opset {own[domain]}, which opset "
                f"{opsets.get(domain, 0)} of the model has changed; export the model again"
            )
