//===- Indices.h - Integers that choose rows of tables --------------------===//
#pragma once

#include "dialects/Top/Top.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// Of an argument: its numbers lie from minus that to below it.
inline constexpr llvm::StringLiteral kIndexLimit = "tpu.index_limit";

/// Gives each argument that chooses rows of tables by index, at most moved
/// before, the attribute `tpu.index_limit`: the rows of the smallest of them.
/// Fails with a diagnostic for a constant index outside of its table.
mlir::LogicalResult noteIndexLimits(mlir::func::FuncOp function);

} // namespace tpu_mlir
