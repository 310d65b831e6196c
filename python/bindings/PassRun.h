//===- PassRun.h - Passes without the interpreter's lock ------------------===//
#pragma once

#include "mlir-c/Pass.h"

#include <pybind11/pybind11.h>

namespace tpu_mlir::python {

/// Runs a pass manager on a Python operation. Returns (succeeded,
/// [(severity, location, message, notes), ...]). An exception that a signal's
/// handler raises meanwhile stops the passes; the operation is then of no use.
pybind11::tuple runPasses(MlirPassManager manager,
                          const pybind11::object &operation);

} // namespace tpu_mlir::python
