"""Convolutions with what follows them."""

from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import body
from tpu_mlir.frontend.onnx.schemas.versions import MICROSOFT

_ATTRIBUTES = {"auto_pad": "string", "dilations": "ints", "group": "int", "kernel_shape": "ints", "pads": "ints"}
_PARAMETERS = {
    "Relu": "",
    "Tanh": "",
    "Sigmoid": "",
    "HardSwish": "",
    "LeakyRelu": "alpha",
    "HardSigmoid": "alpha beta",
}


@body("FusedConv", "x w bias z", "y", domain=MICROSOFT)
def fused_conv(n: Node) -> str:
    """Write a convolution, the addition of a tensor if there is one, and an activation."""
    same = ", ".join(f"{name}: {kind} = @{name}" for name, kind in {**_ATTRIBUTES, "strides": "ints"}.items())
    total = "sum = Add (conv, z)" if n.has(3) else "sum = Identity (conv)"
    return f"conv = Conv <{same}> (x, w, bias) {total} {_activation(n, n.floats_attr('activation_params', []))}"


def _activation(n: Node, parameters: list[float]) -> str:
    op = n.str_attr("activation", "")
    if not op:
        return "y = Identity (sum)"
    if op == "Clip" and len(parameters) == 2:
        limits = [f"l{index} = Constant <value_float = {value}> ()" for index, value in enumerate(parameters)]
        return f"{' '.join(limits)} y = Clip (sum, l0, l1)"
    names = _PARAMETERS.get(op, "none").split()
    if op not in _PARAMETERS or len(names) < len(parameters):
        raise Unsupported(f"{n.op} with the activation {op} and parameters {parameters} is not supported")
    given = ", ".join(f"{name} = {float(value)}" for name, value in zip(names, parameters, strict=False))
    return f"y = {op} <{given}> (sum)" if given else f"y = {op} (sum)"
