"""Imports ONNX models of any opset."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import ModelError
from tpu_mlir.frontend.onnx.loading import load
from tpu_mlir.frontend.onnx.refusals.refusal import failed
from tpu_mlir.frontend.onnx.support import survey

__all__ = ["import_model"]


def import_model(
    source: str | Path | onnx.ModelProto, *, input_shapes: Mapping[str, Sequence[int]] | None = None
) -> ir.Module:
    """Return a model as a `top` module in a context of its own.

    The module has one function `@main` with the model's inputs and outputs in its order and their ONNX names in the
    attribute `top.name`; each value's location is its ONNX tensor name. Floating point tensors are f32 inside; inputs
    and outputs keep their type, but f64 becomes f32. `input_shapes` freezes open dimensions. Raises ModelError for a
    file that is not a model, for shapes that do not fit and, all in one message, for nodes that cannot be imported,
    beside which those are named that have no form on the chip.
    Warns (TpuMlirWarning) about weights that are not finite.
    """
    prefix = "" if isinstance(source, onnx.ModelProto) else f"{source}: "
    try:
        return _import(*load(source), input_shapes or {}, prefix)
    except UnicodeDecodeError:  # protocol buffers keep such names, and Python decodes them where they are read
        raise ModelError(f"{prefix}a name in the model is not valid UTF-8; export the model again") from None


def _import(
    model: onnx.ModelProto, folder: Path | None, input_shapes: Mapping[str, Sequence[int]], prefix: str
) -> ir.Module:
    try:
        found = survey(model, folder, input_shapes)
        if found.refused:
            raise failed([*(each for each in found.refused if not each.follows), *found.lowered()])
        found.checks.types()
        return found.module
    except ModelError as error:
        raise ModelError(f"{prefix}{error}") from None
