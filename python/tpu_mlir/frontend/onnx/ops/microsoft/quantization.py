"""Quantised operators whose reals are ONNX's own operators."""

from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import body
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT

_X, _Y = "x = DequantizeLinear (q, xs, xz)", "r = QuantizeLinear (y, ys, yz)"
_POOL = {"auto_pad": "string", "ceil_mode": "int", "count_include_pad": "int", "kernel_shape": "ints", "pads": "ints"}


def _channels_first(n: Node) -> None:
    if n.int_attr("channels_last", 0):
        raise Unsupported(f"{n.op} expects channels_last = 0, found 1")


@body("QLinearAveragePool", "q xs xz ys yz", "r", domain=MICROSOFT, only="channels_last = 0")
def average_pool(n: Node) -> str:
    """Write AveragePool between scales."""
    _channels_first(n)
    same = ", ".join(f"{name}: {kind} = @{name}" for name, kind in {**_POOL, "strides": "ints"}.items())
    return f"{_X} y = AveragePool <{same}> (x) {_Y}"


@body("QLinearSoftmax", "q xs xz ys yz", "r", domain=MICROSOFT, only="as of opset 13")
def softmax(n: Node) -> str:
    """Write Softmax between scales."""
    if n.int_attr("opset", 13) < 13:
        raise Unsupported("QLinearSoftmax expects the opset 13 or newer")
    return f"{_X} y = Softmax <axis = {n.int_attr('axis', -1)}> (x) {_Y}"


@body("QLinearWhere", "condition q xs xz p zs zz ys yz", "r", domain=MICROSOFT)
def where(n: Node) -> str:
    """Write Where between scales."""
    return f"{_X} z = DequantizeLinear (p, zs, zz) y = Where (condition, x, z) {_Y}"


@body("MatMulIntegerToFloat", "a b as bs az bz bias", "y", domain=MICROSOFT)
def integer_product(n: Node) -> str:
    """Write a product of integers, whose sums are then reals."""
    lines = [
        "sums = MatMulInteger (a, b, az, bz)",
        "reals = Cast <to = 1> (sums) scale = Mul (as, bs)",
        "scaled = Mul (reals, scale)",
        "y = Add (scaled, bias)" if n.has(6) else "y = Identity (scaled)",
    ]
    return " ".join(lines)
