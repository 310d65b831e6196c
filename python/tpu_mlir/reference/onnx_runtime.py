"""Runs a module, or the model that it was imported from, with ONNX Runtime."""

import os
from collections.abc import Collection, Mapping

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import FeedError, ModelError
from tpu_mlir.frontend.onnx.session import OutOfTimeError, Session, SessionError
from tpu_mlir.frontend.onnx.tensors import Array, onnx_numpy_type
from tpu_mlir.reference.onnx_export import to_onnx


class Reference:
    """A module that is ready to run any number of times, as calibration does."""

    def __init__(self, module: ir.Module, *, intermediates: bool = False) -> None:
        """Prepare a module; with `intermediates`, every value computed in it is a result."""
        model = to_onnx(module, intermediates=intermediates)
        self._inputs = {value.name: value for value in model.graph.input}
        self._session = _open(model)

    def run(self, feeds: Mapping[str, Array]) -> dict[str, Array]:
        """Return the results by name; raises FeedError where an input is missing or has the wrong shape or type."""
        if feeds.keys() != self._inputs.keys():
            expected, found = (", ".join(map(repr, sorted(names))) for names in (self._inputs, feeds))
            raise FeedError(f"expected the inputs {expected}, found {found or 'none'}")
        for name, array in feeds.items():
            tensor = self._inputs[name].type.tensor_type
            shape = tuple(dim.dim_value for dim in tensor.shape.dim)
            dtype = onnx_numpy_type(tensor.elem_type, name)
            if array.shape != shape or array.dtype != dtype:
                raise FeedError(
                    f"input '{name}' is expected as {dtype} {list(shape)}, found {array.dtype} {list(array.shape)}"
                )
        return _run(self._session, feeds)


def run(module: ir.Module, feeds: Mapping[str, Array]) -> dict[str, Array]:
    """Return the outputs of a module by name."""
    return Reference(module).run(feeds)


def run_all(module: ir.Module, feeds: Mapping[str, Array]) -> dict[str, Array]:
    """Return the outputs of a module and every tensor computed on the way, by name."""
    return Reference(module, intermediates=True).run(feeds)


def run_model(
    model: onnx.ModelProto | str | os.PathLike[str], feeds: Mapping[str, Array], *, seconds: float | None = None
) -> dict[str, Array]:
    """Return the outputs of an ONNX model, or of the file at a path.

    Raises ModelError, or OutOfTimeError if there are `seconds` and they are over.
    """
    return _run(_open(model), feeds, seconds)


def onnx_intermediates(
    model: onnx.ModelProto,
    feeds: Mapping[str, Array],
    names: Collection[str] | None = None,
    *,
    seconds: float | None = None,
) -> dict[str, Array]:
    """Return the outputs of an ONNX model and the tensors computed on the way, those of `names` or all, by name.

    Raises as `run_model` does.
    """
    watched = onnx.ModelProto()
    watched.CopyFrom(model)
    known = {value.name for value in watched.graph.output}
    for node in watched.graph.node:
        fresh = [name for name in node.output if name and name not in known and (names is None or name in names)]
        watched.graph.output.extend(onnx.ValueInfoProto(name=name) for name in fresh)
        known.update(fresh)
    return _run(_open(watched), feeds, seconds)


def _open(model: onnx.ModelProto | str | os.PathLike[str]) -> Session:
    try:
        return Session(model)
    except SessionError as reason:
        raise ModelError(f"ONNX Runtime refuses the model: {reason}") from None


def _run(session: Session, feeds: Mapping[str, Array], seconds: float | None = None) -> dict[str, Array]:
    try:
        return session.run(feeds, seconds=seconds)
    except OutOfTimeError:
        raise
    except SessionError as reason:
        raise ModelError(f"ONNX Runtime cannot run the model: {reason}") from None
