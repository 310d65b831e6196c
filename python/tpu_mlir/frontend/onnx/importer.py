"""Walks an ONNX graph and builds `@main` of a `top` module from it."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import onnx

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx import custom, registry
from tpu_mlir.frontend.onnx import ops as ops
from tpu_mlir.frontend.onnx.folding import fold
from tpu_mlir.frontend.onnx.graphs.main import close_main, compare_shape, empty_main, needed
from tpu_mlir.frontend.onnx.graphs.subgraphs import Scope, branch, loop
from tpu_mlir.frontend.onnx.graphs.unrolling import unrolled
from tpu_mlir.frontend.onnx.inputs import Input
from tpu_mlir.frontend.onnx.limits import MAX_STEPS, FoldedBytes
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.quantized import stored, without_scales
from tpu_mlir.frontend.onnx.refusals.placeholders import Placeholders
from tpu_mlir.frontend.onnx.refusals.refusal import Origins, Refusal
from tpu_mlir.frontend.onnx.schemas import functions
from tpu_mlir.frontend.onnx.schemas.inference import names_read
from tpu_mlir.frontend.onnx.schemas.versions import domain_of, has_body
from tpu_mlir.frontend.onnx.tensors import (
    DType,
    border,
    is_float,
    mlir_type,
    onnx_numpy_type,
    to_array,
)
from tpu_mlir.frontend.onnx.values import Constant, Missing, Value, Weights, result, type_of
from tpu_mlir.locations import names, result_names
from tpu_mlir.modules import block_operations
from tpu_mlir.passmanager import MLIR_ERROR


class GraphImporter:
    """The state of one import: the weights in the IR, the nodes that failed, the diagnostics of the current one.

    `refused` lists the nodes that could not be imported, in order; `scope` has the values of the graph, by name.
    """

    def __init__(
        self,
        opsets: Mapping[str, int],
        folder: Path | None,
        *,
        frozen: bool = False,
        given: Mapping[int, str] = MappingProxyType({}),
    ) -> None:
        """`frozen`: the user has chosen the inputs' shapes, so that outputs may have others than the model declares.

        `given`: nodes of the graph, by their places, that are refused for these reasons without being tried.
        """
        self._opsets = opsets
        self._folder = folder
        self._frozen = frozen
        self._given = given
        self._folded = FoldedBytes()
        self._steps = MAX_STEPS
        self._weights = Weights()
        self._diagnostics: list[str] = []
        self._place = 0  # of the current node in the model's graph
        self.refused: list[Refusal] = []
        self.scope: Scope = {}

    def build(self, graph: onnx.GraphProto, inputs: Sequence[Input]) -> ir.Module:
        """Return a module with one function `@main`.

        What refused nodes compute and read are further arguments and results of it. An output that cannot even be an
        argument is left out. Raises ModelError for one that no node computes.
        """
        module, main, block = empty_main(graph, inputs)
        self._main, self._placeholders = graph, Placeholders(block)
        with ir.InsertionPoint(block), self._collect_diagnostics():
            self.scope = scope = self._arguments(block, inputs)
            self._nodes(graph, scope, {value.name for value in graph.output})
            there = [value for value in graph.output if not isinstance(scope.get(value.name), Missing)]
            results = [self._output(value, scope) for value in there]
            ir.Operation.create("func.return", operands=[*results, *self._placeholders.read.values()])
            self._verify(block, Origins(graph))
        arguments = [*(item.name for item in inputs), *self._placeholders.names]
        close_main(main, block, arguments, [*(value.name for value in there), *self._placeholders.read])
        return module

    def _arguments(self, block: ir.Block, inputs: Sequence[Input]) -> Scope:
        """Return the network's inputs in the types that are computed in."""
        scope: Scope = {}
        for index, item in enumerate(inputs):
            with ir.Location.name(item.name):
                inner = np.dtype(np.float32) if is_float(item.dtype) else item.dtype
                scope[item.name] = self._cast(block.arguments[index], inner)
        return scope

    def _nodes(self, graph: onnx.GraphProto, scope: Scope, wanted: set[str]) -> None:
        """Import what the wanted values need; `scope` holds the values visible from outside and gets the new ones."""
        used = needed(graph, wanted)
        for tensor in graph.initializer:
            if tensor.name in used:
                array = to_array(tensor, self._folder)
                self._folded.allow_for(array.nbytes)
                scope[tensor.name] = Constant(array, tensor.name)
        for sparse in graph.sparse_initializer:
            if sparse.values.name in used:
                raise ModelError(f"'{sparse.values.name}': sparse initializers are not supported; make it a dense one")
        for place, proto in enumerate(graph.node):
            live = [name for name in proto.output if name in used]
            if graph is self._main:
                self._place = place
            if live:
                given = self._given.get(place, "") if graph is self._main else ""
                scope.update(self._node_or_placeholders(proto, scope, live, given))

    def _node_or_placeholders(
        self, proto: onnx.NodeProto, scope: Scope, live: list[str], given: str
    ) -> dict[str, Value]:
        missing = [name for name in names_read(proto) if isinstance(scope.get(name), Missing)]
        follows = False
        try:
            if given:
                raise Unsupported(given)
            if missing:
                self._check(proto)
                follows = True
                raise Unsupported(f"{proto.op_type} reads '{missing[0]}', whose shape is known only at run time")
            return self._node(proto, scope, live)
        except (Unsupported, ModelError) as reason:
            name = proto.name or live[0]
            self.refused.append(Refusal(self._place, name, proto.op_type, str(reason), follows=follows))
        opset = self._opsets.get(domain_of(proto), 1)
        declared: dict[str, onnx.TypeProto.Tensor] = {}
        if not follows:
            operands = [scope.get(name) for name in proto.input]
            node = Node(proto, live, operands, self._weights, opset, self._folder)
            declared = custom.result_types(node, domain_of(proto))
        return self._placeholders.results(proto, live, scope, opset, declared)

    def _check(self, proto: onnx.NodeProto) -> None:
        """Raise Unsupported for an operator that cannot be imported, whatever its operands are."""
        opset = self._opset(proto)
        if custom.is_for_host(domain_of(proto), proto.op_type):
            raise Unsupported(f"{domain_of(proto)}.{proto.op_type} is registered as a function for the host")
        if not has_body(proto.op_type, opset, domain_of(proto)) and not registry.composition(
            proto.op_type, domain_of(proto)
        ):
            registry.lookup(proto.op_type, opset, domain_of(proto))

    def _opset(self, proto: onnx.NodeProto) -> int:
        domain = domain_of(proto)
        if domain not in self._opsets:
            raise Unsupported(f"{proto.op_type} is in domain '{domain}', for which the model names no opset")
        return self._opsets[domain]

    def _node(self, proto: onnx.NodeProto, scope: Scope, live: list[str]) -> dict[str, Value]:
        domain, opset = domain_of(proto), self._opset(proto)
        for name in proto.input:
            if name and name not in scope:
                raise Unsupported(f"{proto.op_type} uses '{name}', which no earlier node computes")
        operands = [scope[name] if name else None for name in proto.input]
        known = [item for item in operands if not isinstance(item, ir.Value | Missing)]
        is_known = len(known) == len(operands)
        if domain == "" and proto.op_type == "If" and operands and isinstance(operands[0], Constant):
            condition = operands[0].array
            return dict(zip(live, branch(proto, scope, condition, live, self._graph), strict=True))
        if domain == "" and proto.op_type == "Loop" and is_known:
            results = zip(proto.output, loop(proto, scope, known, self._iteration), strict=False)
            return {name: value for name, value in results if name in live}
        if domain == "" and proto.op_type in ("Loop", "Scan"):
            return self._unrolled(unrolled(proto, operands, opset), proto, scope, live)
        if operands and is_known and registry.is_evaluated(proto, opset):
            arrays = fold(proto, [item.array if item else None for item in known], opset, self._folded)
            return {
                name: Constant(array, name) for name, array in zip(proto.output, arrays, strict=True) if name in live
            }
        if custom.is_for_host(domain, proto.op_type):
            raise Unsupported(f"{domain}.{proto.op_type} is registered as a function for the host")
        composed = registry.composition(proto.op_type, domain)
        if composed is not None:
            node = Node(proto, live, operands, self._weights, opset, self._folder)
            return self._inlined(proto, functions.compose(node, domain, composed), {}, scope, live)
        try:
            function = registry.lookup(proto.op_type, opset, domain)
        except Unsupported:
            found = functions.body_of(proto, opset, [type_of(item) for item in operands])
            if found is None:
                raise
            return self._inlined(proto, *found, scope, live)
        with ir.Location.name(f"{live[0]}/integers"):
            operands = without_scales(proto.op_type, operands)
        return self._emit(function, Node(proto, live, operands, self._weights, opset, self._folder), live)

    def _inlined(
        self,
        proto: onnx.NodeProto,
        body: onnx.FunctionProto,
        defaults: functions.Attributes,
        scope: Scope,
        live: list[str],
    ) -> dict[str, Value]:
        """Import the function that ONNX gives for an operator; what of it is refused is told of the node itself."""
        graph = onnx.GraphProto(name=body.name, node=functions.instantiate(body, proto, defaults))
        outside, before = self._opsets, len(self.refused)
        self._opsets = {**outside, **{domain_of(each): each.version for each in body.opset_import}}
        try:
            inner = {name: scope[name] for name in proto.input if name}
            return dict(zip(live, self._graph(graph, inner, live), strict=True))
        finally:
            self._opsets = outside
            self.refused[before:] = [
                replace(each, name=proto.name or live[0], reason=f"in the body of {proto.op_type}: {each.reason}")
                for each in self.refused[before:]
            ]

    def _emit(self, function: registry.Importer, node: Node, live: list[str]) -> dict[str, Value]:
        location = ir.Location.name(live[0])
        if live != list(node.outputs[:1]):
            first = node.outputs[0] or live[0]
            every = [name or f"{first}/{index}" for index, name in enumerate(node.outputs)]
            location = ir.Location.fused([ir.Location.name(name) for name in every])
        self._diagnostics.clear()
        try:
            with location:
                made = function(node)
        except (MLIR_ERROR, ValueError) as error:
            if not self._diagnostics:
                raise
            raise Unsupported("; ".join(self._diagnostics)) from error
        values = _as_values(made)
        for position, name in enumerate(node.outputs):
            if name in live and position >= len(values):
                raise Unsupported(f"{node.op} has its result {position} ('{name}') used, which is not supported")
        return {name: value for name, value in zip(node.outputs, values, strict=False) if name in live}

    def _graph(self, graph: onnx.GraphProto, scope: Scope, names: Sequence[str]) -> list[Value]:
        """Import an inner graph into a scope of its own; return the values of the names."""
        self._nodes(graph, scope, set(names))
        for name in names:
            if name not in scope:
                raise Unsupported(f"its graph '{graph.name}' computes no '{name}'")
        return [scope[name] for name in names]

    def _unrolled(
        self, graph: onnx.GraphProto, proto: onnx.NodeProto, scope: Scope, live: list[str]
    ) -> dict[str, Value]:
        """Import the nodes that a loop becomes; what of them is refused is told of the loop itself."""
        before = len(self.refused)
        try:
            return dict(zip(live, self._graph(graph, dict(scope), live), strict=True))
        finally:
            self.refused[before:] = [
                replace(each, name=proto.name or live[0], reason=f"in an iteration of {proto.op_type}: {each.reason}")
                for each in self.refused[before:][:1]
            ]

    def _iteration(self, body: onnx.GraphProto, scope: Scope, names: Sequence[str]) -> list[Value]:
        """Import one more iteration of a loop."""
        self._steps -= 1 + len(body.node)
        if self._steps < 0:
            raise Unsupported(f"Loop has not ended after {MAX_STEPS} nodes and iterations, the most that are evaluated")
        return self._graph(body, scope, names)

    def _output(self, declared: onnx.ValueInfoProto, scope: Scope) -> ir.Value:
        """Return the IR value of a network output in the type that the model declares for it."""
        found = scope.get(declared.name)
        if found is None or isinstance(found, Missing):
            raise ModelError(f"output '{declared.name}' is computed by no node")
        value = self._weights.value(found) if isinstance(found, Constant) else found
        compare_shape(declared, list(ir.RankedTensorType(value.type).shape), frozen=self._frozen)
        element = declared.type.tensor_type.elem_type
        if not element:
            return value
        dtype = border(onnx_numpy_type(element, f"output '{declared.name}'"))
        with ir.Location.name(declared.name):
            return self._cast(stored(value) if dtype.kind in "iu" else value, dtype)

    def _cast(self, value: ir.Value, dtype: DType) -> ir.Value:
        kind = ir.RankedTensorType(value.type)
        if kind.element_type == mlir_type(dtype):
            return value
        return result(top.CastOp(value, ir.TypeAttr.get(mlir_type(dtype))))

    def _verify(self, block: ir.Block, origins: Origins) -> None:
        """Refuse operations that builders accept and the dialect does not, such as one of a wrong element type."""
        for op in block_operations(block)[:-1]:  # the return fits its function only later
            try:
                op.verify()
            except MLIR_ERROR as error:
                details: Any = error
                reasons = "; ".join(str(entry.message) for entry in details.error_diagnostics)
                self.refused.extend(origins.refuse(names(op.location), reasons))
                for position, name in enumerate(result_names(op)):
                    self._replace(op.results[position], name)
                op.erase()

    def _replace(self, value: ir.Value, name: str) -> None:
        """Let an argument stand for a value that is to be erased, also in the scope."""
        argument = self._placeholders.argument(name, value.type)
        value.replace_all_uses_with(argument)
        held = [key for key, other in self.scope.items() if isinstance(other, ir.Value) and other == value]
        self.scope.update(dict.fromkeys(held, argument))

    @contextmanager
    def _collect_diagnostics(self) -> Generator[None]:
        """Keep errors of builders, which otherwise go to stderr, for the message that names the node."""

        def keep(diagnostic: ir.Diagnostic) -> bool:
            self._diagnostics.append(str(diagnostic.message))
            return True

        handler = ir.Context.current.attach_diagnostic_handler(keep)
        try:
            yield
        finally:
            handler.detach()


def _as_values(made: registry.Imported) -> list[Value]:
    if isinstance(made, ir.OpView):
        results = made.operation.results
        return [results[index] for index in range(len(results))]
    if isinstance(made, ir.Value | Constant | Missing):
        return [made]
    return list(made)
