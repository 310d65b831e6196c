//===- WideOps.h - What needs f32 in a network of 16 bits -----------------===//
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"

namespace tpu_mlir::top {

/// Ops that keep the type they have, e.g. since the user gave it.
using IsGiven = llvm::function_ref<bool(mlir::Operation *)>;

/// The ops that are to compute in f32 so that the network means the same in
/// `narrow`, f16 or bf16: norms, variances, exponentials, long sums and what
/// is computed from them until the numbers are ordinary again, and what reads
/// constants that `narrow` cannot hold. What of the latter is a mask is
/// limited instead. Warns of what it does for constants.
llvm::DenseSet<mlir::Operation *> findWideOps(mlir::func::FuncOp function,
                                              mlir::FloatType narrow,
                                              IsGiven isGiven);

} // namespace tpu_mlir::top
