//===- Broadcast.h - Shapes of element-wise operands
//-----------------------===//
#pragma once

#include "mlir/IR/Operation.h"

namespace tpu_mlir::tpu {

/// (C1): each dimension of each operand is that of the result, or 1.
mlir::LogicalResult verifyBroadcast(mlir::Operation *op);
/// (C1), and (C2): the result is no larger than its two operands make it.
mlir::LogicalResult verifyJoin(mlir::Operation *op);

} // namespace tpu_mlir::tpu
