//===- Native.h - The parts of the Python module tpu_mlir._native ---------===//
//
// Everything that needs no MLIR. Each part is a submodule with its own file,
// its stub in python/tpu_mlir/_native/ and one line in Native.cpp.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Target/Chip.h"
#include "llvm/Support/Error.h"

#include <pybind11/pybind11.h>

namespace tpu_mlir::python {

/// Throws the class of that name in tpu_mlir/errors.py.
[[noreturn]] void raise(const char *errorClass, llvm::Error error);

template <typename T>
T unwrap(const char *errorClass, llvm::Expected<T> result) {
  if (!result)
    raise(errorClass, result.takeError());
  return std::move(*result);
}

/// "tiu" or "gdma".
isa::Engine engineNamed(const std::string &name);
/// "bm1684x".
const Chip &chipOf(const std::string &name);

void bindBModel(pybind11::module_ &module);
void bindInterrupts(pybind11::module_ &module);
void bindCalibration(pybind11::module_ &module);
void bindIsa(pybind11::module_ &module);
/// After bindIsa, whose submodule it extends.
void bindEncode(pybind11::module_ &module);
void bindSimulator(pybind11::module_ &module);
void bindRuntime(pybind11::module_ &module);
void bindTarget(pybind11::module_ &module);

} // namespace tpu_mlir::python
