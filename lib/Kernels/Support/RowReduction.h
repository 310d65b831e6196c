//===- RowReduction.h - Maxima and sums of rows ---------------------------===//
//
// A pooling takes a cycle for each element of its window and each vector of
// results, so that a window as long as the row keeps all but one place of a
// vector idle. Rows are read as the lines of a plane as wide as a vector, whose
// columns are reduced first; what remains of a row is less than two vectors.
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// The shape of each of the two scratch tensors that a reduction takes.
Tile foldedRows(const Tile &tile, mlir::Type element, const Chip &chip);

/// Reduces rows along w. `rows` are aligned tensors of the tile's shape
/// [n, c, h, w], in the gaps behind which it may write; results [n, c, h, 1].
class RowReduction {
public:
  RowReduction(Emitter &emitter, mlir::MLIRContext *context, const Tile &tile,
               llvm::ArrayRef<LocalView> folded)
      : emitter(emitter), context(context), tile(tile), folded(folded) {}

  void max(const LocalView &result, const LocalView &rows) const;
  /// scale times the sum.
  void sum(const LocalView &result, const LocalView &rows, float scale) const;

private:
  Emitter &emitter;
  mlir::MLIRContext *context;
  Tile tile;
  llvm::ArrayRef<LocalView> folded;
};

} // namespace tpu_mlir
