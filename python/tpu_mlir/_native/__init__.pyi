"""C++ libraries that need no MLIR; one submodule for each room."""

from tpu_mlir._native import bmodel as bmodel
from tpu_mlir._native import calibration as calibration
from tpu_mlir._native import isa as isa
from tpu_mlir._native import runtime as runtime
from tpu_mlir._native import simulator as simulator
from tpu_mlir._native import target as target
