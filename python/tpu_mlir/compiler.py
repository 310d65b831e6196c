"""From a model to a bmodel: the stages in order, each a registered pass that `tpu-opt` can run alone."""

import os
import re
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import CompileError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.options import CompileOptions
from tpu_mlir.passmanager import MLIR_ERROR, PassManager
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.runtime.bmodel import BModel

_PREFIX = "tpu_mlir-"  # of folders for what only the passes read


def compile(
    model: str | os.PathLike[str] | onnx.ModelProto | ir.Module,
    *,
    precision: str = "f32",
    chip: str = "bm1684x",
    input_shapes: Mapping[str, Sequence[int]] | None = None,
    output: str | os.PathLike[str] | None = None,
    precision_overrides: Mapping[str, str] | str | os.PathLike[str] | None = None,
    ranges: Ranges | str | os.PathLike[str] | None = None,
    fallback: str = "f16",
    asymmetric: bool = False,
) -> BModel:
    """Return the bmodel of an ONNX model, or of a `top` module, and write it to `output` if given.

    See CompileOptions for the options. Raises ModelError if the model cannot be imported or an option is unknown,
    CompileError if it cannot be compiled, CalibrationError or InputFileError if the ranges cannot be used,
    OutputFileError if the file cannot be written.
    """
    options = CompileOptions(
        precision=precision.lower(),
        chip=chip.lower(),
        input_shapes=input_shapes or {},
        precision_overrides=precision_overrides,
        ranges=ranges,
        fallback=fallback.lower(),
        asymmetric=asymmetric,
        name=_network_name(model),
    )
    module = model if isinstance(model, ir.Module) else _import(model, options)
    compiled = compile_module(module, options)
    if output is not None:
        compiled.save(output)
    return compiled


def compile_module(module: ir.Module, options: CompileOptions) -> BModel:
    """Return the bmodel of a `top` module, which the passes change in place. Raises as `compile` does."""
    with tempfile.TemporaryDirectory(prefix=_PREFIX) as folder:
        path = Path(folder) / "network.bmodel"
        passes = (
            *choose_precision(options, Path(folder)),
            "lower-top-to-tpu",
            "tpu-schedule",
            f"tpu-codegen{{output={path} name={options.name}}}",
        )
        run_passes(module, pipeline(*passes))
        return BModel(path.read_bytes(), options.name)


def pipeline(*passes: str) -> str:
    """Return the text of passes over a module, as `tpu-opt --pass-pipeline` takes it."""
    return f"builtin.module({','.join(passes)})"


def choose_precision(options: CompileOptions, folder: Path) -> tuple[str, str]:
    """Return the passes from an imported module to one that has its types; the tables they read are in the folder."""
    overrides, ranges = options.write_overrides(folder), options.write_ranges(folder)
    more = f" overrides={overrides}" if overrides else ""
    if ranges is None:
        return "tpu-clean", f"tpu-assign-precision{{precision={options.precision}{more}}}"
    asymmetric = str(options.asymmetric).lower()
    return "tpu-clean", f"tpu-quantize{{ranges={ranges} fallback={options.fallback} asymmetric={asymmetric}{more}}}"


def run_passes(module: ir.Module, passes: str) -> None:
    """Run a pipeline on a module.

    Raises CompileError with every error, one a line, each naming the user's node; warns (TpuMlirWarning) of the rest.
    A line of a temporary file, which the user has not written, is no place to look at and left out.
    """

    def warn(diagnostic: ir.Diagnostic) -> bool:
        if diagnostic.severity == ir.DiagnosticSeverity.WARNING:
            warnings.warn(_describe(diagnostic), TpuMlirWarning, stacklevel=2)
        return True

    handler = module.context.attach_diagnostic_handler(warn)
    try:
        with module.context:
            PassManager.parse(passes).run(module.operation)
    except MLIR_ERROR as error:
        found: list[ir.DiagnosticInfo] = vars(error)["error_diagnostics"]
        raise CompileError("\n".join(map(_describe, found)) or "a pass failed without a message") from None
    finally:
        handler.detach()


def _describe(diagnostic: ir.Diagnostic | ir.DiagnosticInfo) -> str:
    """Return `'node': message`, where the location holds a name."""
    name = re.search(r'"((?:[^"\\]|\\.)*)"', str(diagnostic.location))
    notes = "".join(f"; {note.message}" for note in diagnostic.notes if "see current operation" not in note.message)
    message = re.sub(rf"{re.escape(tempfile.gettempdir())}/{_PREFIX}\S+: ", "", diagnostic.message + notes)
    return (f"'{name[1]}': " if name else "") + message


def _import(model: str | os.PathLike[str] | onnx.ModelProto, options: CompileOptions) -> ir.Module:
    source = model if isinstance(model, onnx.ModelProto) else Path(model)
    return import_model(source, input_shapes=options.input_shapes)


def _network_name(model: str | os.PathLike[str] | onnx.ModelProto | ir.Module) -> str:
    """Return a name that a pass option can hold."""
    if isinstance(model, ir.Module):
        return "network"
    name = model.graph.name if isinstance(model, onnx.ModelProto) else Path(model).stem
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name) or "network"
