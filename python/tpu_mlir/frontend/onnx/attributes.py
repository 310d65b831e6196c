"""Attributes of `top` operations that the generated builders do not make from Python values."""

from collections.abc import Iterable, Sequence

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.frontend.onnx.tensors import untyped
from tpu_mlir.passmanager import MLIR_ERROR


def _check_width(numbers: Iterable[int]) -> None:
    """Raise Unsupported for what a number computed from the model's does not fit into, which Python's do."""
    for number in numbers:
        if not -(1 << 63) <= number < 1 << 63:
            raise Unsupported(f"expects numbers of 64 bits, found {number}")


@untyped.register_attribute_builder("I64Attr", replace=True)
def _integer(number: int, context: ir.Context) -> ir.Attribute:  # pyright: ignore[reportUnusedFunction]
    _check_width([number])
    return ir.IntegerAttr.get(ir.IntegerType.get_signless(64, context=context), number)


@untyped.register_attribute_builder("DenseI64ArrayAttr", replace=True)
def _integers(numbers: Sequence[int], context: ir.Context) -> ir.Attribute:  # pyright: ignore[reportUnusedFunction]
    _check_width(numbers)
    return ir.DenseI64ArrayAttr.get(numbers, context=context)


def enum(name: str, keyword: str) -> ir.Attribute:
    """Return an enum attribute of the dialect: `enum("reduce_kind", "mean")`.

    Raises Unsupported for a keyword that the enum lacks, as a model can hold any.
    """
    try:
        return ir.Attribute.parse(f"#top<{name} {keyword}>")
    except MLIR_ERROR:
        raise Unsupported(f"found '{keyword}', which is not a {name.replace('_', ' ')}") from None
