//===- Arg.cpp - Where the largest element of a line is -------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"
#include "lib/Conversion/TopToTpu/Support/Reduction.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::CompareKind;
using tpu::IntegerKind;
using tpu::UnaryKind;

namespace {

/// A value with one of its dimensions as the last one.
struct Lines {
  Value value;
  Shape shape, perm; // of the value that it was

  int64_t last() const { return shape.size() - 1; }
  int64_t size() const { return shape.back(); }
};

} // namespace

static Lines turnLast(Lowering &l, Value value, ShapeRef shape, int64_t axis) {
  Lines lines;
  for (size_t dim = 0; dim < shape.size(); ++dim)
    if (static_cast<int64_t>(dim) != axis)
      lines.perm.push_back(dim);
  lines.perm.push_back(axis);
  for (int64_t dim : lines.perm)
    lines.shape.push_back(shape[dim]);
  lines.value = transpose(l, value, shape, lines.perm);
  return lines;
}

/// In the order of dimensions that the value had before.
static Value turnBack(Lowering &l, const Lines &lines, Value value) {
  Shape inverse(lines.perm.size());
  for (auto [to, from] : llvm::enumerate(lines.perm))
    inverse[from] = to;
  return transpose(l, value, lines.shape, inverse);
}

/// The numbers from `first` on, by `step`, along a line.
static Value countAlong(Lowering &l, const Lines &lines, float first,
                        float step) {
  std::vector<float> numbers(lines.size());
  for (auto [index, number] : llvm::enumerate(numbers))
    number = first + step * static_cast<float>(index);
  return l.constant({1, 1, 1, lines.size()}, l.builder.getF32Type(), numbers);
}

/// The largest number of each line, NaN aside.
static Value largestOf(Lowering &l, const Lines &lines) {
  Value x = lines.value;
  if (isa<IntegerType>(elementOf(x)))
    return reduceIntegers(l, IntegerKind::max, x, lines.shape, lines.last());
  // The chip's max is its second operand where either is NaN.
  Value numbers =
      l.binary(BinaryKind::max, x, l.splat(-INFINITY, elementOf(x)));
  return reduceAxes(l, Reduction::Max, numbers, lines.shape, lines.last());
}

/// The index in f32 of the first or last element that is the largest. As in
/// ONNX Runtime, a NaN is larger than nothing, and nothing than a first NaN.
static Value indexOfLargest(Lowering &l, const Lines &lines, bool isLast) {
  constexpr int64_t kMostElements = 1 << 24; // that f32 counts
  if (lines.size() >= kMostElements)
    return l.fail("it chooses from " + Twine(lines.size()) +
                  " elements, but indices are counted up to 2^24");
  Value zero = l.splat(0, l.builder.getF32Type());
  float size = static_cast<float>(lines.size());
  Value ranks =
      isLast ? countAlong(l, lines, 1, 1) : countAlong(l, lines, size, -1);
  auto rankOf = [&](Value number) { // 0 where no element is that
    Value isThere = l.compare(CompareKind::eq, lines.value, number);
    return reduceAxes(l, Reduction::Max, l.where(isThere, ranks, zero),
                      lines.shape, lines.last());
  };
  Value rank = rankOf(largestOf(l, lines));
  bool isReal = isa<FloatType>(elementOf(lines.value));
  if (isReal && isLast) // the largest of nothing but -inf is a finite number
    rank = l.where(l.compare(CompareKind::gt, rank, zero), rank,
                   rankOf(l.splat(-INFINITY, elementOf(lines.value))));
  Value index =
      isLast ? l.add(rank, -1) : l.reversed(BinaryKind::sub, size, rank);
  if (!isReal)
    return index;
  Value isFound =
      l.integer(IntegerKind::band, isNumber(l, l.slice(lines.value, 3, 0, 1)),
                l.compare(CompareKind::gt, rank, zero));
  return l.where(isFound, index, zero);
}

/// Elements along an axis before others lie far apart: one round for each, in
/// which it takes the place where it is better. A NaN never is, and nothing is
/// better than a NaN. The index is a ui8.
static Value indexByRounds(Lowering &l, top::ArgOp op, Value x) {
  bool isMin = op.getKind() == top::ArgKind::Min;
  bool isReal = isa<FloatType>(elementOf(x));
  ShapeRef shape = shapeOf(op.getInput());
  Value view = l.reshape(x, axisShape(shape, op.getAxis()));
  Value first = l.slice(view, 1, 0, 1), best = first, index;
  for (int64_t i = 1; i < shape[op.getAxis()]; ++i) {
    Value next = l.slice(view, 1, i, 1);
    Value low = isMin ? next : best, high = isMin ? best : next;
    Value isBetter =
        op.getSelectLastIndex()
            ? l.compare(CompareKind::lt, high, low, /*negated=*/true)
            : l.compare(CompareKind::gt, high, low);
    Value place = l.integerScalar(IntegerKind::mul, isBetter, i);
    index = index ? l.integer(IntegerKind::max, index, place) : place;
    if (!isReal)
      best = l.integer(isMin ? IntegerKind::min : IntegerKind::max, best, next);
    else if (isMin) // the chip's min keeps its first operand beside a NaN,
      best = l.binary(BinaryKind::min, best, next);
    else // its max its second
      best = l.binary(BinaryKind::max, next, best);
  }
  if (isReal && op.getSelectLastIndex()) // a NaN is not less than its like
    index = l.integer(IntegerKind::mul, index, isNumber(l, first));
  return index;
}

/// Whether rounds have few ops, and each enough elements for all lanes.
static bool takesRounds(ShapeRef shape, int64_t axis) {
  constexpr int64_t kMostRounds = 256, kFewestElements = 2048;
  return shape[axis] > 1 && shape[axis] <= kMostRounds &&
         product(shape.drop_front(axis + 1)) >= kFewestElements;
}

/// The least element is the largest of those mirrored.
static Value lowerArg(top::ArgOp op, top::ArgOp::Adaptor in, Lowering &l) {
  Value x = in.getInput();
  if (takesRounds(shapeOf(op.getInput()), op.getAxis()))
    return indexByRounds(l, op, x);
  if (op.getKind() == top::ArgKind::Min)
    x = isa<IntegerType>(elementOf(x)) ? invertInteger(l, x)
                                       : l.unary(UnaryKind::neg, x);
  Lines lines = turnLast(l, x, shapeOf(op.getInput()), op.getAxis());
  return indexOfLargest(l, lines, op.getSelectLastIndex());
}

static Value lowerHardmax(top::HardmaxOp op, top::HardmaxOp::Adaptor in,
                          Lowering &l) {
  Lines lines =
      turnLast(l, in.getInput(), shapeOf(op.getInput()), op.getAxis());
  Value index = indexOfLargest(l, lines, /*isLast=*/false);
  if (!index)
    return {};
  Value chosen = l.compare(CompareKind::eq, countAlong(l, lines, 0, 1), index);
  return turnBack(l, lines, l.cast(chosen, elementOf(in.getInput())));
}

void tpu_mlir::addArgs(Lowerings &set) {
  set.add<top::ArgOp>(lowerArg);
  set.add<top::HardmaxOp>(lowerHardmax);
}
