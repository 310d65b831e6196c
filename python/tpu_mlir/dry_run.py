"""Finds what the passes refuse in a network before a sample is read."""

import warnings
from dataclasses import replace

from tpu_mlir._mlir import ir
from tpu_mlir.compiler import choose_precision, names_of_files, pipeline, run_passes, take_pixels
from tpu_mlir.errors import TpuMlirWarning
from tpu_mlir.locations import result_names
from tpu_mlir.modules import main_function, main_operations
from tpu_mlir.options import CompileOptions
from tpu_mlir.quantization.corrections.editing import value_name
from tpu_mlir.quantization.operations import copy
from tpu_mlir.quantization.ranges import Range, Ranges
from tpu_mlir.scratch import scratch_folder

_STAND_IN = Range(1.0, -1.0, 1.0)  # of every tensor
_ALONE = "func.func(tpu-fill-lanes,tpu-form-groups{max-ops=1})"  # whether each operation fits, without a search


def check_compilable(module: ir.Module, options: CompileOptions) -> None:
    """Raise CompileError for all that the passes would refuse in a cleaned module, quantized with any ranges.

    The module stays as it is. What depends on the ranges themselves, such as one that is zero, is found later. Raises
    InputFileError for a file of overrides that cannot be read.
    """
    arguments = main_function(module).regions[0].blocks[0].arguments
    names = [value_name(arguments[index]) for index in range(len(arguments))]
    names += [name for op in main_operations(module) for name in result_names(op)]
    stand_ins = Ranges(dict.fromkeys(filter(None, names), _STAND_IN))
    quantized = replace(options, precision="int8", ranges=stand_ins)
    with scratch_folder() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore", TpuMlirWarning)  # told when it is compiled
        types = (*choose_precision(quantized, scratch), *take_pixels(options.fuse_preprocess))
        tried = copy(module)
        run_passes(tried, pipeline(*types), names_of_files(quantized, scratch), blames=False)
        run_passes(tried, pipeline(f"lower-top-to-tpu{{chip={options.chip}}}", _ALONE))
