"""What a schedule decided, a line for each group, for `tpuc compile --verbose`."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from tpu_mlir._mlir import ir
from tpu_mlir.locations import result_names
from tpu_mlir.modules import block_operations, main_operations

GROUP = "tpu.group"


def group_lines(module: ir.Module) -> Iterator[str]:
    """Yield what each group of a scheduled module computes and keeps, and which ops stand between groups."""
    ops = [op for op in main_operations(module) if op.name.startswith("tpu.")]
    number = 0
    for op, following in zip_longest(ops, ops[1:]):
        if op.name == GROUP:
            number += 1
            yield f"group {number} '{_name(op)}': {'; '.join((*_facts(op), *_end(op, following)))}"
        else:
            yield f"between groups '{_name(op)}': {_kind(op)}"


def _name(op: ir.Operation) -> str:
    return ", ".join(result_names(op))


def _kind(op: ir.Operation) -> str:
    return op.name.removeprefix("tpu.")


def _numbers(group: ir.Operation, attribute: str) -> list[int]:
    """Return what an attribute says of each input; nothing if the group has none."""
    return list(ir.DenseI64ArrayAttr(group.attributes[attribute])) if attribute in group.attributes else []


def _facts(group: ir.Operation) -> Iterator[str]:
    *body, _ = block_operations(group.regions[0].blocks[0])
    kinds = Counter(map(_kind, body))
    yield ", ".join(f"{count} {kind}" if count > 1 else kind for kind, count in kinds.items())
    tiling = str(group.attributes["tiling"]) if "tiling" in group.attributes else ""
    for dimension, count in re.findall(r"\b([nchw]) = (\d+)", tiling):
        if count != "1":
            yield f"{count} slices along {dimension}"
    if held := sum(place >= 0 for place in _numbers(group, "holds")):
        yield f"{_inputs(group, held)} in local memory already"
    if early := sum(step < 0 for step in _numbers(group, "loads")):
        yield f"{_inputs(group, early)} loaded before it begins"
    if "keeps" in group.attributes:
        yield "result stays in local memory"
    if readers := list(dict.fromkeys(_readers(group))):
        yield f"result stored for {', '.join(readers)}"


def _end(group: ir.Operation, following: ir.Operation | None) -> Iterator[str]:
    """Yield why a group ends where it does, unless its result goes on in local memory."""
    readers = sum(not _is_inside(use) for use in _uses(group))
    if following is None or ("keeps" in group.attributes and not any(_readers(group))):
        return
    if following.name != GROUP:
        yield f"cut before '{_name(following)}', whose {_kind(following)} is no work in local memory"
    elif readers > 1:
        yield f"cut since {readers} operations read its result"
    else:
        yield "cut since a longer group takes more cycles or does not fit"


def _inputs(group: ir.Operation, count: int) -> str:
    return f"{count} of {len(group.operands)} inputs"


def _uses(group: ir.Operation) -> Any:
    """Return the uses of its result; their stub leaves the owner open."""
    return group.results[0].uses


def _is_inside(use: Any) -> bool:
    """Tell whether an op of a group has a use; the group itself has another."""
    return use.owner.operation.parent.name == GROUP


def _readers(group: ir.Operation) -> Iterator[str]:
    """Yield who reads the result from global memory."""
    for use in _uses(group):
        reader: ir.Operation = use.owner.operation
        held = _numbers(reader, "holds")
        if _is_inside(use):
            continue
        if reader.name == "func.return":
            yield "the output"
        elif reader.name != GROUP:
            yield f"'{_name(reader)}' ({_kind(reader)} between groups)"
        elif not held or held[use.operand_number] < 0:
            yield f"'{_name(reader)}'"
