"""From a model to a bmodel: the stages in order, each a registered pass that `tpu-opt` can run alone."""

import os
import re
import time
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import onnx

from tpu_mlir._mlir import ir
from tpu_mlir.errors import CompileError, ModelError, TpuMlirWarning
from tpu_mlir.frontend.onnx import import_model
from tpu_mlir.locations import names
from tpu_mlir.modules import main_operations
from tpu_mlir.options import OVERRIDES, RANGES, CompileOptions
from tpu_mlir.passmanager import Diagnostic, PassManager, run_pass_manager
from tpu_mlir.quantization.preprocess import Preprocess
from tpu_mlir.quantization.ranges import Ranges
from tpu_mlir.runtime.bmodel import BModel
from tpu_mlir.scratch import Scratch, scratch_folder, without_alias
from tpu_mlir.stages import BMODEL, CLEAN, IMPORTED, LOWERED, SCHEDULED, TYPED, Observer, Stage

if TYPE_CHECKING:
    from tpu_mlir.checking import CheckOptions

Model = str | os.PathLike[str] | onnx.ModelProto | ir.Module

_OWN = re.compile(r"'(top|tpu)\.\w+' op ")  # how a verifier begins, of what the passes themselves have made
_FAULT = (
    "a pass has made what the next one refuses: a fault of tpu_mlir, not of the model; please report it; until then "
    "another precision for that tensor may compile: --precision-override NAME:f16, or f32"
)


def compile(
    model: Model,
    *,
    precision: str = "f32",
    chip: str = "bm1684x",
    input_shapes: Mapping[str, Sequence[int]] | Sequence[Mapping[str, Sequence[int]]] | None = None,
    output: str | os.PathLike[str] | None = None,
    precision_overrides: Mapping[str, str] | str | os.PathLike[str] | None = None,
    ranges: Ranges | str | os.PathLike[str] | None = None,
    fallback: str = "f16",
    asymmetric: bool = False,
    quantize_outputs: bool = False,
    fuse_preprocess: Preprocess | None = None,
    keep_tensors: bool = False,
    effort: str = "normal",
    cycles: str = "static",
    name: str | None = None,
    host: bool = True,
    check: "CheckOptions | bool" = False,
    observers: Sequence[Observer] = (),
) -> BModel:
    """Return the bmodel of an ONNX model, or of a `top` module, and write it to `output` if given.

    See CompileOptions for the options; the network's name is that of the file or graph, "network" of a module, unless
    `name` is given. Several sets of input shapes become stages of one bmodel, equal coefficients once; a session takes
    the one that fits. With `check` the bmodel is run once on the simulator beside ONNX Runtime; the figures are its
    attribute `check`, and a warning (TpuMlirWarning) says what is wrong. `observers` are told of each stage.

    What of an ONNX model the chip cannot compute becomes parts of the bmodel that a session runs in ONNX Runtime, and
    a warning names those nodes; not with `host` off.

    Raises ModelError if the model cannot be imported or an option is unknown, CompileError if it cannot be compiled,
    CalibrationError or InputFileError if the ranges cannot be used, OutputFileError if the file cannot be written.
    """
    shapes = [input_shapes or {}] if input_shapes is None or isinstance(input_shapes, Mapping) else list(input_shapes)
    stages = [
        CompileOptions(
            precision=precision.lower(),
            chip=chip.lower(),
            input_shapes=each,
            precision_overrides=precision_overrides,
            ranges=ranges,
            fallback=fallback.lower(),
            asymmetric=asymmetric,
            quantize_outputs=quantize_outputs,
            fuse_preprocess=fuse_preprocess,
            keep_tensors=keep_tensors,
            effort=effort.lower(),
            cycles=cycles.lower(),
            name=name or network_name(model),
        )
        for each in shapes
    ]
    if isinstance(model, ir.Module) and len(stages) > 1:
        raise ModelError("a module has the shapes that it was imported with, so it cannot become several stages")
    made: list[BModel] = []
    for options in stages:
        source = _copy(model) if check else model  # passes change a module
        compiled = _compiled(model, options, observers, host=host)
        made.append(_checked(compiled, source, options, check) if check else compiled)
    compiled = made[0] if len(made) == 1 else _combined(made)
    if output is not None:
        compiled.save(output)
    return compiled


