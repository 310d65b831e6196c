"""Convolutions of any number of spatial dimensions."""

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.windows import window


def kernel_of(n: Node, filters: int = 1) -> list[int]:
    """Return the kernel sizes from the operand that holds the filters; raises Unsupported if an attribute differs."""
    kernel = n.shape(filters)[2:]
    if n.ints_attr("kernel_shape", kernel) != kernel:
        raise Unsupported(
            f"{n.op} expects kernel_shape {kernel} as in its weights, found {n.ints_attr('kernel_shape')}"
        )
    return kernel


@importer("Conv", 1, 11, only="1 or 2 spatial dimensions")
def conv(n: Node) -> Imported:
    """Import Conv."""
    w = window(n, kernel_of(n))
    group = n.int_attr("group", 1)
    return top.ConvOp(n.value(0), n.value(1), w.strides, w.pads, w.dilations, group, bias=n.optional(2))


@importer("ConvTranspose", 1, 11, only="1 or 2 spatial dimensions")
def conv_transpose(n: Node) -> Imported:
    """Import ConvTranspose; auto_pad and output_shape are resolved into pads."""
    kernel, sizes = kernel_of(n), n.shape(0)[2:]
    rank = len(kernel)
    strides, dilations = n.ints_attr("strides", [1] * rank), n.ints_attr("dilations", [1] * rank)
    extra, pads = n.ints_attr("output_padding", [0] * rank), n.ints_attr("pads", [0] * (2 * rank))
    if not len(sizes) == rank == len(strides) == len(dilations) == len(extra) == len(pads) // 2:
        raise Unsupported(f"ConvTranspose expects attributes for {len(sizes)} dimensions")
    mode = n.str_attr("auto_pad", "NOTSET")
    if mode == "VALID":
        pads = [0] * (2 * rank)
    elif n.given("output_shape") or mode != "NOTSET":
        full = [
            (size - 1) * strides[axis] + (kernel[axis] - 1) * dilations[axis] + 1 + extra[axis]
            for axis, size in enumerate(sizes)
        ]
        wanted = [size * stride for size, stride in zip(sizes, strides, strict=True)]
        pads, extra = _cut_to(n, n.ints_attr("output_shape", wanted), full, extra, mode)
    group, bias = n.int_attr("group", 1), n.optional(2)
    return top.ConvTransposeOp(n.value(0), n.value(1), strides, pads, dilations, extra, group, bias=bias)


def _cut_to(n: Node, wanted: list[int], full: list[int], extra: list[int], mode: str) -> tuple[list[int], list[int]]:
    """Return pads and output padding that bring the full size to the wanted one; an odd pad goes by `mode`."""
    if len(wanted) not in (len(full), len(full) + 2):  # batch and channels may stand before the spatial sizes
        raise Unsupported(f"{n.op} expects an output_shape of {len(full)} dimensions, found {wanted}")
    totals = [have - want for have, want in zip(full, wanted[-len(full) :], strict=True)]
    small = [max(total, 0) // 2 for total in totals]
    large = [max(total, 0) - half for total, half in zip(totals, small, strict=True)]
    pads = small + large if mode == "SAME_UPPER" else large + small
    return pads, [more + max(-total, 0) for more, total in zip(extra, totals, strict=True)]


def _attributes(e: Exported) -> dict[str, int | list[int]]:
    ints = {name: e.ints_attr(name) for name in ("strides", "pads", "dilations")}
    return {"kernel_shape": e.shape(1)[2:], "group": e.int_attr("group"), **ints}


@exporter("conv")
def export_conv(e: Exported) -> None:
    """Write Conv."""
    e.emit_with_relu("Conv", e.inputs, **_attributes(e))


@exporter("conv_transpose")
def export_conv_transpose(e: Exported) -> None:
    """Write ConvTranspose."""
    e.emit_with_relu("ConvTranspose", e.inputs, output_padding=e.ints_attr("output_padding"), **_attributes(e))
