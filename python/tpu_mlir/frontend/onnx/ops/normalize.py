"""Normalisations."""

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir._mlir.dialects import top
from tpu_mlir.frontend.onnx.attributes import enum
from tpu_mlir.frontend.onnx.compositions.composing import Composer
from tpu_mlir.frontend.onnx.exporting import Exported, exporter
from tpu_mlir.frontend.onnx.node import Node, Unsupported
from tpu_mlir.frontend.onnx.registry import Imported, importer
from tpu_mlir.frontend.onnx.values import result


@importer("BatchNormalization", 1, 6, only="inference, not training")
def batch_normalization_by_attribute(n: Node) -> Imported:
    """Import BatchNormalization that says whether it is in training."""
    if not n.int_attr("is_test", 0):
        raise Unsupported("BatchNormalization is in training mode (is_test = 0); export the model for inference")
    if not n.int_attr("spatial", 1) and n.rank(0) > 2:
        raise Unsupported("BatchNormalization expects statistics of whole channels, found spatial = 0")
    return batch_normalization(n)


@importer("BatchNormalization", 7, 9, 14, 15)
def batch_normalization(n: Node) -> Imported:
    """Import BatchNormalization as inference computes it or, in training mode, with the statistics of its input."""
    if n.int_attr("training_mode", 0):
        return _with_own_statistics(n)
    return top.BatchNormOp(n.value(0), n.value(1), n.value(2), n.value(3), n.value(4), n.float_attr("epsilon", 1e-5))


def _with_own_statistics(n: Node) -> list[ir.Value]:
    """Return the normal values, and the running mean and variance moved towards those of the batch."""
    c, rank, channels = Composer(n), n.rank(0), n.shape(0)[1]
    mean, variance = moments(n, [axis for axis in range(rank) if axis != 1])
    along = [channels, *[1] * (rank - 2)]
    scale, bias = (c.reshape(n.value(index), along) for index in (1, 2))
    epsilon = c.weight(n.float_attr("epsilon", 1e-5), "epsilon")
    deviation = c(top.SqrtOp, c(top.AddOp, variance, epsilon, name="shifted"), name="deviation")
    normal = c(top.DivOp, c(top.SubOp, n.value(0), mean, name="difference"), deviation, name="normal")
    results = [result(top.AddOp(c(top.MulOp, normal, scale, name="scaled"), bias, loc=n.out(0)))]
    momentum = n.float_attr("momentum", 0.9)
    for index, (running, own) in enumerate(((n.value(3), mean), (n.value(4), variance)), 1):
        kept = c(top.MulOp, running, c.weight(momentum, "momentum"), name="kept")
        part = c(top.MulOp, c.reshape(own, [channels]), c.weight(1 - momentum, "share"), name="part")
        results.append(result(top.AddOp(kept, part, loc=n.out(index))))
    return results


@exporter("batch_norm")
def export_batch_norm(e: Exported) -> None:
    """Write BatchNormalization."""
    e.emit("BatchNormalization", epsilon=e.float_attr("epsilon"))


@importer("InstanceNormalization", 6)
def instance_normalization(n: Node) -> Imported:
    """Import InstanceNormalization."""
    return top.InstanceNormOp(n.value(0), n.value(1), n.value(2), n.float_attr("epsilon", 1e-5))


@exporter("instance_norm")
def export_instance_norm(e: Exported) -> None:
    """Write InstanceNormalization."""
    e.emit("InstanceNormalization", epsilon=e.float_attr("epsilon"))


@importer("GroupNormalization", 21)
def group_normalization(n: Node) -> Imported:
    """Import GroupNormalization with a scale and a bias for each channel."""
    return top.GroupNormOp(n.value(0), n.value(1), n.value(2), n.int_attr("num_groups"), n.float_attr("epsilon", 1e-5))


