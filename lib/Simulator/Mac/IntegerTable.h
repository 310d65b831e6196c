//===- IntegerTable.h - Integers in a table or in the command --*- C++ -*-===//
#pragma once

#include "lib/Simulator/Convert.h"
#include "lib/Simulator/TensorView.h"
#include <vector>

namespace tpu_mlir::sim {

/// Integers of every channel, compact, or one constant for all channels.
struct IntegerTable {
  llvm::StringRef operand; ///< names it in errors
  isa::Precision precision;
  bool isSigned;
  uint32_t address; ///< or, of a constant, its bits
  bool isConstant;
  uint32_t channels, perChannel = 1;

  /// [channel][perChannel], widened; a constant is every channel's first value,
  /// the others are zero.
  llvm::Expected<std::vector<int32_t>> read(Machine &machine) const;
};

} // namespace tpu_mlir::sim
