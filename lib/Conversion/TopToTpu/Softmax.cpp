//===- Softmax.cpp - Softmax over rows of any length ----------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Reduction.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::UnaryKind;

/// Elements of the longest row that tpu.softmax takes: a lane holds it, its
/// result and five f32 temporaries, and the next slice beside them.
static constexpr int64_t kLongestRow = 6144;

/// Longer rows are worth a transfer of their own.
static constexpr int64_t kShortRow = 32;

/// The largest divisor of `size` that is no larger than `limit`.
static int64_t largestDivisor(int64_t size, int64_t limit) {
  while (size % limit != 0)
    --limit;
  return limit;
}

/// Rows in lanes, what they hold in w; matrices apart where their rows fill the
/// lanes, as products leave them. Many short rows of one share lanes evenly.
static Shape rowsShape(ShapeRef shape, const Chip &chip) {
  int64_t rows = product(shape.drop_back()), width = shape.back();
  int64_t lanes = largestDivisor(rows, chip.lanes);
  int64_t own = shape.size() > 2 ? shape[shape.size() - 2] : rows;
  if (width <= kShortRow && own == rows && lanes > chip.lanes / 2)
    return {1, lanes, rows / lanes, width};
  return own < chip.lanes ? Shape{1, rows, 1, width}
                          : Shape{rows / own, own, 1, width};
}

namespace {
/// Long rows, each over the h and w of as many lanes as divide it, where that
/// fills more of them than one lane for each row.
struct LongRows {
  LongRows(int64_t rows, int64_t length, const Chip &chip)
      : rows(rows), lanes(largestDivisor(length, chip.lanes)) {
    if (lanes <= rows)
      lanes = 1;
    auto [h, w] = halves(length / lanes);
    window = {h, w};
  }

  Shape view() const {
    return lanes > 1 ? Shape{rows, lanes, window[0], window[1]}
                     : Shape{1, rows, window[0], window[1]};
  }

  /// One value for each row, which broadcasts over it; in stages, as the error
  /// of a sum grows with the number of its terms.
  Value reduce(Lowering &l, Reduction kind, Value value) const {
    Value column = reduceWindow(l, kind, value, {1, window[1]});
    column = reduceWindow(l, kind, column, {window[0], 1});
    if (lanes == 1)
      return column;
    column = l.reshape(column, {1, rows, 1, lanes});
    column = reduceWindow(l, kind, column, {1, lanes});
    return l.reshape(column, {rows, 1, 1, 1});
  }

  int64_t rows, lanes;
  Shape window;
};
} // namespace

/// exp(x - max) / sum of exp(x - max), or its logarithm, in f32, op by op: the
/// scheduler cuts each of them.
static Value softmaxOfLongRows(Lowering &l, Value x, bool log) {
  Shape shape(shapeOf(x));
  LongRows rows(product(ShapeRef(shape).drop_back()), shape.back(), l.chip);
  Value wide = l.wide(l.reshape(x, rows.view()));
  Value shifted = l.sub(wide, rows.reduce(l, Reduction::Max, wide));
  Value power = l.unary(UnaryKind::exp, shifted);
  Value sum = rows.reduce(l, Reduction::Sum, power);
  Value result = log ? l.sub(shifted, l.unary(UnaryKind::log, sum))
                     : l.mul(power, l.reversed(BinaryKind::div, 1.0, sum));
  return l.reshape(l.cast(result, elementOf(x)), shape);
}

/// Softmax over w.
static Value softmaxOfRows(Lowering &l, Value rows, bool log) {
  return shapeOf(rows).back() > kLongestRow ? softmaxOfLongRows(l, rows, log)
                                            : l.softmax(rows, log);
}

/// Brings the axis to w, runs softmax there, and brings it back.
template <bool log, typename OpTy>
static Value lowerSoftmax(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  size_t axis = op.getAxis();
  Shape view = axisShape(shape, axis); // [outer, axis, 1, inner]
  if (axis + 1 == shape.size())
    return softmaxOfRows(l, l.reshape(in.getInput(), rowsShape(shape, l.chip)),
                         log);
  if (view[3] == 1)
    return softmaxOfRows(l, l.reshape(in.getInput(), {1, view[0], 1, view[1]}),
                         log);
  Shape swap = {0, 3, 2, 1};
  Value turned = l.permute(l.reshape(in.getInput(), view), swap);
  return l.permute(softmaxOfRows(l, turned, log), swap);
}

void tpu_mlir::addSoftmax(Lowerings &set) {
  set.add<top::SoftmaxOp>(lowerSoftmax<false>);
  set.add<top::LogSoftmaxOp>(lowerSoftmax<true>);
}
