//===- Order.h - Which op comes when --------------------------------------===//
#pragma once

#include "mlir/IR/Block.h"
#include "llvm/ADT/SmallVector.h"

namespace tpu_mlir::tpu {

/// All ops of a block but the terminator.
using OpOrder = llvm::SmallVector<mlir::Operation *>;

OpOrder orderOf(mlir::Block &body);
void setOrder(mlir::Block &body, llvm::ArrayRef<mlir::Operation *> order);

/// Ops that lead, one user each, to a result of the function come right after
/// the last op that they need, the others as they are: results leave while
/// there is other work, and what they were made of leaves local memory.
/// Constants come first.
OpOrder tailsEarly(mlir::Block &body);

} // namespace tpu_mlir::tpu
