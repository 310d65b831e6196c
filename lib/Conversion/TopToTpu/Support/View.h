//===- View.h - Tensors of any rank as rank-4 values ----------------------===//
//
// Every value of a network has one canonical rank-4 view [n, c, h, w]:
//
//   rank 4   as it is              rank 1   [1, 1, 1, a]
//   rank 3   [a, b, 1, c]          rank 0   [1, 1, 1, 1]
//   rank 2   [1, a, 1, b]          more     leading dimensions together in n
//
// Functions here take and return values in canonical views, whatever views they
// use in between; `shape` always is the shape of the top value.
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Lowering.h"

namespace tpu_mlir {

Shape canonicalShape(ShapeRef shape);

/// Where a dimension lies in the canonical view; nothing if it shares n.
std::optional<unsigned> canonicalDim(size_t rank, size_t dim);

/// [dimensions before, dimension, 1, dimensions after]
Shape axisShape(ShapeRef shape, size_t dim);

/// The view in which a dimension stands alone, and where it stands there: the
/// canonical one if possible, else that of `axisShape`.
struct AxisView {
  mlir::Value value;
  unsigned dim;
};
AxisView viewAxis(Lowering &l, mlir::Value value, ShapeRef shape, size_t dim);

/// Dimension d of the result is dimension perm[d] of the input.
mlir::Value transpose(Lowering &l, mlir::Value value, ShapeRef shape,
                      ShapeRef perm);

/// Repeats dimensions of 1; `to` has at least the rank of `shape`.
mlir::Value expand(Lowering &l, mlir::Value value, ShapeRef shape, ShapeRef to);

/// Operands of any shapes that broadcast to `to`, aligned at the last
/// dimension, in views whose four dimensions broadcast among each other. The
/// result of an element-wise op on them has the elements of `to` in order.
llvm::SmallVector<mlir::Value> align(Lowering &l,
                                     llvm::ArrayRef<mlir::Value> values,
                                     llvm::ArrayRef<ShapeRef> shapes,
                                     ShapeRef to);

/// The operands of an op of one result that broadcasts them, as `values` have
/// been lowered.
llvm::SmallVector<mlir::Value>
alignOperands(mlir::Operation *op, mlir::ValueRange values, Lowering &l);

/// The broadcast of shapes of any rank, aligned at the last dimension.
Shape broadcastShapes(llvm::ArrayRef<ShapeRef> shapes);

} // namespace tpu_mlir
