//===- WideIntegers.h - Numbers of 64 bits in 32 --------------------------===//
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// Gives arguments of 64 bits the attribute `tpu.index_limit`, the numbers
/// from minus that to below it with which every value of the network stays
/// within the 32 bits that carry it, where that is fewer than all of them.
/// Refuses ops that may leave those bits whatever the arguments are.
mlir::LogicalResult limitWideIntegers(mlir::func::FuncOp function);

} // namespace tpu_mlir
