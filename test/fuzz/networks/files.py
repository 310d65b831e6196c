"""A network with its inputs as files, to reproduce what was found."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from tpu_mlir.frontend.onnx.tensors import Array


def write(model: onnx.ModelProto, feeds: Mapping[str, Array], path: Path) -> None:
    """Write a model to a path and its inputs beside it, as .npz."""
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(model, path)
    np.savez(path.with_suffix(".npz"), **{name: np.asarray(array) for name, array in feeds.items()})


def read(path: Path) -> tuple[onnx.ModelProto, dict[str, Array]]:
    """Return a model and its inputs."""
    with np.load(path.with_suffix(".npz")) as archive:
        return onnx.load(path), dict(archive)