def _combined(made: Sequence[BModel]) -> BModel:
    """Return the stages in one bmodel, with the check of the first that has failed."""
    from tpu_mlir.runtime.combine import combine

    checks = [each.check for each in made if each.check is not None]
    worst = next((each for each in checks if not each.agrees), checks[0] if checks else None)
    return replace(combine(made, made[0].name), check=worst)


def _compiled(model: Model, options: CompileOptions, observers: Sequence[Observer], *, host: bool) -> BModel:
    """Return the bmodel of a model: of one network if it can be, else of parts."""
    if isinstance(model, ir.Module):
        return _network(model, options, observers)
    from tpu_mlir.partition.build import build, with_declared_types

    def network(part: onnx.ModelProto, chosen: CompileOptions) -> BModel:
        return _network(part, chosen, observers)

    try:
        return with_declared_types(model, _network(model, options, observers), options)
    except (ModelError, CompileError) as reason:
        if not host:
            raise
        return build(model, options, network, reason)


def _network(model: Model, options: CompileOptions, observers: Sequence[Observer]) -> BModel:
    start = time.perf_counter()
    module = _module(model, options)
    _tell(observers, Stage(IMPORTED), module, start)
    return compile_module(module, options, observers)


def compile_module(module: ir.Module, options: CompileOptions, observers: Sequence[Observer] = ()) -> BModel:
    """Return the bmodel of a `top` module, which the passes change in place. Raises as `compile` does."""
    if options.precision == "int8" and options.ranges is None and not _is_quantized(module):
        raise CompileError(
            "precision 'int8' needs the range of each tensor, and the model has no integers of its own: expected "
            "calibration data or a table of ranges, found neither"
        )
    with scratch_folder() as scratch:
        coming = _stages(options, scratch)
        shown = [replace(stage, passes=stage.passes.replace(f"{scratch.alias}/", "")) for stage in coming]
        for observer in observers:
            observer.begin(shown, scratch.path)
        for stage, told in zip(coming, shown, strict=True):
            start = time.perf_counter()
            run_passes(module, stage.passes, names_of_files(options, scratch), blames=stage.name != TYPED)
            _tell(observers, told, module, start)
        return BModel((scratch.path / "network.bmodel").read_bytes(), options.name)


def _stages(options: CompileOptions, scratch: Scratch) -> list[Stage]:
    """Return the stages from an imported module to a bmodel, which is a file of the folder then."""
    clean, *types = choose_precision(options, scratch)
    keep = " keep-tensors" if options.keep_tensors else ""
    return [
        Stage(CLEAN, pipeline(clean)),
        Stage(TYPED, pipeline(*types, *take_pixels(options.fuse_preprocess))),
        Stage(LOWERED, pipeline(f"lower-top-to-tpu{{chip={options.chip}}}")),
        Stage(SCHEDULED, pipeline(f"tpu-schedule{{effort={options.effort} cycles={options.cycles}{keep}}}")),
        Stage(BMODEL, pipeline(f"tpu-codegen{{output={scratch.alias}/network.bmodel name={options.name}}}")),
    ]


def _tell(observers: Sequence[Observer], stage: Stage, module: ir.Module, start: float) -> None:
    seconds = time.perf_counter() - start
    for observer in observers:
        observer.end(stage, module, seconds)


def pipeline(*passes: str) -> str:
    """Return the text of passes over a module, as `tpu-opt --pass-pipeline` takes it."""
    return f"builtin.module({','.join(passes)})"


def _is_quantized(module: ir.Module) -> bool:
    """Tell whether a network makes integers of its own."""
    return any(op.name == "top.cast" and "!quant" in str(op.results[0].type) for op in main_operations(module))


def choose_precision(options: CompileOptions, scratch: Scratch) -> tuple[str, ...]:
    """Return the passes from an imported module to one that has its types; the tables they read are in the folder."""
    has_ranges = options.write_ranges(scratch.path)
    more = f" overrides={scratch.alias}/{OVERRIDES}" if options.write_overrides(scratch.path) else ""
    if options.precision != "int8":
        if has_ranges:
            wider = "f32" if options.fallback == "f32" else "bf16"
            more += f" ranges={scratch.alias}/{RANGES} fallback={wider}"
        last = f"tpu-assign-precision{{precision={options.precision}{more}}}"
        return "tpu-clean", "top-fuse-quantization{integers=false}", last
    if has_ranges:
        more += f" ranges={scratch.alias}/{RANGES} asymmetric={str(options.asymmetric).lower()}"
        more += " quantize-outputs" if options.quantize_outputs else ""
    return "tpu-clean", "top-fuse-quantization", f"tpu-quantize{{fallback={options.fallback}{more}}}"


