"""Reads ONNX files and says in plain words what is wrong with those that cannot be read."""

from collections.abc import Iterable
from pathlib import Path

import onnx
from google.protobuf.message import DecodeError

from tpu_mlir.errors import InputFileError, ModelError
from tpu_mlir.frontend.onnx.limits import MAX_NODES
from tpu_mlir.frontend.onnx.schemas.functions import inline
from tpu_mlir.runtime.files import read_bytes

_MOST_BYTES = 2**31 - 1  # of a message of protocol buffers

# Top-level fields of ModelProto; onnx.proto3, message ModelProto.
_MODEL_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 14, 20, 25, 26})
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5  # wire types of protocol buffers


def load(source: str | Path | onnx.ModelProto) -> tuple[onnx.ModelProto, Path | None]:
    """Return the model and the folder its external data lives in, None where the model did not come from a file."""
    if isinstance(source, onnx.ModelProto):
        model, folder = source, None
    else:
        path = Path(source)
        model, folder = _parse(path), path.parent
    name = "model" if folder is None else str(source)
    _check(model, name)
    _check_size(model, name)
    if model.functions:
        try:
            model = inline(model)
        except ModelError as error:
            raise ModelError(f"{name}: {error}") from None
    return model, folder


def load_whole(source: str | Path | onnx.ModelProto) -> onnx.ModelProto:
    """Return the model with its external data, if it came from a file. Raises ModelError."""
    model, folder = load(source)
    if folder is not None:
        try:
            onnx.load_external_data_for_model(model, str(folder))
        except onnx.checker.ValidationError as error:
            raise ModelError(f"{source}: its external weights cannot be read: {error}") from error
    return model


def _parse(path: Path) -> onnx.ModelProto:
    if path.is_dir():
        raise ModelError(f"{path}: expected an ONNX file, found a directory")
    try:
        data = read_bytes(path, limit=_MOST_BYTES)
    except InputFileError as error:
        raise ModelError(str(error)) from None
    if not data:
        raise ModelError(f"{path}: not an ONNX file: it is empty")
    try:
        model = onnx.ModelProto.FromString(data)
    except DecodeError:
        raise ModelError(f"{path}: {_diagnose(data)}") from None
    if not model.ListFields():  # unknown fields only: bytes that happen to parse
        raise ModelError(f"{path}: not an ONNX file")
    return model


def _check(model: onnx.ModelProto, name: str) -> None:
    if not model.HasField("graph"):
        raise ModelError(f"{name}: not an ONNX model: it holds no graph")
    if not model.opset_import:
        raise ModelError(f"{name}: not a complete ONNX model: it names no operator set; the file may be truncated")
    if not model.graph.output:
        raise ModelError(f"{name}: not a complete ONNX model: its graph has no outputs")


def _check_size(model: onnx.ModelProto, name: str) -> None:
    """Count nodes, those of a function wherever it is called: where each calls the next twice, that is 2^n."""
    functions = {(function.domain, function.name): function for function in model.functions}
    counts: dict[tuple[str, str], int] = {}

    def count(nodes: Iterable[onnx.NodeProto], calls: tuple[tuple[str, str], ...]) -> int:
        total = 0
        for node in nodes:
            key = (node.domain, node.op_type)
            if key in calls:
                raise ModelError(f"{name}: the function '{node.op_type}' calls itself")
            if key in functions and key not in counts:
                counts[key] = count(functions[key].node, (*calls, key))
            inner = (attribute.g.node for attribute in node.attribute if attribute.HasField("g"))
            total += counts.get(key, 1) + sum(count(nodes, calls) for nodes in inner)
        return total

    found = count(model.graph.node, ())
    if found > MAX_NODES:
        raise ModelError(f"{name}: expected at most {MAX_NODES} nodes, those of functions included, found {found}")


def _diagnose(data: bytes) -> str:
    """Say whether bytes that do not parse are a truncated model or something else, by walking the top-level fields."""
    position = 0
    while position < len(data):
        start = position
        tag, position = _varint(data, position)
        field, wire = (tag or 0) >> 3, (tag or 0) & 7
        if tag is None or field not in _MODEL_FIELDS or wire not in (_VARINT, _FIXED64, _BYTES, _FIXED32):
            return "not an ONNX file" if start == 0 else f"damaged ONNX file: no valid field at byte {start}"
        end = position + (8 if wire == _FIXED64 else 4)
        if wire in (_VARINT, _BYTES):
            number, end = _varint(data, position)
            end = len(data) + 1 if number is None else end + number * (wire == _BYTES)
        if end > len(data):
            return f"truncated ONNX file: expected at least {end} bytes, found {len(data)}"
        position = end
    return "damaged ONNX file: its fields cannot be decoded"


def _varint(data: bytes, position: int) -> tuple[int | None, int]:
    """Decode a base-128 number; None where the bytes end first."""
    value = shift = 0
    while position < len(data) and shift < 64:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, position
    return None, position
