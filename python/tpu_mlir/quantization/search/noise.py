"""Which operations add most noise of their own: one run of the quantized network beside the float one tells."""

import numpy as np

from tpu_mlir._mlir import ir
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.modules import main_operations
from tpu_mlir.quantization.corrections.editing import users, value_name
from tpu_mlir.quantization.diagnosis import StoredReference
from tpu_mlir.quantization.samples import Feeds
from tpu_mlir.quantization.search.scheme import Scheme
from tpu_mlir.reference import Reference


def own_noise(scheme: Scheme, feeds: Feeds) -> dict[str, float]:
    """Return by how much the error of each operation's result exceeds that of its operands, by the result's name.

    Errors are squared and relative to the variance of the float values. What alone reads a value may cut it off, so
    that the value is stored cut off already: the lesser error of the two counts.
    """
    found = StoredReference(scheme.typed()).run(feeds)
    expected = Reference(scheme.module, intermediates=True).run(feeds)
    errors = {name: _error(found[name], value) for name, value in expected.items() if name in found}
    noise: dict[str, float] = {}
    for op in main_operations(scheme.module):
        if not len(op.results):
            continue
        name = value_name(op.results[0])
        before = max((errors.get(value_name(op.operands[index]), 0.0) for index in range(len(op.operands))), default=0)
        noise[name] = max(min(errors.get(name, 0.0), _after(op.results[0], errors)) - before, 0.0)
    return noise


def _after(value: ir.Value, errors: dict[str, float]) -> float:
    readers = users(value)
    if len(readers) != 1 or len(readers[0][0].results) != 1:
        return float("inf")
    return errors.get(value_name(readers[0][0].results[0]), float("inf"))


def _error(found: Array, expected: Array) -> float:
    """Return the squared error over the variance, 0 for what has neither or is no tensor of finite floats."""
    if found.size != expected.size or expected.dtype.kind != "f":
        return 0.0
    values = expected.astype(np.float64).ravel()
    error = np.square(found.astype(np.float64).ravel() - values).mean() if values.size else 0.0
    variance = values.var() if values.size else 0.0
    return float(error / variance) if np.isfinite(error) and variance else 0.0
