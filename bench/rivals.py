"""ONNX Runtime's static quantisation, computed exactly: what a user would get without this project."""

import contextlib
import io
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import onnx
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from tpu_mlir.frontend.onnx.session import Session

from bench.cases import Tensors

logging.getLogger().setLevel(logging.ERROR)  # the quantiser advises on every call

METHODS = {"minmax": CalibrationMethod.MinMax, "entropy": CalibrationMethod.Entropy}


class _Reader(CalibrationDataReader):
    def __init__(self, samples: Sequence[Tensors]) -> None:
        self._samples = iter(samples)

    def get_next(self) -> Any:
        return next(self._samples, None)


def quantized_session(model: onnx.ModelProto, method: str, samples: Sequence[Tensors]) -> Session:
    """Return a QDQ model, per channel, whose products are computed in floats: no integer kernel can saturate."""
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "float.onnx", Path(folder) / "int8.onnx"
        onnx.save(model, source)
        with contextlib.redirect_stdout(io.StringIO()):
            quantize_static(
                source,
                made,
                _Reader(samples),
                quant_format=QuantFormat.QDQ,
                per_channel=True,
                activation_type=QuantType.QInt8,
                weight_type=QuantType.QInt8,
                calibrate_method=METHODS[method],
            )
        return Session(onnx.load(made))
