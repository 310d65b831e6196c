"""Which function imports which operator: keyed by domain, name and the version that last changed the operator."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import onnx
import onnx.defs

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.schemas.versions import (
    OLDEST_RUNTIME,
    domain_of,
    has_body,
    is_same,
    runtime_opset,
    schema_of,
)
from tpu_mlir.frontend.onnx.values import Value

Imported = ir.OpView | Value | Sequence[Value]
Importer = Callable[[Node], Imported]


Body = Callable[[Node], str]


@dataclass(frozen=True)
class Composition:
    """What an operator is in terms of others: a function whose nodes `build` returns in ONNX's text form.

    `operands` and `results` are their names there, in order; those that a node leaves out are left out of it, too.
    """

    operands: str
    results: str
    build: Body


_importers: dict[tuple[str, str, int], Importer] = {}
_compositions: dict[tuple[str, str], Composition] = {}
_unfolded: set[tuple[str, str]] = set()
_restrictions: dict[tuple[str, str], str] = {}


ONLY_CONSTANT = "with constant operands"


CHIP, FUNCTION, HOST = "chip", "chip, as a function of others", "host"


@dataclass(frozen=True)
class Operator:
    """An operator that a model may hold.

    domain: "ai.onnx" or another. versions: those that last changed it, of the ones that are taken. computed: where, one
    of CHIP, FUNCTION and HOST. only: what of it the chip computes, "" where nothing is left out that the registry knows
    of; the host computes the rest.
    """

    domain: str
    name: str
    versions: tuple[int, ...]
    computed: str
    only: str


def importer(
    op: str, *since: int, domain: str = "", constants: bool = False, only: str = ""
) -> Callable[[Importer], Importer]:
    """Register the decorated function for an operator in the given since-versions, and those that are the same.

    A version is the same if it differs in element types alone: see versions.is_same.
    With `constants` it also gets nodes whose operands are all constants, which otherwise are evaluated. `only` tells
    users what of the operator compiles, if not all. Raises ValueError where another function has one of the versions.
    """

    def register(function: Importer) -> Importer:
        for version in since:
            key = (domain, op, version)
            if key in _importers:
                raise ValueError(f"{domain or 'ai.onnx'}.{op} version {version} is already registered")
            _importers[key] = function
        if constants:
            _unfolded.add((domain, op))
        if only:
            _restrictions[domain, op] = only
        return function

    return register


def body(op: str, operands: str, results: str, *, domain: str, only: str = "") -> Callable[[Body], Body]:
    """Register the decorated function, which writes the nodes that a node of an operator stands for.

    Raises ValueError for an operator that is already registered.
    """

    def register(build: Body) -> Body:
        if (domain, op) in supported():
            raise ValueError(f"{domain or 'ai.onnx'}.{op} is already registered")
        _compositions[domain, op] = Composition(operands, results, build)
        if only:
            _restrictions[domain, op] = only
        return build

    return register


def composition(op: str, domain: str) -> Composition | None:
    """Return what an operator is in terms of others, None where that is not registered."""
    return _compositions.get((domain, op))


def lookup(op: str, opset: int, domain: str = "") -> Importer:
    """Return the function for an operator as the given opset defines it; raises Unsupported with the reason."""
    domain = "" if domain == "ai.onnx" else domain
    name = f"{domain}.{op}" if domain else op
    schema = schema_of(op, opset, domain)
    if schema is None:  # as for every operator of domains that ONNX has no schemas for
        found = _importers.get((domain, op, 1)) if domain else None
        if found is None:
            where = f"domain '{domain}'" if domain else f"opset {opset}"
            raise Unsupported(f"{name} is not an operator of {where}")
        return found
    found = _importers.get((domain, op, schema.since_version))
    if found is not None:
        return found
    known = sorted(since for *key, since in _importers if key == [domain, op])
    for since in reversed(known):
        if is_same(schema, schema_of(op, since, domain)):
            return _importers[domain, op, since]
    only = f" as opset {schema.since_version} defines it; export the model in an older one" if known else ""
    raise Unsupported(f"{name} is not supported{only}")


def is_evaluated(proto: onnx.NodeProto, opset: int) -> bool:
    """Tell whether a node whose operands are all constants is evaluated at import.

    A node that holds a graph is not, since nothing bounds its work; nor one of another domain that cannot be imported,
    nor one that ONNX Runtime does not have since it is too old.
    """
    if any(attribute.HasField("g") or attribute.graphs for attribute in proto.attribute):
        return False
    domain = domain_of(proto)
    if domain:
        return (domain, proto.op_type) in supported() and (domain, proto.op_type) not in _unfolded
    is_old = runtime_opset(proto.op_type, opset) < OLDEST_RUNTIME
    return not is_old and (domain, proto.op_type) not in _unfolded


def supported() -> dict[tuple[str, str], list[int]]:
    """Return the since-versions that can be imported, by (domain, operator)."""
    table: dict[tuple[str, str], list[int]] = {}
    for domain, op, since in sorted([*_importers, *((*key, 1) for key in _compositions)]):
        table.setdefault((domain, op), []).append(since)
    return table


def operators() -> list[Operator]:
    """Return the operators that can be imported, those of ONNX itself first, then those that the host computes."""
    history = _history()
    compiled = [
        Operator(
            domain or "ai.onnx",
            op,
            tuple(each for each in history.get("" if domain else op, ()) if _is_imported(op, each)) or (1,),
            FUNCTION if (domain, op) in _compositions else CHIP,
            _restrictions.get((domain, op), ""),
        )
        for domain, op in supported()
    ]
    rest = [op for op in sorted(history) if ("", op) not in supported()]
    bodies = [op for op in rest if has_body(op)]
    computed = {op: FUNCTION if op in bodies else HOST for op in rest}
    others = [Operator("ai.onnx", op, tuple(history[op]), computed[op], "") for op in rest]
    return [*compiled, *sorted(others, key=lambda each: each.computed != FUNCTION)]


def _history() -> dict[str, list[int]]:
    """Return the versions of ONNX's own operators."""
    found: dict[str, list[int]] = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        if not schema.domain and not schema.deprecated:
            found.setdefault(schema.name, []).append(schema.since_version)
    return {op: sorted(versions) for op, versions in found.items()}


def _is_imported(op: str, version: int) -> bool:
    try:
        lookup(op, version)
    except Unsupported:
        return False
    return True
