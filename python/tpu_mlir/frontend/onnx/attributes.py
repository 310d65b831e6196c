"""Attributes of `top` operations that the generated builders do not make from Python values."""

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.node import Unsupported
from tpu_mlir.passmanager import MLIR_ERROR


def enum(name: str, keyword: str) -> ir.Attribute:
    """Return an enum attribute of the dialect: `enum("reduce_kind", "mean")`.

    Raises Unsupported for a keyword that the enum lacks, as a model can hold any.
    """
    try:
        return ir.Attribute.parse(f"#top<{name} {keyword}>")
    except MLIR_ERROR:
        raise Unsupported(f"found '{keyword}', which is not a {name.replace('_', ' ')}") from None
