"""Elements chosen by index."""

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.registry import ONLY_CONSTANT, Imported, importer


@importer("Gather", 1, 11, 13)
def gather(n: Node) -> Imported:
    """Import Gather."""
    return top.GatherOp(n.value(0), n.value(1), n.axis(n.int_attr("axis", 0), n.rank(0)))


@exporter("gather")
def export_gather(e: Exported) -> None:
    """Write Gather."""
    e.emit("Gather", axis=e.int_attr("axis"))


@importer("GatherElements", 11, 13, only=ONLY_CONSTANT)
def gather_elements(n: Node) -> Imported:
    """Import GatherElements."""
    return top.GatherElementsOp(n.value(0), n.value(1), n.axis(n.int_attr("axis", 0), n.rank(0)))


@exporter("gather_elements")
def export_gather_elements(e: Exported) -> None:
    """Write GatherElements."""
    e.emit("GatherElements", axis=e.int_attr("axis"))
