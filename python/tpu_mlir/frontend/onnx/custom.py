"""Operators that users register: how they are compiled, and what the host computes for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
import onnx.defs
from onnx.reference import ReferenceEvaluator
from onnx.reference.op_run import OpRun

from tpu_mlir.frontend.onnx import registry
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.schemas.functions import written
from tpu_mlir.frontend.onnx.schemas.nodes import all_nodes
from tpu_mlir.frontend.onnx.tensors import Array, DType

Reference = Callable[..., Array | Sequence[Array]]
Results = Callable[[Node], Sequence[tuple[DType, Sequence[int]]]]


@dataclass(frozen=True, eq=False)
class Custom:
    """What is registered of an operator for the host: a body without conditions, and a function on arrays."""

    function: onnx.FunctionProto | None
    reference: Reference | None
    results: Results | None


_customs: dict[tuple[str, str], Custom] = {}


def register_operator(
    domain: str,
    name: str,
    *,
    inputs: str,
    outputs: str,
    body: str | registry.Body | None = None,
    importer: registry.Importer | None = None,
    reference: Reference | None = None,
    results: Results | None = None,
) -> None:
    """Let models use an operator of a domain of one's own, in this process.

    `inputs` and `outputs` are the names of its operands and results, in order, separated by spaces. It is compiled by

    - `body`: the nodes that it stands for, in ONNX's text form, or a function of a `Node` that writes them;
    - `importer`: a function of a `Node` that builds operations of `tpu_mlir.dialects.top` and returns the results;
    - neither: it runs on the host, as `reference`, and `results` says of what types and shapes its results are.

    `reference` takes the operands as arrays, None for those left out, and the attributes by name, and returns the
    result, or all of them. It also stands for the operator where a model is computed on the host for comparison, unless
    the body is a text. Raises ValueError for an operator that is known, or a registration that lacks a part.
    """
    if not domain or onnx.defs.has(name, domain) or (domain, name) in (registry.supported().keys() | _customs.keys()):
        raise ValueError(f"expected a new operator in a domain of one's own, found {domain or 'ai.onnx'}.{name}")
    if body is not None and importer is not None:
        raise ValueError(f"{domain}.{name}: expected a body or an importer, found both")
    if body is None and importer is None and (reference is None or results is None):
        raise ValueError(f"{domain}.{name}: expected a body, an importer, or a reference with the results' shapes")
    function = written(domain, name, 1, inputs, outputs, body) if isinstance(body, str) else None
    if isinstance(body, str):
        text = body
        registry.body(name, inputs, outputs, domain=domain)(lambda _: text)
    elif body is not None:
        registry.body(name, inputs, outputs, domain=domain)(body)
    elif importer is not None:
        registry.importer(name, 1, domain=domain, constants=True)(importer)
    _customs[domain, name] = Custom(function, reference, results)


def result_types(node: Node, domain: str) -> dict[str, onnx.TypeProto.Tensor]:
    """Return what is registered of a node's results, nothing for an operator that lacks it."""
    custom = _customs.get((domain, node.op))
    if custom is None or custom.results is None:
        return {}
    kinds = [onnx.helper.make_tensor_type_proto(_number(dtype), list(shape)) for dtype, shape in custom.results(node)]
    return {name: kind.tensor_type for name, kind in zip(node.outputs, kinds, strict=False)}


def is_for_host(domain: str, op: str) -> bool:
    """Tell whether an operator is registered that nothing compiles."""
    return (domain, op) in _customs and (domain, op) not in registry.supported()


def has_functions_on_arrays() -> bool:
    """Tell whether an operator is registered that only its function on arrays computes on the host."""
    return any(custom.function is None and custom.reference is not None for custom in _customs.values())


def with_functions(model: onnx.ModelProto) -> onnx.ModelProto:
    """Return a model with the bodies of registered operators as its own functions, itself if it uses none."""
    functions = [custom.function for custom in _used(model).values() if custom.function is not None]
    if not functions:
        return model
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    whole.functions.extend(functions)
    known = {each.domain for each in whole.opset_import}
    missing = {each.domain: each for function in functions for each in function.opset_import}
    whole.opset_import.extend(each for domain, each in missing.items() if domain not in known)
    return whole


def evaluator(model: onnx.ModelProto) -> ReferenceEvaluator | None:
    """Return what runs a model in Python if it uses operators that are functions on arrays alone, else None."""
    used = {key: custom for key, custom in _used(model).items() if custom.function is None and custom.reference}
    if not used:
        return None
    return ReferenceEvaluator(model, new_ops=[_operator(*key, custom.reference) for key, custom in used.items()])


def _used(model: onnx.ModelProto) -> Mapping[tuple[str, str], Custom]:
    keys = dict.fromkeys((node.domain, node.op_type) for node in all_nodes(model.graph))
    return {key: _customs[key] for key in keys if key in _customs}


def _operator(domain: str, name: str, reference: Reference | None) -> type[OpRun]:
    def run(self: Any, *operands: Array | None, **_: Any) -> tuple[Array, ...]:
        given = {each.name: onnx.helper.get_attribute_value(each) for each in self.onnx_node.attribute}
        texts = {key: value.decode() if isinstance(value, bytes) else value for key, value in given.items()}
        found = reference(*operands, **texts) if reference else ()
        return (found,) if isinstance(found, np.ndarray) else tuple(found)

    return type(name, (OpRun,), {"op_domain": domain, "_run": run})


def _number(dtype: DType) -> int:
    return int(onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype)))
