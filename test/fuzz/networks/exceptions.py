"""Results that docs/targets/numbers.md, "Special values", leaves open, by kind of operator.

A rule returns the elements of the results that may be anything, for the operands of one run.
"""

from collections.abc import Callable, Mapping

import numpy as np
import onnx
from numpy.typing import NDArray
from tpu_mlir.frontend.onnx.tensors import Array

HUGE = 1e18  # its square overflows f32

Mask = NDArray[np.bool_]
Operands = Mapping[str, Array]
Run = Callable[[Operands], dict[str, Array]]
Rule = Callable[[onnx.NodeProto, Operands, Run], dict[str, Mask]]


def left_open(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    """Return the elements of each result that are left open; `run` computes the node on other operands."""
    rule = _RULES.get(node.op_type)
    if rule is None:
        return {}
    with np.errstate(all="ignore"):
        return rule(node, operands, run)


def replaced(results: Operands, masks: Mapping[str, Mask], random: np.random.Generator) -> dict[str, Array]:
    """Return results whose open elements differ from what they were as far as they can."""
    return {name: np.where(masks[name], _other(a, random), a) if name in masks else a for name, a in results.items()}


def _other(array: Array, random: np.random.Generator) -> Array:
    if array.dtype == np.bool_:
        return ~array
    if array.dtype.kind != "f":
        return array
    special = np.full(array.shape, random.choice([np.nan, np.nan, np.inf, -np.inf, 0.0]), array.dtype)
    is_same = (array == special) | (np.isnan(array) & np.isnan(special))
    return np.where(is_same, np.zeros_like(array), special)


def _reached(operands: Operands, run: Run, is_special: Callable[[Array], Mask], mark: float) -> dict[str, Mask]:
    """Return the results that special elements reach: `mark` among zeros."""
    floats = {name: array for name, array in operands.items() if name[0] != "k" and array.dtype.kind == "f"}
    masks = {name: is_special(array) for name, array in floats.items()}
    if not any(mask.any() for mask in masks.values()):
        return {}
    marked = {name: np.where(mask, mark, 0).astype(floats[name].dtype) for name, mask in masks.items()}
    return {name: ~np.isfinite(array) for name, array in run({**operands, **marked}).items() if array.dtype.kind == "f"}


def _largest(_: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    return _reached(operands, run, lambda a: ~np.isfinite(a), np.inf)


def _smallest(_: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    return _reached(operands, run, lambda a: ~np.isfinite(a), -np.inf)


def _sum(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    reached = _reached(operands, run, lambda a: ~(np.abs(a) < HUGE), np.nan)
    if any(item.name == "group" and item.i > 1 for item in node.attribute):  # computed together, among zeros
        return {name: np.broadcast_to(mask.any(1, keepdims=True), mask.shape) for name, mask in reached.items()}
    return reached


def _mask(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    """Nothing is dropped: ONNX Runtime says so by ones, before opset 12 by zeros."""
    return {name: np.ones(array.shape, np.bool_) for name, array in run(operands).items() if name in node.output[1:]}


def _deviation(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    """ONNX adds 1e-9 to a deviation, which may be 0; ONNX Runtime does not."""
    reached = _sum(node, operands, run)
    return {name: np.isnan(array) | reached.get(name, False) for name, array in run(operands).items()}


def _along(x: Array, axes: tuple[int, ...], shape: tuple[int, ...]) -> Mask:
    return np.broadcast_to((~np.isfinite(x)).any(axes, keepdims=True), shape)


def _resize(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    x, (name,) = operands[node.input[0]], node.output
    shape = run(operands)[name].shape
    pairs = enumerate(zip(x.shape, shape, strict=True))  # of an image cubic weights may be 0 beside 1
    axes = tuple(axis for axis, (one, other) in pairs if one != other or axis >= 2)
    return {name: _along(x, axes, shape)} if axes else {}


def _running_sum(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    x, axis = operands[node.input[0]], int(operands[node.input[1]].ravel()[0])
    return {node.output[0]: _along(x, (axis,), x.shape)}


def _power(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    base, exponent = (operands[name].astype(np.float64) for name in node.input)
    return {node.output[0]: np.isneginf(base) | ((base == -1) & np.isnan(exponent))}


def _clip(node: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    return {node.output[0]: np.isinf(operands[node.input[0]])}


def _everywhere(_: onnx.NodeProto, operands: Operands, run: Run) -> dict[str, Mask]:
    """A product with a constant matrix or filter spreads what is not finite: 0 * inf."""
    is_special = any(
        (~(np.abs(a) < HUGE)).any() for name, a in operands.items() if name[0] != "k" and a.dtype.kind == "f"
    )
    return {name: np.ones(array.shape, np.bool_) for name, array in run(operands).items()} if is_special else {}


_SUMS = (
    *("Conv", "ConvTranspose", "Gemm", "MatMul", "AveragePool", "GlobalAveragePool", "LRN", "LpPool", "GlobalLpPool"),
    *("ReduceMean", "ReduceSum", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceProd"),
    *("InstanceNormalization", "GroupNormalization", "LayerNormalization"),
    *("LpNormalization", "RMSNormalization", "Einsum"),
)
_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("MaxPool", "GlobalMaxPool", "ReduceMax"), _largest),
    "ReduceMin": _smallest,
    **dict.fromkeys(_SUMS, _sum),
    **dict.fromkeys(("Resize", "Upsample"), _resize),
    **dict.fromkeys(("Col2Im", "DFT", "STFT", "GridSample", "RoiAlign", "Det"), _everywhere),
    "CumSum": _running_sum,
    "MeanVarianceNormalization": _deviation,
    "Pow": _power,
    "Clip": _clip,
    "Dropout": _mask,
}
