//===- GatherRows.h - Moves of whole rows as one transfer -----------------===//
#pragma once

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// Replaces permutations and joined slices of one value, and chains of them, by
/// a gather of its rows, where they keep rows of some length together: windows
/// cut from a picture, shifted before, or channels shuffled. The transfer
/// engine gathers rows at more than twice the rate at which it copies them.
void gatherRows(mlir::func::FuncOp function);

} // namespace tpu_mlir
