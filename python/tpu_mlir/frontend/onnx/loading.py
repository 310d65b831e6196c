"""Reads ONNX files and says in plain words what is wrong with those that cannot be read."""

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx.inliner import inline_local_functions

from tpu_mlir.errors import ModelError

OLDEST_OPSET = 7
NEWEST_OPSET = 21

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
    _check(model, "model" if folder is None else str(source))
    if model.functions:
        model = inline_local_functions(model)
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


def opset(model: onnx.ModelProto) -> int:
    """Return the version of the standard operator set that the model is written in."""
    versions = [entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")]
    return max(versions, default=0)


def _parse(path: Path) -> onnx.ModelProto:
    if path.is_dir():
        raise ModelError(f"{path}: expected an ONNX file, found a directory")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"{path}: no such file") from None
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from None
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
    version = opset(model)
    if version and not OLDEST_OPSET <= version <= NEWEST_OPSET:
        raise ModelError(
            f"{name}: unsupported opset {version}, expected {OLDEST_OPSET} to {NEWEST_OPSET}; "
            "onnx.version_converter.convert_version(model, 17) can rewrite the model"
        )


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
