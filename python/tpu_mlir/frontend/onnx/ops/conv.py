"""Convolutions of any number of spatial dimensions."""

import math
from dataclasses import dataclass, replace

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.compositions.composing import Composer, is_fixed, shape_of
from tpu_mlir.frontend.onnx.compositions.unfolding import Dimension, of_conv, of_transposed, surround, tapped
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


MOST_TAPS = 1024  # of a window that is taken apart: more would swamp the network


@dataclass(frozen=True)
class Convolution:
    """A convolution, or a transposed one, of any number of dimensions. `pads` holds the begins, then the ends."""

    filters: ir.Value
    bias: ir.Value | None
    kernel: list[int]
    strides: list[int]
    pads: list[int]
    dilations: list[int]
    group: int
    more: list[int] | None = None  # output_padding of a transposed one

    def build(self, x: ir.Value, loc: ir.Location | None = None) -> ir.OpView:
        """Return the operation of `top`."""
        how = (self.strides, self.pads, self.dilations)
        if self.more is None:
            return top.ConvOp(x, self.filters, *how, self.group, bias=self.bias, loc=loc)
        return top.ConvTransposeOp(x, self.filters, *how, self.more, self.group, bias=self.bias, loc=loc)

    def dimensions(self) -> list[Dimension]:
        """Return the windows of each dimension."""
        rank = len(self.kernel)
        pads = zip(self.pads[:rank], self.pads[rank:], strict=True)
        each = zip(self.kernel, self.strides, pads, self.dilations, strict=True)
        if self.more is None:
            return [of_conv(*item) for item in each]
        return [of_transposed(*item, more) for item, more in zip(each, self.more, strict=True)]

    def last_two(self) -> "Convolution":
        """Return the part over the last two dimensions, its filters and bias left as they are."""
        rank = len(self.kernel)
        return replace(
            self,
            kernel=self.kernel[-2:],
            strides=self.strides[-2:],
            pads=[*self.pads[rank - 2 : rank], *self.pads[-2:]],
            dilations=self.dilations[-2:],
            more=self.more and self.more[-2:],
        )


def convolve(n: Node, conv: Convolution, x: ir.Value) -> ir.OpView:
    """Return a convolution as the chip has it: over two dimensions at most, its filters and bias constants."""
    bias = conv.bias
    is_plain = is_fixed(conv.filters) and len(conv.kernel) <= 2
    if is_plain and (bias is None or is_fixed(bias)):
        return conv.build(x)
    c = Composer(n)
    _check(c, conv, shape_of(x))
    apart = replace(conv, bias=None)
    if is_plain:
        product = c(apart.build, x, name="product")
    elif is_fixed(conv.filters):
        product = _over_depth(c, apart, x)
    else:
        product = _by_product(c, apart, x)
    if bias is None:
        return c.named(product)
    return top.AddOp(product, c.reshape(bias, [*shape_of(bias), *[1] * len(conv.kernel)]))


def _check(c: Composer, conv: Convolution, shape: list[int]) -> None:
    """Raise Unsupported where the operands do not fit, as the operation of `top` itself would."""
    first, second, *_ = filters = shape_of(conv.filters)
    channels = second * conv.group if conv.more is None else first
    if len(filters) != len(shape) or channels != shape[1] or first % conv.group:
        raise Unsupported(f"{c.op} expects filters for {shape[1]} channels in {conv.group} groups, found {filters}")
    counts = [dim.count(size) for dim, size in zip(conv.dimensions(), shape[2:], strict=True)]
    if min(counts) < 1 or math.prod(conv.kernel) > MOST_TAPS:
        raise Unsupported(
            f"{c.op} expects a window of at most {MOST_TAPS} elements that fits into its input, found {conv.kernel}"
        )


def _turned(c: Composer, conv: Convolution, taps: int) -> ir.Value:
    """Return the filters [oc, c, k..] or [ic, c, k..] with the first dimensions of their kernel before c.

    `taps` is how many, which become one with c: the channels of what those taps see. Those of a transposed
    convolution have the inputs as their first dimension, of each group by itself.
    """
    first, second, *kernel = shape_of(conv.filters)
    before, rest = kernel[:taps], kernel[taps:]
    own, places = conv.filters, list(range(2, 2 + taps))
    if conv.more is None:
        turned = c.transpose(own, [0, *places, 1, *range(2 + taps, 2 + len(kernel))])
        return c.reshape(turned, [first, math.prod(before) * second, *rest])
    grouped = c.reshape(own, [conv.group, first // conv.group, second, *kernel])
    places = [place + 1 for place in places]
    turned = c.transpose(grouped, [0, *places, 1, 2, *range(3 + taps, 3 + len(kernel))])
    return c.reshape(turned, [first * math.prod(before), second, *rest])


def _over_depth(c: Composer, conv: Convolution, x: ir.Value) -> ir.Value:
    """Return a convolution over more than two dimensions as one over the last two.

    What the taps of the first dimensions see become channels, and the places of their windows a batch.
    """
    deep = len(conv.kernel) - 2
    dims = conv.dimensions()[:deep]
    batch, channels, *sizes = shape_of(x)
    counts = [dim.count(size) for dim, size in zip(dims, sizes, strict=False)]
    first = c.transpose(x, [0, *range(2, 2 + deep), 1, 2 + deep, 3 + deep], "depth_first")
    each = [batch * math.prod(counts), conv.group, channels // conv.group, *sizes[deep:]]
    seen = [c.reshape(tap, each) for tap in tapped(c, surround(c, first, 1, dims), 1, dims, counts)]
    images = c.reshape(c.concat(seen, 2, "taps"), [each[0], channels * len(seen), *sizes[deep:]])
    flat = replace(conv.last_two(), filters=_turned(c, conv, deep))
    product = c(flat.build, images, name="product")
    _, results, *area = shape_of(product)
    apart = c.reshape(product, [batch, *counts, results, *area])
    return c.transpose(apart, [0, 1 + deep, *range(1, 1 + deep), 2 + deep, 3 + deep])


def _by_product(c: Composer, conv: Convolution, x: ir.Value) -> ir.Value:
    """Return a convolution whose filters are computed: their product with what each tap sees."""
    dims, (batch, channels, *sizes) = conv.dimensions(), shape_of(x)
    counts = [dim.count(size) for dim, size in zip(dims, sizes, strict=True)]
    each = [batch, conv.group, channels // conv.group, math.prod(counts)]
    seen = [c.reshape(tap, each) for tap in tapped(c, surround(c, x, 2, dims), 2, dims, counts)]
    filters = _turned(c, conv, len(dims))
    if conv.more is None:
        rows = c.reshape(filters, [conv.group, shape_of(filters)[0] // conv.group, shape_of(filters)[1]])
    else:
        depth, results = shape_of(filters)
        rows = c.transpose(c.reshape(filters, [conv.group, depth // conv.group, results]), [0, 2, 1])
    product = c(top.MatMulOp, rows, c.concat(seen, 2, "taps"), name="product")
    return c.reshape(product, [batch, conv.group * shape_of(rows)[1], *counts])


@importer("Conv", 1, 11)
def conv(n: Node) -> Imported:
    """Import Conv."""
    w = window(n, kernel_of(n))
    group = n.int_attr("group", 1)
    own = Convolution(n.value(1), n.optional(2), w.kernel, w.strides, w.pads, w.dilations, group)
    return convolve(n, own, n.value(0))


@importer("ConvTranspose", 1, 11)
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
    own = Convolution(n.value(1), bias, kernel, strides, pads, dilations, group, extra)
    return convolve(n, own, n.value(0))


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
