"""Cuts a network at inner tensors, which become its outputs."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

import onnx

from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.checking import element_types
from tpu_mlir.frontend.onnx.loading import load_whole
from tpu_mlir.frontend.onnx.schemas.inference import names_read
from tpu_mlir.frontend.onnx.schemas.versions import opsets_of

_MOST = 5  # names that a message lists


def cut(source: str | Path | onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """Return a model, with its external data, whose outputs are the tensors of these names, in that order.

    Outputs keep their types. Inputs stay, also those that are not read any more; nodes and weights that nothing needs
    are left out. Raises ModelError for a model that cannot be read, and with near names for a tensor that no node
    computes.
    """
    model = load_whole(source)
    prefix = "" if isinstance(source, onnx.ModelProto) else f"{source}: "
    graph = model.graph
    computed = [name for node in graph.node for name in node.output if name]
    problems = [_unknown(name, computed) for name in names if name not in set(computed)]
    problems += [f"output '{name}' is given twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    if problems:
        raise ModelError(prefix + "; ".join(problems))
    needed, kept = set(names), list[onnx.NodeProto]()
    for node in reversed(graph.node):
        if needed.intersection(node.output):
            kept.append(node)
            needed.update(names_read(node))
    part = onnx.ModelProto()
    part.CopyFrom(model)
    for field in (part.graph.node, part.graph.initializer, part.graph.value_info, part.graph.output):
        del field[:]
    part.graph.node.extend(reversed(kept))
    part.graph.initializer.extend(each for each in graph.initializer if each.name in needed)
    part.graph.value_info.extend(each for each in graph.value_info if each.name in needed)
    part.graph.output.extend(_outputs(part, names))
    return part


def _outputs(part: onnx.ModelProto, names: Sequence[str]) -> Iterator[onnx.ValueInfoProto]:
    """Yield the outputs with their element types; the importer finds the shapes."""
    types = element_types(part, opsets_of(part))
    for name in names:
        element = types.get(name)
        known = element and onnx.helper.make_tensor_value_info(name, element, None)
        yield known or onnx.ValueInfoProto(name=name)


def _unknown(name: str, computed: Sequence[str]) -> str:
    lower = name.lower()
    near = [each for each in computed if lower and (lower in each.lower() or each.lower() in lower)]
    near += get_close_matches(name, computed, _MOST)
    listed = ", ".join(f"'{each}'" for each in [*dict.fromkeys(near)][:_MOST])
    remedy = (
        f"near names are {listed}" if listed else f"the last that it computes is '{computed[-1]}'" if computed else ""
    )
    return f"no node computes a tensor named '{name}'" + (f"; {remedy}" if remedy else "")
