"""Calibration data for the parts of a model: what the model computes from its own data before a part."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from tpu_mlir.errors import CalibrationError, InputFileError
from tpu_mlir.frontend.onnx.cutting import cut
from tpu_mlir.frontend.onnx.inputs import resolve
from tpu_mlir.frontend.onnx.session import Session, SessionError
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.samples import Data, find_samples
from tpu_mlir.runtime.tensor_files import write_tensors


def part_data(
    model: onnx.ModelProto,
    part: onnx.ModelProto,
    data: Data,
    folder: Path,
    *,
    input_shapes: Mapping[str, Sequence[int]],
    preprocess: Preprocess,
    samples: int,
    seed: int,
    skip_bad: bool = False,
) -> Data:
    """Return data for a part: the model's own where it takes the same inputs, else files that are written to a folder.

    Raises CalibrationError or InputFileError.
    """
    inputs = resolve(model.graph, input_shapes)
    known = {item.name for item in inputs}
    wanted = [value.name for value in part.graph.input]
    if set(wanted) == known:
        return data
    computed = [name for name in wanted if name not in known]
    try:
        session = Session(cut(model, computed)) if computed else None
        for number, sample in enumerate(find_samples(data, inputs, preprocess, count=samples, seed=seed)):
            try:
                feeds = sample.load()
            except (CalibrationError, InputFileError):
                if skip_bad:
                    continue
                raise
            values = feeds | (session.run(feeds) if session else {})
            write_tensors(folder / f"{number:06}.npz", {name: values[name] for name in wanted})
    except SessionError as reason:
        raise CalibrationError(f"ONNX Runtime cannot run the model: {reason}") from None
    return folder
