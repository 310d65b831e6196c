"""Einsum: sums of products over named dimensions, as matrix products of two operands at a time."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer, shape_of
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer

_TERM = re.compile(r"[A-Za-z]*(\.\.\.)?[A-Za-z]*")


@dataclass(frozen=True)
class Term:
    """A value and the labels of its dimensions; those that an ellipsis stands for are `.0`, `.1` from the end."""

    value: ir.Value
    labels: tuple[str, ...]

    def size(self, label: str) -> int:
        """Return the size of a dimension, 1 where the term does not have it."""
        return shape_of(self.value)[self.labels.index(label)] if label in self.labels else 1


def _expand(text: str, rank: int) -> tuple[str, ...]:
    """Return a label for each dimension of an operand of this rank."""
    before, dots, after = text.partition("...")
    hidden = rank - len(before) - len(after)
    if hidden < 0 or (hidden and not dots):
        raise Unsupported(f"Einsum expects an operand of the dimensions '{text}', found rank {rank}")
    return (*before, *(f".{index}" for index in reversed(range(hidden))), *after)


def _parse(n: Node) -> tuple[list[tuple[str, ...]], tuple[str, ...]]:
    """Return the labels of the operands and of the result."""
    equation = n.str_attr("equation").replace(" ", "")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if len(terms) != len(n.operands) or not all(_TERM.fullmatch(term) for term in [*terms, right]):
        raise Unsupported(f"Einsum expects an equation for {len(n.operands)} operands, found '{equation}'")
    labels = [_expand(term, n.rank(index)) for index, term in enumerate(terms)]
    hidden = sorted({label for item in labels for label in item if label[0] == "."}, key=lambda x: -int(x[1:]))
    if arrow:
        before, dots, after = right.partition("...")
        result = (*before, *(hidden if dots else []), *after)
    else:
        counts = Counter(label for item in labels for label in item if label[0] != ".")
        result = (*hidden, *sorted(label for label, count in counts.items() if count == 1))
    unknown = set(result) - {label for item in labels for label in item}
    if unknown or len(set(result)) < len(result):
        raise Unsupported(f"Einsum expects a result of different dimensions of its operands, found '{equation}'")
    return labels, result


def _diagonal(c: Composer, term: Term) -> Term:
    """Return a term without repeated labels: along two dimensions of one label, the elements where both are equal."""
    for label, count in Counter(term.labels).items():
        if count == 1:
            continue
        first, second = [axis for axis, item in enumerate(term.labels) if item == label][:2]
        rest = [axis for axis in range(len(term.labels)) if axis not in (first, second)]
        shape = shape_of(term.value)
        if shape[first] != shape[second]:
            raise Unsupported(f"Einsum expects one size of '{label}', found {shape[first]} and {shape[second]}")
        size, outer = shape[first], [shape[axis] for axis in rest]
        turned = c.transpose(term.value, [*rest, first, second], "turned")
        flat = c.reshape(turned, [*outer, size * size], "flat")
        value = c.take(flat, len(rest), 0, size, size + 1, name="diagonal")
        return _diagonal(c, Term(value, (*(term.labels[axis] for axis in rest), label)))
    return term


def _sum(c: Composer, term: Term, wanted: Iterable[str]) -> Term:
    """Return the sum over all labels but the wanted ones."""
    kept = [label for label in term.labels if label in wanted]
    axes = [axis for axis, label in enumerate(term.labels) if label not in kept]
    if not axes:
        return term
    value = c(top.ReduceOp, term.value, enum("reduce_kind", "sum"), axes, keepdims=False, name="sum")
    return Term(value, tuple(kept))


def _arranged(c: Composer, term: Term, groups: Sequence[Sequence[str]], merged: int) -> ir.Value:
    """Return a term with the labels of the groups in their order; the last `merged` groups are a dimension each.

    A label that the term lacks is a dimension of 1.
    """
    labels = [label for group in groups for label in group]
    order = [term.labels.index(label) for label in labels if label in term.labels]
    value = c.transpose(term.value, order, "turned")
    sizes = [[term.size(label) for label in group] for group in groups]
    apart = len(groups) - merged
    shape = [size for group in sizes[:apart] for size in group] + [math.prod(group) for group in sizes[apart:]]
    return c.reshape(value, shape)


def _contract(c: Composer, one: Term, other: Term, wanted: set[str]) -> Term:
    """Return the product of two terms, summed over the labels that nothing wants."""
    one, other = (_sum(c, a, wanted | {x for x in b.labels if b.size(x) > 1}) for a, b in ((one, other), (other, one)))
    every = dict.fromkeys((*one.labels, *other.labels))
    for label in every:
        if len({one.size(label), other.size(label)} - {1}) > 1:
            raise Unsupported(f"Einsum expects one size of '{label}', found {one.size(label)} and {other.size(label)}")
    shared = [label for label in one.labels if label in other.labels]
    inner = [label for label in shared if label not in wanted]
    if not inner:
        values = [_arranged(c, term, [list(every)], 0) for term in (one, other)]
        return Term(c(top.MulOp, *values, name="product"), tuple(every))
    batch = [label for label in shared if label in wanted]
    rows = [label for label in one.labels if label not in shared]
    columns = [label for label in other.labels if label not in shared]
    lhs, rhs = _arranged(c, one, [batch, rows, inner], 2), _arranged(c, other, [batch, inner, columns], 2)
    product = c(top.MatMulOp, lhs, rhs, name="product")
    free = [*(one.size(label) for label in rows), *(other.size(label) for label in columns)]
    shape = [*shape_of(product)[: len(batch)], *free]
    return Term(c.reshape(product, shape), (*batch, *rows, *columns))


@importer("Einsum", 12)
def einsum(n: Node) -> Imported:
    """Import Einsum: the operands are multiplied from left to right, each sum as early as it can be."""
    labels, wanted = _parse(n)
    c = Composer(n)
    values = zip(n.values(), labels, strict=True)
    terms = [_diagonal(c, Term(value, item)) for value, item in values]
    total = terms[0]
    for index, term in enumerate(terms[1:], 2):
        later = {label for item in terms[index:] for label in item.labels}
        total = _contract(c, total, term, later | set(wanted))
    total = _sum(c, total, wanted)
    if not wanted:
        return top.ReshapeOp(total.value, [])
    return top.TransposeOp(total.value, [total.labels.index(label) for label in wanted])
