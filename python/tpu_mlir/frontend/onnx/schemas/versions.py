"""What an operator is in an opset: versions that differ in their element types alone are one operator."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import onnx
import onnx.defs

from tpu_mlir.errors import ModelError, TpuMlirWarning

MICROSOFT = "com.microsoft"  # ONNX Runtime's contributed operators, docs/ContribOperators.md of its repository

Schema = Any  # onnx.defs.OpSchema, whose stub lacks half of it

# Opsets that every supported ONNX Runtime computes; those that come with its older kernels, and IR version 10.
OLDEST_RUNTIME, NEWEST_RUNTIME = 7, 21

_IGNORED = "consumed_inputs"  # an attribute of version 1, with which a framework reused memory


def opsets_of(model: onnx.ModelProto) -> dict[str, int]:
    """Return the opset of each domain that a model names, "" for that of ONNX itself.

    Versions that this onnx does not know yet are taken as the newest that it knows, with a warning (TpuMlirWarning).
    Raises ModelError for a version that ONNX's own domain never had.
    """
    found = {domain_of(entry): entry.version for entry in model.opset_import}
    newest = onnx.defs.onnx_opset_version()
    version = found.get("", newest)
    if version < 1:
        raise ModelError(f"expected an opset of at least 1, found {version}; export the model again")
    if version > newest:
        warnings.warn(
            f"opset {version} is newer than {newest}, the last that onnx {onnx.__version__} knows: its operators are "
            f"taken as those of opset {newest}",
            TpuMlirWarning,
            stacklevel=2,
        )
        found[""] = newest
    return found


def domain_of(proto: onnx.NodeProto | onnx.OperatorSetIdProto) -> str:
    """Return the domain of a node or an opset, "" for that of ONNX itself, which has two names."""
    return "" if proto.domain == "ai.onnx" else proto.domain


def schema_of(op: str, opset: int, domain: str = "") -> Schema | None:
    """Return what an operator is in an opset, None where ONNX does not have it; of a deprecated one, what it was."""
    found = _schema(op, opset, domain)
    if found is None or not found.deprecated:
        return found
    return _schema(op, found.since_version - 1, domain) or found


def _schema(op: str, opset: int, domain: str) -> Schema | None:
    try:
        return onnx.defs.get_schema(op, opset, domain)
    except (onnx.defs.SchemaError, TypeError):  # the latter for an opset beyond 32 bits
        return None


def has_body(op: str, opset: int | None = None, domain: str = "") -> bool:
    """Tell whether ONNX gives an operator a body, in an opset or its newest, at least for some types of operands."""
    schema = schema_of(op, onnx.defs.onnx_opset_version() if opset is None else opset, domain)
    return schema is not None and (schema.has_function or schema.has_context_dependent_function)


def is_same(one: Schema, other: Schema) -> bool:
    """Tell whether two versions of an operator have the same attributes, defaults, operands and results.

    They may take different element types.
    """
    return _form(one) == _form(other)


def runtime_opset(op: str, opset: int, domain: str = "") -> int:
    """Return an opset that every ONNX Runtime has, if the operator is the same there; else the given one."""
    nearest = min(max(opset, OLDEST_RUNTIME), NEWEST_RUNTIME)
    here, there = schema_of(op, opset, domain), schema_of(op, nearest, domain)
    return nearest if here is not None and there is not None and is_same(here, there) else opset


def _form(schema: Schema) -> tuple[Mapping[str, object], Sequence[object], Sequence[object]]:
    attributes = {
        name: (each.type, each.required, each.default_value.SerializeToString())
        for name, each in schema.attributes.items()
        if name != _IGNORED
    }
    operands, results = ([(each.name, each.option) for each in part] for part in (schema.inputs, schema.outputs))
    return attributes, operands, results
