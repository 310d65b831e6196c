//===- Indices.h - Integers that are no quantized floats ------------------===//
//
// Token ids, masks and positions: i32 or i64 in `top`, i32 in `tpu`.
//===----------------------------------------------------------------------===//
#pragma once

#include "dialects/Top/Top.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace tpu_mlir {

/// Whether a tensor holds such integers.
bool isIndex(mlir::Type type);

/// The same constant in i32 and a shape of its own; null where an element needs
/// more bits or none is there.
mlir::ElementsAttr narrowIndices(mlir::Value weight,
                                 mlir::RankedTensorType type);

/// Gives each argument that chooses rows of tables by index, at most moved
/// before, the attribute `tpu.index_limit`: the rows of the smallest of them.
/// Fails with a diagnostic for a constant index outside of its table.
mlir::LogicalResult noteIndexLimits(mlir::func::FuncOp function);

} // namespace tpu_mlir
