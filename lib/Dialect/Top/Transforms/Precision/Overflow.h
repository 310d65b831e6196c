//===- Overflow.h - Values that calibration found beyond f16 --------------===//
#pragma once

#include "lib/Dialect/Top/Transforms/Precision/WideOps.h"
#include "lib/Dialect/Top/Transforms/Quantization/RangeTable.h"

namespace tpu_mlir::top {

/// The ops that compute or read a value of which the table has magnitudes that
/// `narrow` cannot hold. Warns of each such value, with
/// the type they get instead.
llvm::DenseSet<mlir::Operation *> findOverflowing(mlir::func::FuncOp function,
                                                  const RangeTable &ranges,
                                                  mlir::FloatType narrow,
                                                  mlir::FloatType instead,
                                                  IsGiven isGiven);

} // namespace tpu_mlir::top
