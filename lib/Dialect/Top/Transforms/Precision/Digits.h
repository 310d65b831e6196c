//===- Digits.h - Numbers in messages -------------------------------------===//
#pragma once

#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace tpu_mlir::top {

/// As a person writes it: -3.403e+38, 65504.
inline std::string digitsOf(double number) {
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.5g", number);
  return text;
}

} // namespace tpu_mlir::top
