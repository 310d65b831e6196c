"""What `tpuc info` and `tpuc compile` say of a model's parts."""

from tpu_mlir.cli.console import numbers, output, print_table
from tpu_mlir.cli.text import shape_text, size_text
from tpu_mlir.printable import printable
from tpu_mlir.runtime.whole.part_info import PartInfo, WholeInfo, WholeStageInfo
from tpu_mlir.runtime.whole.transfers import BANDWIDTH, START


def print_whole(model: WholeInfo) -> None:
    """Print a model of several parts, or whose inputs and outputs have other types than its network's."""
    for number, stage in enumerate(model.stages):
        output.print()
        output.print(f"model {printable(model.name)}, stage {number}", style="bold")
        print_table(
            ("", "name", "type", "shape"),
            [
                (role, each.name, each.data_type, border_text(each.shape))
                for role, tensors in (("input", stage.inputs), ("output", stage.outputs))
                for each in tensors
            ],
        )
        print_parts(stage)


def print_parts(stage: WholeStageInfo) -> None:
    """Print the parts in order, what crosses each cut, and the nodes of the host; nothing for one network alone."""
    if not stage.on_host:
        return
    columns = ("part", "runs on", "", *numbers("reads", "makes", "start and moving"))
    print_table(columns, [_row(number, part) for number, part in enumerate(stage.parts)])
    moved = sum(part.overhead for part in stage.parts)
    if moved:
        output.print(
            f"starts and moving: {1e3 * moved:.2f} ms a run, at {1e6 * START:.0f} µs and {BANDWIDTH / 1e9:g} GB/s "
            "(orders of magnitude)"
        )
    rows = [
        (str(number), node.name, node.operator, node.reason)
        for number, part in enumerate(stage.parts)
        for node in part.nodes
    ]
    print_table(("part", "node on the host", "operator", "reason"), rows)


def border_text(shape: tuple[int, ...]) -> str:
    """Return a shape in which the data may decide sizes."""
    return shape_text(shape).replace("-1", "?")


def _row(number: int, part: PartInfo) -> tuple[str, ...]:
    what = f"network {part.network}" if part.network else f"{len(part.nodes)} node(s), {size_text(part.size)}"
    more = " and more" if part.is_open else ""
    moved = f"{1e3 * part.overhead:.2f} ms" if part.overhead else "-"
    return (str(number), part.runs_on, what, size_text(part.bytes_read), size_text(part.bytes_made) + more, moved)