@importer("GroupNormalization", 18)
def group_normalization_by_group(n: Node) -> Imported:
    """Import the first version, which had a scale and a bias for each group: they are repeated for its channels."""
    groups, channels = n.int_attr("num_groups"), n.shape(0)[1]
    if groups < 1 or channels % groups or n.shape(1) != [groups] or n.shape(2) != [groups]:
        raise Unsupported(
            f"GroupNormalization expects {channels} channels in {groups} groups with a scale and bias each"
        )
    scale = n.weight(np.repeat(n.constant(1, "scale"), channels // groups), "scale")
    bias = n.weight(np.repeat(n.constant(2, "bias"), channels // groups), "bias")
    return top.GroupNormOp(n.value(0), scale, bias, groups, n.float_attr("epsilon", 1e-5))


@exporter("group_norm")
def export_group_norm(e: Exported) -> None:
    """Write GroupNormalization."""
    e.emit("GroupNormalization", num_groups=e.int_attr("num_groups"), epsilon=e.float_attr("epsilon"))


@importer("LayerNormalization", 17)
def layer_normalization(n: Node) -> Imported:
    """Import LayerNormalization; mean and inverse deviation are computed again where something uses them."""
    axis, epsilon = n.axis(n.int_attr("axis", -1), n.rank(0)), n.float_attr("epsilon", 1e-5)
    normal = top.LayerNormOp(n.value(0), axis, epsilon, scale=n.optional(1), bias=n.optional(2))
    if n.live <= {n.outputs[0]}:
        return normal
    mean, variance = moments(n, list(range(axis, n.rank(0))))
    shifted = result(top.AddOp(variance, n.weight(np.array(epsilon, np.float32), "epsilon"), loc=n.at("shifted")))
    root = result(top.SqrtOp(shifted, loc=n.at("deviation")))
    return [result(normal), mean, result(top.ReciprocalOp(root))]


def moments(n: Node, axes: list[int]) -> tuple[ir.Value, ir.Value]:
    """Return mean and variance of the first operand over the axes, which stay as dimensions of 1."""
    kind = enum("reduce_kind", "mean")
    mean = result(top.ReduceOp(n.value(0), kind, axes, keepdims=True, loc=n.at("mean")))
    centred = result(top.SubOp(n.value(0), mean, loc=n.at("centred")))
    square = result(top.MulOp(centred, centred, loc=n.at("square")))
    return mean, result(top.ReduceOp(square, kind, axes, keepdims=True, loc=n.at("variance")))


@exporter("layer_norm")
def export_layer_norm(e: Exported) -> None:
    """Write LayerNormalization, with ones for an absent scale, which ONNX requires."""
    segments = e.ints_attr("operandSegmentSizes")
    axis = e.int_attr("axis")
    rest = iter(e.inputs[1:])
    scale = next(rest) if segments[1] else e.constant(np.ones(e.shape()[axis:], np.float32), "scale")
    bias = next(rest) if segments[2] else ""
    e.emit("LayerNormalization", [e.inputs[0], scale, bias], axis=axis, epsilon=e.float_attr("epsilon"))


@exporter("rms_norm")
def export_rms_norm(e: Exported) -> None:
    """Write x / sqrt(mean(x^2) + epsilon) * scale step by step: it has no name before opset 23."""
    names = ["square", "mean", "shifted", "root"]
    square, mean, shifted, root = (e.temporary(name) for name in names)
    axes = e.constant(list(range(e.int_attr("axis"), len(e.shape()))), "axes")
    e.emit("Mul", [e.inputs[0], e.inputs[0]], [square])
    e.emit("ReduceMean", [square, axes], [mean], keepdims=1)
    e.emit("Add", [mean, e.constant(np.float32(e.float_attr("epsilon")), "epsilon")], [shifted])
    e.emit("Sqrt", [shifted], [root])
    if len(e.inputs) == 1:
        e.emit("Div", [e.inputs[0], root])
        return
    normal = e.temporary("normal")
    e.emit("Div", [e.inputs[0], root], [normal])
    e.emit("Mul", [normal, e.inputs[1]])


@importer("LpNormalization", 1)
def lp_normalization(n: Node) -> Imported:
    """Import LpNormalization."""
    return top.LpNormalizationOp(n.value(0), n.axis(n.int_attr("axis", -1), n.rank(0)), n.int_attr("p", 2))


@exporter("lp_normalization")
def export_lp_normalization(e: Exported) -> None:
    """Write LpNormalization."""
    e.emit("LpNormalization", axis=e.int_attr("axis"), p=e.int_attr("p"))


@importer("LRN", 1, 13)
def local_response_normalization(n: Node) -> Imported:
    """Import LRN."""
    alpha, beta, bias = n.float_attr("alpha", 1e-4), n.float_attr("beta", 0.75), n.float_attr("bias", 1.0)
    return top.LrnOp(n.value(0), n.int_attr("size"), alpha, beta, bias)


@exporter("lrn")
def export_lrn(e: Exported) -> None:
    """Write LRN."""
    e.emit("LRN", size=e.int_attr("size"), **{name: e.float_attr(name) for name in ("alpha", "beta", "bias")})


@importer("MeanVarianceNormalization", 9, 13)
def mean_variance_normalization(n: Node) -> Imported:
    """Import (x - mean) / sqrt(variance + 1e-18), which passes recognise as a norm.

    ONNX adds 1e-9 to the root instead, ONNX Runtime nothing: the three differ by 1e-9 / deviation.
    """
    mean, variance = moments(n, sorted(n.axis(axis, n.rank(0)) for axis in n.ints_attr("axes", [0, 2, 3])))
    centred = result(top.SubOp(n.value(0), mean, loc=n.at("difference")))
    epsilon = n.weight(np.array(1e-18, np.float32), "epsilon")
    divisor = result(top.AddOp(variance, epsilon, loc=n.at("divisor")))
    return top.DivOp(centred, result(top.SqrtOp(divisor, loc=n.at("deviation"))))