def take_pixels(preprocess: Preprocess | None) -> tuple[str, ...]:
    """Return the pass that lets a network with types take pixels, if it is to."""
    if preprocess is None:
        return ()
    mean, scale = (",".join(map(repr, map(float, values))) for values in (preprocess.mean, preprocess.scale))
    form = f"pixel-format={preprocess.pixel_format.value} layout={preprocess.layout.value}"
    return (f"top-fuse-preprocess{{mean={mean} scale={scale} {form}}}",)


def names_of_files(options: CompileOptions, scratch: Scratch) -> Mapping[str, str]:
    """Return the user's names of files that passes read as copies."""
    given = options.precision_overrides
    is_file = bool(given) and not isinstance(given, Mapping)
    return {f"{scratch.alias}/{OVERRIDES}": str(given)} if is_file else {}


def run_passes(
    module: ir.Module, passes: str, files: Mapping[str, str] = MappingProxyType({}), *, blames: bool = True
) -> None:
    """Run a pipeline on a module; messages name `files` as their values do.

    Raises CompileError with every error, one a line, each naming the user's node; warns (TpuMlirWarning) of the rest.
    `blames`: an error is about what its tensor is, and not about an option, so that the host may compute that instead.
    A line of a temporary file, which the user has not written, is no place to look at and left out.
    """
    with module.context:
        succeeded, found = run_pass_manager(PassManager.parse(passes), module.operation)
    for each in found:
        if each.severity == ir.DiagnosticSeverity.WARNING:
            warnings.warn(_describe(each, files), TpuMlirWarning, stacklevel=2)
    if not succeeded:
        errors = [each for each in found if each.severity == ir.DiagnosticSeverity.ERROR]
        lines = [_describe(each, files) for each in errors]
        if not errors or any(_OWN.match(each.message) for each in errors):
            raise CompileError("\n".join([*lines, _FAULT]))
        if not blames:
            raise CompileError("\n".join(lines))
        reasons = {name: _message(each, files) for each in errors for name in names(each.location)}
        raise CompileError("\n".join(lines), reasons)


def _describe(diagnostic: Diagnostic, files: Mapping[str, str]) -> str:
    """Return `'node': message`, where the location holds a name."""
    name = next(iter(names(diagnostic.location)), "")
    return (f"'{name}': " if name else "") + _message(diagnostic, files)


def _message(diagnostic: Diagnostic, files: Mapping[str, str]) -> str:
    notes = "".join(f"; {note}" for note in diagnostic.notes if "see current operation" not in note)
    message = diagnostic.message + notes
    for alias, given in files.items():
        message = message.replace(alias, given)
    return without_alias(message)


def _checked(compiled: BModel, source: Model, options: CompileOptions, told: "CheckOptions | bool") -> BModel:
    """Return the bmodel with the figures of its check; warns where it has failed or did not end."""
    from tpu_mlir.checking import CheckOptions, check, headline

    told = CheckOptions() if isinstance(told, bool) else told
    chosen = replace(told, preprocess=told.preprocess or options.fuse_preprocess, ranges=told.ranges or options.ranges)
    kept = replace(options, keep_tensors=True)

    def rebuild() -> BModel:
        return compile_module(_module(_copy(source), kept), kept)

    found = check(source, compiled, options.precisions, chosen, rebuild=rebuild)
    if not found.agrees:
        warnings.warn(headline(found), TpuMlirWarning, stacklevel=3)
    return replace(compiled, check=found)


def _copy(model: Model) -> Model:
    from tpu_mlir.quantization.operations import copy

    return copy(model) if isinstance(model, ir.Module) else model


def _module(model: Model, options: CompileOptions) -> ir.Module:
    if isinstance(model, ir.Module):
        return model
    source = model if isinstance(model, onnx.ModelProto) else Path(model)
    return import_model(source, input_shapes=options.input_shapes)


def network_name(model: Model) -> str:
    """Return the name that a model's bmodel gives its network, of characters that a pass option can hold."""
    if isinstance(model, ir.Module):
        return "network"
    name = model.graph.name if isinstance(model, onnx.ModelProto) else Path(model).stem
    return re.sub(r"[^A-Za-z0-9_.-]", "_", name) or "network"
