"""Models that the chip cannot compute alone, with the shapes of real ones made small."""

from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tpu_mlir.frontend.onnx.tensors import Array

FLOAT, I64, BOOL, U8 = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL, TensorProto.UINT8
Value = tuple[str, int, Sequence[int | None] | None]
node = helper.make_node


def graph(
    nodes: Sequence[onnx.NodeProto],
    inputs: Sequence[Value],
    outputs: Sequence[Value],
    constants: Mapping[str, Array],
    opset: int = 17,
) -> onnx.ModelProto:
    infos = [[helper.make_tensor_value_info(*value) for value in values] for values in (inputs, outputs)]
    tensors = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    made = helper.make_graph(nodes, "graph", *infos, tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def weights(name: str, *shape: int) -> dict[str, Array]:
    rng = np.random.default_rng(sum(map(ord, name)))
    return {name: (rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:]))).astype(np.float32)}


def backbone(source: str, target: str) -> tuple[list[onnx.NodeProto], dict[str, Array]]:
    """Two convolutions with strides from 3 to 16 channels, as names that begin with the target's."""
    nodes = [
        node("Conv", [source, f"{target}_w0"], [f"{target}_c0"], pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Relu", [f"{target}_c0"], [f"{target}_r0"]),
        node("Conv", [f"{target}_r0", f"{target}_w1"], [f"{target}_c1"], pads=[1, 1, 1, 1], strides=[2, 2]),
        node("Relu", [f"{target}_c1"], [target]),
    ]
    return nodes, weights(f"{target}_w0", 16, 3, 3, 3) | weights(f"{target}_w1", 16, 16, 3, 3)


def detector() -> onnx.ModelProto:
    """A head of boxes and scores, NonMaxSuppression, and what is chosen by it; the best of all by TopK."""
    nodes, constants = backbone("image", "features")
    constants |= weights("box_w", 4, 16, 1, 1) | weights("score_w", 3, 16, 1, 1)
    constants |= {
        "box_shape": np.array([1, 4, -1]),
        "score_shape": np.array([1, 3, -1]),
        "most": np.array(5),
        "overlap": np.array(0.5, np.float32),
        "least": np.array(0.3, np.float32),
        "two": np.array([2]),
        "three": np.array([3]),
        "one": np.array([1]),
        "count": np.array([20]),
    }
    nodes += [
        node("Conv", ["features", "box_w"], ["box_map"]),
        node("Conv", ["features", "score_w"], ["score_map"]),
        node("Sigmoid", ["score_map"], ["probabilities"]),
        node("Reshape", ["box_map", "box_shape"], ["box_rows"]),
        node("Transpose", ["box_rows"], ["boxes"], perm=[0, 2, 1]),
        node("Reshape", ["probabilities", "score_shape"], ["scores"]),
        node("NonMaxSuppression", ["boxes", "scores", "most", "overlap", "least"], ["chosen"], center_point_box=1),
        node("Slice", ["chosen", "two", "three", "one"], ["places"]),
        node("Squeeze", ["places", "one"], ["rows"]),
        node("Gather", ["boxes", "rows"], ["kept"], axis=1),
        node("ReduceMax", ["scores"], ["best"], axes=[1], keepdims=0),
        node("TopK", ["best", "count"], ["values", "indices"]),
    ]
    outputs: list[Value] = [("kept", FLOAT, None), ("chosen", I64, [None, 3])]
    outputs += [("values", FLOAT, [1, 20]), ("indices", I64, [1, 20])]
    return graph(nodes, [("image", FLOAT, [1, 3, 64, 64])], outputs, constants)


def preprocessing() -> onnx.ModelProto:
    """A photo of bytes in rows of pixels, its levels numbered in order, before a backbone."""
    nodes, constants = backbone("ready", "features")
    constants |= {"scale": np.array(0.01, np.float32), "flat": np.array([-1]), "whole": np.array([1, 32, 32, 3])}
    before = [
        node("Cast", ["photo"], ["wide"], to=I64),
        node("Reshape", ["wide", "flat"], ["pixels"]),
        node("Unique", ["pixels"], ["all_levels", "firsts", "levels"]),
        node("Reshape", ["levels", "whole"], ["numbered"]),
        node("Transpose", ["numbered"], ["planes"], perm=[0, 3, 1, 2]),
        node("Cast", ["planes"], ["numbers"], to=FLOAT),
        node("Mul", ["numbers", "scale"], ["ready"]),
    ]
    nodes = [*before, *nodes, node("GlobalAveragePool", ["features"], ["pooled"])]
    return graph(nodes, [("photo", U8, [1, 32, 32, 3])], [("pooled", FLOAT, None)], constants, opset=18)


def middle() -> onnx.ModelProto:
    """TopK between convolutions: three parts."""
    nodes, constants = backbone("image", "features")
    constants |= weights("after_w", 16, 16, 3, 3)
    constants |= {"rows_shape": np.array([1, 16, -1]), "map_shape": np.array([1, 16, 8, 8]), "count": np.array([64])}
    nodes += [
        node("Reshape", ["features", "rows_shape"], ["rows"]),
        node("TopK", ["rows", "count"], ["best", "places"], axis=-1),
        node("Reshape", ["best", "map_shape"], ["map"]),
        node("Conv", ["map", "after_w"], ["sums"], pads=[1, 1, 1, 1]),
        node("Relu", ["sums"], ["result"]),
    ]
    outputs: list[Value] = [("result", FLOAT, None), ("places", I64, None)]
    return graph(nodes, [("image", FLOAT, [1, 3, 64, 64])], outputs, constants)


def counting() -> onnx.ModelProto:
    """Places and values that the data decide the number of."""
    nodes, constants = backbone("image", "features")
    constants |= {"least": np.array(0.4, np.float32)}
    nodes += [
        node("Greater", ["features", "least"], ["mask"]),
        node("NonZero", ["mask"], ["places"]),
        node("Unique", ["features"], ["values"]),
    ]
    outputs: list[Value] = [("mask", BOOL, None), ("places", I64, None), ("values", FLOAT, None)]
    return graph(nodes, [("image", FLOAT, [1, 3, 64, 64])], outputs, constants)


def choosing() -> onnx.ModelProto:
    """A branch that the data choose, between two backbones; the branches read a tensor from outside."""
    nodes, constants = backbone("image", "features")
    later, more = backbone("chosen", "result")
    constants |= {"two": np.array(2, np.float32), "most": np.array(0.5, np.float32)}
    more |= weights("result_w0", 16, 16, 3, 3)
    branches = {
        f"{name}_branch": helper.make_graph([made], name, [], [helper.make_tensor_value_info(name, FLOAT, None)])
        for name, made in (
            ("then", node("Mul", ["features", "two"], ["then"])),
            ("else", node("Neg", ["features"], ["else"])),
        )
    }
    nodes += [
        node("ReduceMax", ["features"], ["largest"], keepdims=0),
        node("Greater", ["largest", "most"], ["is_large"]),
        node("If", ["is_large"], ["chosen"], **branches),
    ]
    return graph([*nodes, *later], [("image", FLOAT, [1, 3, 64, 64])], [("result", FLOAT, None)], constants | more)


def unique() -> onnx.ModelProto:
    """Nothing for the chip; numbers beyond i32."""
    nodes = [node("Unique", ["ids"], ["values", "", "", "counts"])]
    return graph(nodes, [("ids", I64, [9])], [("values", I64, None), ("counts", I64, None)], {})


def passing() -> onnx.ModelProto:
    """Outputs that are an input, a constant, or known at import."""
    nodes = [node("Shape", ["x"], ["shape"]), node("Unique", ["x"], ["values"])]
    outputs: list[Value] = [
        ("x", FLOAT, None),
        ("values", FLOAT, None),
        ("shape", I64, None),
        ("constant", FLOAT, None),
    ]
    return graph(nodes, [("x", FLOAT, [2, 3])], outputs, {"constant": np.ones(3, np.float32)})
