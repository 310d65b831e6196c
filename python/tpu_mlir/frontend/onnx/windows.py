"""Resolves the padding of sliding windows: auto_pad and ceil_mode become plain numbers."""

from dataclasses import dataclass

from tpu_mlir.frontend.onnx.node import Node, Unsupported


@dataclass(frozen=True)
class Window:
    """A window over s spatial dimensions; `pads` holds the s begins, then the s ends, as written in the model."""

    kernel: list[int]
    strides: list[int]
    dilations: list[int]
    pads: list[int]
    overhang: list[int]  # what ceil_mode adds to the ends, in input elements

    @property
    def all_pads(self) -> list[int]:
        """The pads with the overhang of ceil_mode in the ends."""
        rank = len(self.kernel)
        return self.pads[:rank] + [end + more for end, more in zip(self.pads[rank:], self.overhang, strict=True)]


def window(n: Node, kernel: list[int]) -> Window:
    """Return the window that a node slides over its first operand; raises Unsupported for bad attributes."""
    sizes = n.shape(0)[2:]
    rank = len(kernel)
    strides = n.ints_attr("strides", [1] * rank)
    dilations = n.ints_attr("dilations", [1] * rank)
    pads = n.ints_attr("pads", [0] * (2 * rank))
    if len(sizes) != rank or len(strides) != rank or len(dilations) != rank or len(pads) != 2 * rank or rank == 0:
        raise Unsupported(f"{n.op} expects kernel_shape, strides, dilations and pads for {len(sizes)} dimensions")
    if min(strides) < 1 or min(dilations) < 1 or min(kernel) < 1:
        raise Unsupported(f"{n.op} expects positive kernel_shape, strides and dilations")
    spans = [(size - 1) * dilation + 1 for size, dilation in zip(kernel, dilations, strict=True)]
    mode = n.str_attr("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        pads = _same(sizes, spans, strides, mode)
    elif mode == "VALID":
        pads = [0] * (2 * rank)
    elif mode != "NOTSET":
        raise Unsupported(f"{n.op} expects auto_pad to be NOTSET, VALID, SAME_UPPER or SAME_LOWER, found {mode}")
    overhang = [0] * rank
    if n.int_attr("ceil_mode", 0) and not mode.startswith("SAME"):
        padded = [size + pads[axis] + pads[rank + axis] for axis, size in enumerate(sizes)]
        overhang = [
            ceil_overhang(size, pads[axis], padded[axis], spans[axis], strides[axis]) for axis, size in enumerate(sizes)
        ]
    return Window(kernel, strides, dilations, pads, overhang)


def _same(sizes: list[int], spans: list[int], strides: list[int], mode: str) -> list[int]:
    """Return the pads that give ceil(size / stride) results; an odd one goes to the end for SAME_UPPER."""
    totals = [
        max((-(-size // stride) - 1) * stride + span - size, 0)
        for size, span, stride in zip(sizes, spans, strides, strict=True)
    ]
    small = [total // 2 for total in totals]
    large = [total - half for total, half in zip(totals, small, strict=True)]
    return small + large if mode == "SAME_UPPER" else large + small


def ceil_overhang(size: int, begin: int, padded: int, span: int, stride: int) -> int:
    """Return how far the last window of ceil_mode reaches beyond the padding.

    A window that would start behind the input, in the padding at its end, does not count (as in PyTorch and ONNX).
    """
    steps = -(-(padded - span) // stride)
    if steps * stride >= size + begin:
        steps -= 1
    return max(steps * stride + span - padded, 0)
