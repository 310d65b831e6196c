//===- RowReduction.cpp - Maxima and sums of rows -------------------------===//
#include "lib/Kernels/Support/RowReduction.h"

#include "lib/Target/Chip.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

/// Elements that the execution units take at once.
static int64_t vectorOf(Type element, const Chip &chip) {
  return chip.alignment * 8 / element.getIntOrFloatBitWidth();
}

Tile tpu_mlir::foldedRows(const Tile &tile, Type element, const Chip &chip) {
  Tile folded = tile;
  folded.size[3] = std::min(tile.size[3], vectorOf(element, chip));
  return folded;
}

namespace {
/// One kind of reduction, in stages.
class Stages {
public:
  Stages(Emitter &emitter, const Math &math, bool isSum, float scale)
      : emitter(emitter), math(math), isSum(isSum), scale(scale) {}

  const Chip &chip() const { return emitter.getChip(); }
  /// result[n, c, 0, :] = the columns of `count` lines of `width`.
  void columns(const LocalView &result, const LocalView &input, Quad shape,
               int64_t count, int64_t width, bool isLast) const {
    shape[2] = count;
    shape[3] = width;
    pool(result, input, shape, {count, 1}, isLast);
  }
  void row(const LocalView &result, const LocalView &input,
           const Quad &shape) const {
    pool(result, input, shape, {1, shape[3]}, /*isLast=*/true);
  }
  /// Writes what changes no reduction to the `count` places behind each row.
  void fillBehind(const LocalView &rows, Quad shape, int64_t count) const {
    LocalView behind = rows;
    behind.mode = LocalView::Strided;
    behind.address += shape[3] * rows.elementType.getIntOrFloatBitWidth() / 8;
    shape[3] = count;
    math.withShape(shape).fill(behind, isSum ? 0.0f : -INFINITY);
  }

private:
  void pool(const LocalView &result, const LocalView &input, const Quad &shape,
            std::array<int64_t, 2> kernel, bool isLast) const {
    Quad to = shape;
    to[2] = kernel[0] > 1 ? 1 : shape[2];
    to[3] = shape[3] / kernel[1];
    Sliding window{result, input, to, shape, kernel};
    if (isSum)
      verbsOf(emitter).sumPool(emitter, window, isLast ? scale : 1.0f);
    else
      verbsOf(emitter).maxPool(emitter, window);
  }

  Emitter &emitter;
  const Math &math;
  bool isSum;
  float scale;
};
} // namespace

/// Lines of a vector, a quarter of it, and what remains; rows beside each other
/// in h have no plane for that.
static void reduce(const Stages &stages, const LocalView &result,
                   const LocalView &rows, ArrayRef<LocalView> folded,
                   const Quad &shape) {
  int64_t vector = vectorOf(rows.elementType, stages.chip());
  int64_t quarter = vector / 4;
  if (shape[2] > 1 || shape[3] < vector)
    return stages.row(result, rows, shape);
  int64_t lines = llvm::divideCeil(shape[3], vector);
  if (int64_t behind = lines * vector - shape[3])
    stages.fillBehind(rows, shape, behind);
  stages.columns(folded[0], rows, shape, lines, vector, /*isLast=*/false);
  stages.columns(folded[1], folded[0], shape, quarter, 4, /*isLast=*/false);
  stages.columns(result, folded[1], shape, 4, 1, /*isLast=*/true);
}

void RowReduction::max(const LocalView &result, const LocalView &rows) const {
  Math math(emitter, context, tile.size);
  reduce(Stages(emitter, math, /*isSum=*/false, 1.0f), result, rows, folded,
         tile.size);
}

void RowReduction::sum(const LocalView &result, const LocalView &rows,
                       float scale) const {
  Math math(emitter, context, tile.size);
  reduce(Stages(emitter, math, /*isSum=*/true, scale), result, rows, folded,
         tile.size);
}
