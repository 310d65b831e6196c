"""Normalisations of sums and of embeddings."""

from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.registry import body
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT


@body("SimplifiedLayerNormalization", "x scale", "y", domain="")
def simplified_layer_normalization(n: Node) -> str:
    """Write the norm without a mean, which ONNX Runtime has in ONNX's own domain."""
    axis, epsilon = n.int_attr("axis", -1), n.float_attr("epsilon", 1e-5)
    return f"y = RMSNormalization <axis = {axis}, epsilon = {epsilon}> (x, scale)"


@body("SkipSimplifiedLayerNormalization", "x skip scale bias", "y mean deviation sum", domain=MICROSOFT)
def skip_simplified_layer_normalization(n: Node) -> str:
    """Write the norm without a mean of a sum."""
    return f"{_sum(n, 3)} y = RMSNormalization <epsilon = {n.float_attr('epsilon', 1e-12)}> (sum, scale)"


@body("SkipLayerNormalization", "x skip scale shift bias", "y mean deviation sum", domain=MICROSOFT)
def skip_layer_normalization(n: Node) -> str:
    """Write the norm of a sum."""
    epsilon = n.float_attr("epsilon", 1e-12)
    return f"{_sum(n, 4)} y, mean, deviation = LayerNormalization <epsilon = {epsilon}> (sum, scale, shift)"


def _sum(n: Node, bias: int) -> str:
    return "both = Add (x, skip) sum = Add (both, bias)" if n.has(bias) else "sum = Add (x, skip)"


@body(
    "EmbedLayerNormalization",
    "ids segment_ids words places segments scale shift mask place_ids",
    "y mask_index sum",
    domain=MICROSOFT,
)
def embed_layer_normalization(n: Node) -> str:
    """Write the norm of the sum of the embeddings of words, positions and segments; and how long each sequence is."""
    lines = ["word = Gather (words, ids)"]
    if n.has(8):
        lines.append("place = Gather (places, place_ids)")
    else:
        lines.append(f"zero = Constant <value_ints = [0]> () end = Constant <value_ints = [{n.shape(0)[1]}]> ()")
        lines.append("place = Slice (places, zero, end, zero)")
    lines.append("segment = Gather (segments, segment_ids)" if n.has(1) else "")
    lines.append("placed = Add (word, place)")
    lines.append("sum = Add (placed, segment)" if n.has(1) else "sum = Identity (placed)")
    lines.append(f"y = LayerNormalization <epsilon = {n.float_attr('epsilon', 1e-12)}> (sum, scale, shift)")
    lines.append("one = Constant <value_ints = [1]> ()")
    if n.has(7):
        lines.append("mask_index = ReduceSum <keepdims = 0> (mask, one)")
    else:
        lines.append(f"batch = Constant <value_ints = [{n.shape(0)[0]}]> () long = ConstantOfShape (batch)")
        lines.append("mask_index = Cast <to = 6> (long)")
    return "\n".join(lines)
