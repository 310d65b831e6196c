//===- Refuse.h - Errors of the simulator ----------------------*- C++ -*-===//
#pragma once

#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"

namespace tpu_mlir::sim {

/// An error with this text: what was expected, what was found.
inline llvm::Error refuse(const llvm::Twine &text) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), text);
}

} // namespace tpu_mlir::sim
