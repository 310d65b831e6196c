"""Attributes of `top` operations that the generated builders do not make from Python values."""

from tpu_mlir._mlir import ir


def enum(name: str, keyword: str) -> ir.Attribute:
    """Return an enum attribute of the dialect: `enum("reduce_kind", "mean")`. The keyword must be one of the enum's."""
    return ir.Attribute.parse(f"#top<{name} {keyword}>")
