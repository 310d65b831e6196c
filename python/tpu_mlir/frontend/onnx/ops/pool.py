"""Pooling: sliding windows, and global ones as reductions."""

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.values import result
from tpu_mlir.frontend.onnx.windows import ceil_overhang, window


@importer("MaxPool", 1, 8, 10, 11, 12, only="1 or 2 spatial dimensions, without the indices of the maxima")
def max_pool(n: Node) -> Imported:
    """Import MaxPool; the indices of the maxima are not supported."""
    w = window(n, n.ints_attr("kernel_shape"))
    return top.MaxPoolOp(n.value(0), w.kernel, w.strides, w.all_pads, w.dilations)


@importer("AveragePool", 7, 10, 11, 19, only="1 or 2 spatial dimensions")
def average_pool(n: Node) -> Imported:
    """Import AveragePool.

    Where the divisor counts the padding, what ceil_mode adds to it must still not count: then the padding becomes
    part of the input.
    """
    w = window(n, n.ints_attr("kernel_shape"))
    if not n.int_attr("count_include_pad", 0):
        return top.AveragePoolOp(n.value(0), w.kernel, w.strides, w.all_pads, w.dilations)
    if not any(w.overhang):
        return top.AveragePoolOp(n.value(0), w.kernel, w.strides, w.pads, w.dilations, count_include_pad=True)
    rank = len(w.kernel)
    pads = [0, 0, *w.pads[:rank], 0, 0, *w.pads[rank:]]
    padded = result(top.PadOp(n.value(0), enum("pad_mode", "constant"), pads, 0.0, loc=n.at("padded")))
    return top.AveragePoolOp(padded, w.kernel, w.strides, [0] * rank + w.overhang, w.dilations)


@importer("LpPool", 2, 11, 18, only="1 or 2 spatial dimensions")
def lp_pool(n: Node) -> Imported:
    """Import LpPool."""
    w = window(n, n.ints_attr("kernel_shape"))
    return top.LpPoolOp(n.value(0), w.kernel, w.strides, w.all_pads, w.dilations, n.int_attr("p", 2))


def _global(kind: str) -> Importer:
    def reduce(n: Node) -> Imported:
        axes = list(range(2, n.rank(0)))
        return top.ReduceOp(n.value(0), enum("reduce_kind", kind), axes, keepdims=True)

    return reduce


importer("GlobalAveragePool", 1)(_global("mean"))
importer("GlobalMaxPool", 1)(_global("max"))


@importer("GlobalLpPool", 2)
def global_lp_pool(n: Node) -> Imported:
    """Import GlobalLpPool: as a reduction where there is one for p, else as a window of the size of the input."""
    p, sizes = n.int_attr("p", 2), n.shape(0)[2:]
    if p in (1, 2):
        return _global(f"l{p}")(n)
    ones = [1] * len(sizes)
    return top.LpPoolOp(n.value(0), sizes, ones, [0] * (2 * len(sizes)), ones, p)


def _attributes(e: Exported) -> dict[str, list[int] | int]:
    """Return the window; ends as long as the kernel, which ONNX Runtime refuses, as what ceil_mode adds to others."""
    kernel, strides, dilations, pads = map(e.ints_attr, ("kernel", "strides", "dilations", "pads"))
    rank = len(kernel)
    ends = [min(end, taps - 1) for end, taps in zip(pads[rank:], kernel, strict=True)]
    added = [
        ceil_overhang(size, begin, size + begin + end, (taps - 1) * dilation + 1, stride)
        for size, begin, end, taps, dilation, stride in zip(
            e.shape()[2:], pads[:rank], ends, kernel, dilations, strides, strict=True
        )
    ]
    same = [end + more for end, more in zip(ends, added, strict=True)] == pads[rank:]
    ceil = same and ends != pads[rank:]
    return {
        "kernel_shape": kernel,
        "strides": strides,
        "pads": pads[:rank] + ends if ceil else pads,
        "dilations": dilations,
        "ceil_mode": int(ceil),
    }


@exporter("max_pool")
def export_max_pool(e: Exported) -> None:
    """Write MaxPool."""
    e.emit("MaxPool", **_attributes(e))


@exporter("average_pool")
def export_average_pool(e: Exported) -> None:
    """Write AveragePool."""
    e.emit("AveragePool", count_include_pad=int(e.flag_attr("count_include_pad")), **_attributes(e))


@exporter("lp_pool")
def export_lp_pool(e: Exported) -> None:
    """Write LpPool."""
    e.emit("LpPool", p=e.int_attr("p"), **_attributes(e))
