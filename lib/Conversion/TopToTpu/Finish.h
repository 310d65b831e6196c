//===- Finish.h - After the conversion of a function ----------------------===//
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// Completes a function whose ops have become tpu ops: its arguments pass the
/// integers that their readers were given, views are joined, and every result
/// gets memory of its own.
llvm::LogicalResult finishFunction(mlir::func::FuncOp function);

} // namespace tpu_mlir
