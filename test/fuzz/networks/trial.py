"""One network through the compiler and the simulator in one precision, judged."""

import warnings
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import onnx
import tpu_mlir
from fuzz.networks.oracle import Oracle
from tpu_mlir.errors import CalibrationError, CompileError, ModelError
from tpu_mlir.frontend.onnx.tensors import Array
from tpu_mlir.quantization import calibrate
from tpu_mlir.runtime import BModel, Session

PRECISIONS = ("f32", "f16", "bf16", "int8")
ASYMMETRIC = "int8-asymmetric"  # with zero points, and integers up to the outputs; only on demand
METHOD = "minmax"  # ranges that hold every value, so that noise of a step is all there is


@dataclass(frozen=True)
class Verdict:
    """How a network fared: `clean`, `refused` with the compiler's reason, `wrong`, `error` or `crash` with details."""

    kind: str
    detail: str = ""


def judge(oracle: Oracle, precision: str) -> Verdict:
    """Compile, run and compare a network; a refusal is the compiler's own, whatever else it raises is an error."""
    model, feeds = oracle.model, oracle.feeds
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            bmodel = _compile(model, feeds, precision)
        except (CompileError, ModelError, CalibrationError) as reason:
            return Verdict("refused", str(reason))
        except Exception as error:  # noqa: BLE001 (what is looked for)
            return Verdict("error", f"compile: {type(error).__name__}: {error}")
    try:
        session = Session(bmodel, check_races=True, check_uninitialised=True, threads=1)
        found = session.run(session.convert(dict(feeds)))
    except Exception as error:  # noqa: BLE001 (what is looked for)
        return Verdict("error", f"run: {type(error).__name__}: {error}")
    results = {name: np.asarray(array) for name, array in found.items()}
    for item in model.graph.output:
        if item.name not in results or results[item.name].shape != oracle.exact[item.name].shape:
            return Verdict("wrong", f"output '{item.name}' is missing or has another shape")
    wrong = oracle.differences(results, precision.removesuffix("-asymmetric"))
    return Verdict("wrong", "; ".join(map(str, wrong))) if wrong else Verdict("clean")


def _compile(model: onnx.ModelProto, feeds: Mapping[str, Array], precision: str) -> BModel:
    if not precision.startswith("int8"):
        return tpu_mlir.compile(model, precision=precision, host=False)
    ranges = calibrate(model, [dict(feeds)], method=METHOD)
    zero = precision == ASYMMETRIC
    return tpu_mlir.compile(model, precision="int8", ranges=ranges, asymmetric=zero, quantize_outputs=zero, host=False)
