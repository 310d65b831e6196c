"""Gelu in its forms."""

from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.registry import body
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT


@body("Gelu", "x", "y", domain=MICROSOFT)
def gelu(n: Node) -> str:
    """Write Gelu in the exact form."""
    return "y = Gelu (x)"


@body("BiasGelu", "x bias", "y", domain=MICROSOFT)
def bias_gelu(n: Node) -> str:
    """Write Gelu of a sum."""
    return "sum = Add (x, bias) y = Gelu (sum)"


@body("FastGelu", "x bias", "y", domain=MICROSOFT)
def fast_gelu(n: Node) -> str:
    """Write Gelu in the tanh form, of a sum if there is a bias."""
    total = "sum = Add (x, bias)" if n.has(1) else "sum = Identity (x)"
    return f'{total} y = Gelu <approximate = "tanh"> (sum)'


@body("QuickGelu", "x", "y", domain=MICROSOFT)
def quick_gelu(n: Node) -> str:
    """Write x * sigmoid(alpha * x)."""
    return f"y = Swish <alpha = {n.float_attr('alpha', 1.702)}> (x)"
