//===- Integers.h - What an element type holds
//-----------------------------===//
#pragma once

#include "mlir/IR/Operation.h"

namespace tpu_mlir::tpu {

/// Whether an integer type, signed unless it says otherwise, has the value.
bool holds(mlir::Type type, int64_t value);

/// Refuses a zero point of `what` that its element type does not have; that of
/// floating-point numbers is 0.
mlir::LogicalResult verifyZeroPoint(mlir::Operation *op, llvm::StringRef what,
                                    int64_t zeroPoint, mlir::Type type,
                                    llvm::StringRef tag);

} // namespace tpu_mlir::tpu
