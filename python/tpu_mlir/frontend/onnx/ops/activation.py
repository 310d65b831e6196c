"""Non-linear functions of one value, and those along an axis."""

import math

import numpy as np

from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.exporting import Exported, Exporter, exporter
from tpu_mlir.frontend.onnx.node import Node
from tpu_mlir.frontend.onnx.ops.elementwise import Build, binary, renamed, unary
from tpu_mlir.frontend.onnx.registry import Imported, Importer, importer
from tpu_mlir.frontend.onnx.tensors import is_float
from tpu_mlir.frontend.onnx.values import result

_PLAIN: dict[str, tuple[Build, str, tuple[int, ...]]] = {
    "Sigmoid": (top.SigmoidOp, "sigmoid", (6, 13)),
    "HardSwish": (top.HardSwishOp, "hard_swish", (14,)),
    "Softplus": (top.SoftplusOp, "softplus", (1,)),
    "Softsign": (top.SoftsignOp, "softsign", (1,)),
    "Mish": (top.MishOp, "mish", (18,)),
}
for _name, (_build, _mnemonic, _since) in _PLAIN.items():
    importer(_name, *_since)(unary(_build))
    exporter(_mnemonic)(renamed(_name))


@importer("Relu", 6, 13, 14)
def relu(n: Node) -> Imported:
    """Import Relu; of integers, which the activation does not take, as a maximum."""
    if is_float(n.dtype(0)):
        return top.ReluOp(n.value(0))
    return top.MaxOp(n.value(0), n.weight(np.zeros([], n.dtype(0)), "zero"))


exporter("relu")(renamed("Relu"))
importer("PRelu", 7, 9, 16)(binary(top.PReluOp))
exporter("prelu")(renamed("PRelu"))


def _parametric(build: Build, **defaults: float) -> Importer:
    return lambda n: build(n.value(0), *(n.float_attr(name, value) for name, value in defaults.items()))


def _with_floats(op: str, *names: str) -> Exporter:
    return lambda e: e.emit(op, **{name: e.float_attr(name) for name in names})


# Defaults of the attributes: the operators' pages in the ONNX specification.
importer("LeakyRelu", 6, 16)(_parametric(top.LeakyReluOp, alpha=0.01))
importer("Elu", 6)(_parametric(top.EluOp, alpha=1.0))
importer("Celu", 12)(_parametric(top.CeluOp, alpha=1.0))
importer("Selu", 1)(_parametric(top.SeluOp, alpha=1.6732, gamma=1.0507))
importer("Selu", 6)(_parametric(top.SeluOp, alpha=1.67326319217681884765625, gamma=1.05070102214813232421875))
importer("ThresholdedRelu", 10)(_parametric(top.ThresholdedReluOp, alpha=1.0))
importer("HardSigmoid", 6)(_parametric(top.HardSigmoidOp, alpha=0.2, beta=0.5))
exporter("leaky_relu")(_with_floats("LeakyRelu", "alpha"))
exporter("elu")(_with_floats("Elu", "alpha"))
exporter("celu")(_with_floats("Celu", "alpha"))
exporter("selu")(_with_floats("Selu", "alpha", "gamma"))
exporter("thresholded_relu")(_with_floats("ThresholdedRelu", "alpha"))
exporter("hard_sigmoid")(_with_floats("HardSigmoid", "alpha", "beta"))


@importer("Shrink", 9)
def shrink(n: Node) -> Imported:
    """Import Shrink: what is further from 0 than `lambd` comes nearer by `bias`, the rest is 0."""
    c, x, limit, bias = Composer(n), n.value(0), n.float_attr("lambd", 0.5), n.float_attr("bias", 0.0)
    low, high = (c(top.AddOp, x, c.weight(shift, "bias"), name="moved") for shift in (bias, -bias))
    is_low = c(top.LessOp, x, c.weight(-limit, "limit"), name="is_low")
    is_high = c(top.GreaterOp, x, c.weight(limit, "limit"), name="is_high")
    return top.WhereOp(is_low, low, c(top.WhereOp, is_high, high, c.weight(0.0, "zero"), name="rest"))


@importer("Gelu", 20)
def gelu(n: Node) -> Imported:
    """Import Gelu in the exact or the tanh form."""
    return top.GeluOp(n.value(0), enum("gelu_approximation", n.str_attr("approximate", "none")))


@exporter("gelu")
def export_gelu(e: Exported) -> None:
    """Write Gelu."""
    e.emit("Gelu", approximate=e.enum_attr("approximate"))


@exporter("silu")
def export_silu(e: Exported) -> None:
    """Write x * sigmoid(x), which has no name in opset 21."""
    gate = e.temporary("gate")
    e.emit("Sigmoid", None, [gate])
    e.emit("Mul", [*e.inputs, gate])


def _along_axis(build: Build) -> Importer:
    return lambda n: build(n.value(0), n.axis(n.int_attr("axis", -1), n.rank(0)))


def _along_all_axes_from(build: Build) -> Importer:
    """Return the importer for versions before 13, which work on all dimensions from `axis` on as if they were one."""

    def flattened(n: Node) -> Imported:
        shape = n.shape(0)
        axis = n.axis(n.int_attr("axis", 1), len(shape)) if len(shape) > 1 else 0
        if math.prod(shape[axis + 1 :]) == 1:
            return build(n.value(0), axis)
        lines = [math.prod(shape[:axis]), math.prod(shape[axis:])]
        flat = result(top.ReshapeOp(n.value(0), lines, loc=n.at("flat")))
        return top.ReshapeOp(result(build(flat, 1, loc=n.at("lines"))), shape)

    return flattened


def _with_axis(op: str) -> Exporter:
    return lambda e: e.emit(op, axis=e.int_attr("axis"))


_AXIS: dict[str, tuple[Build, str]] = {
    "Softmax": (top.SoftmaxOp, "softmax"),
    "LogSoftmax": (top.LogSoftmaxOp, "log_softmax"),
    "Hardmax": (top.HardmaxOp, "hardmax"),
}
for _name, (_build, _mnemonic) in _AXIS.items():
    importer(_name, 13)(_along_axis(_build))
    importer(_name, 1, 11)(_along_all_axes_from(_build))
    exporter(_mnemonic)(_with_axis(_name))
