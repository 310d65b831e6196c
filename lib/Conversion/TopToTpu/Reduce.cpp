//===- Reduce.cpp - Reductions along axes ---------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"
#include "lib/Conversion/TopToTpu/Support/Matrix.h"
#include "lib/Conversion/TopToTpu/Support/Reduction.h"
#include "lib/Dialect/Tpu/IR/Integers.h"

#include <limits>

using namespace mlir;
using namespace tpu_mlir;
using tpu::IntegerKind;
using tpu::UnaryKind;

/// ln(sum of e^x), taking the largest out so that nothing overflows; in f32.
static Value logSumExp(Lowering &l, Value x, ShapeRef shape, ShapeRef axes) {
  Shape reduced(shape);
  for (int64_t axis : axes)
    reduced[axis] = 1;
  Value largest = reduceAxes(l, Reduction::Max, x, shape, axes);
  largest = l.min(largest, std::numeric_limits<float>::max()); // inf - inf: NaN
  SmallVector<Value> aligned = align(l, {x, largest}, {shape, reduced}, shape);
  Value powers = l.unary(UnaryKind::exp, l.sub(aligned[0], aligned[1]));
  powers = l.reshape(powers, canonicalShape(shape));
  Value sum = reduceAxes(l, Reduction::Sum, powers, shape, axes);
  return l.add(l.unary(UnaryKind::log, sum), largest);
}

/// Sums of squares and exponentials are formed in f32.
static Value lowerReduce(top::ReduceOp op, top::ReduceOp::Adaptor in,
                         Lowering &l) {
  using Kind = top::ReduceKind;
  Value x = in.getInput();
  ShapeRef shape = shapeOf(op.getInput()), axes = op.getAxes();
  auto reduce = [&](Reduction kind, Value value) {
    return reduceAxes(l, kind, value, shape, axes);
  };
  switch (op.getKind()) {
  case Kind::Sum:
    return reduce(Reduction::Sum, x);
  case Kind::Mean: {
    int64_t count = product(shape) / product(shapeOf(op.getOutput()));
    if (!elementOf(x).isF32() || llvm::isPowerOf2_64(count))
      return reduce(Reduction::Mean, x);
    // The product of 49 with 1 / 49 is not 1.
    return divide(l, reduce(Reduction::Sum, x), static_cast<float>(count));
  }
  case Kind::Max:
    return reduce(Reduction::Max, x);
  case Kind::Min:
    x = reduce(Reduction::Max, l.unary(UnaryKind::neg, x));
    return l.unary(UnaryKind::neg, x);
  case Kind::Prod:
    return combineAll(l, l.wide(x), Shape(shape), axes,
                      [&](Value a, Value b) { return l.mul(a, b); });
  case Kind::L1:
    return reduce(Reduction::Sum, l.unary(UnaryKind::abs, x));
  case Kind::L2:
    x = l.wide(x);
    return l.unary(UnaryKind::sqrt, reduce(Reduction::Sum, l.mul(x, x)));
  case Kind::SumSquare:
    x = l.wide(x);
    return reduce(Reduction::Sum, l.mul(x, x));
  case Kind::LogSum:
    return l.unary(UnaryKind::log, reduce(Reduction::Sum, l.wide(x)));
  case Kind::LogSumExp:
    return logSumExp(l, l.wide(x), shape, axes);
  }
  return l.fail("its kind is unknown");
}

/// Maxima as on floats, sums and means in one window where the axes lie in h
/// and w, else in f32.
static Value lowerQuantizedReduce(top::ReduceOp op, top::ReduceOp::Adaptor in,
                                  Lowering &l) {
  using Kind = top::ReduceKind;
  std::optional<Quantization> from = quantizationOf(op.getInput());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  if (!from || !to)
    return l.fail("its operand and result are not both quantized");
  ShapeRef shape = shapeOf(op.getInput()), axes = op.getAxes();
  if (op.getKind() == Kind::Max)
    return reduceAxes(l, Reduction::Max,
                      requantize(l, in.getInput(), *from, *to), shape, axes);
  bool isMean = op.getKind() == Kind::Mean;
  if (!isMean && op.getKind() != Kind::Sum)
    return l.fail("its kind has no integer form");
  if (std::optional<Window> window = windowInPlace(shape, axes)) {
    double count = static_cast<double>(window->kernel[0] * window->kernel[1]);
    return sumWindows(l, in.getInput(), *from, *to, *window,
                      isMean ? 1 / count : 1);
  }
  Value floats = dequantize(l, in.getInput(), *from, l.builder.getF32Type());
  Reduction kind = isMean ? Reduction::Mean : Reduction::Sum;
  return quantize(l, reduceAxes(l, kind, floats, shape, axes), *to);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static Value lowerIntegerReduce(top::ReduceOp op, top::ReduceOp::Adaptor in,
                                Lowering &l) {
  using Kind = top::ReduceKind;
  Value x = in.getInput();
  auto reduce = [&](IntegerKind kind, Value value) {
    return reduceIntegers(l, kind, value, shapeOf(op.getInput()), op.getAxes());
  };
  switch (op.getKind()) {
  case Kind::Sum:
    return reduce(IntegerKind::add, x);
  case Kind::Mean: {
    int64_t count = product(shapeOf(x)) / product(shapeOf(op.getOutput()));
    if (!tpu::holds(elementOf(x), count))
      return l.fail("it divides by " + Twine(count) +
                    ", which its integers do not hold");
    return divideIntegers(l, reduce(IntegerKind::add, x),
                          l.integerSplat(count, elementOf(x)));
  }
  case Kind::Max:
    return reduce(IntegerKind::max, x);
  case Kind::Min:
    return reduce(IntegerKind::min, x);
  case Kind::Prod:
    return reduce(IntegerKind::mul, x);
  case Kind::L1:
    return reduce(IntegerKind::add, absoluteInteger(l, x));
  case Kind::SumSquare:
    return reduce(IntegerKind::add, l.integer(IntegerKind::mul, x, x));
  case Kind::L2:
  case Kind::LogSum:
  case Kind::LogSumExp:
    break;
  }
  return l.fail("its kind is a number that integers do not hold");
}

/// Sums of 1, 2, 4 .. neighbours; each step adds what lies that far away.
static Value lowerIntegerCumSum(top::CumSumOp op, top::CumSumOp::Adaptor in,
                                Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t size = shape[op.getAxis()];
  auto [value, dim] = viewAxis(l, in.getInput(), shape, op.getAxis());
  auto moved = [&, dim = dim](Value x, int64_t steps) {
    Shape low(4, 0), high(4, 0);
    (op.getReverse() ? high : low)[dim] = steps;
    Value kept = l.slice(x, dim, op.getReverse() ? steps : 0, size - steps);
    return l.pad(kept, low, high, 0);
  };
  if (op.getExclusive())
    value = size > 1 ? moved(value, 1)
                     : l.integerScalar(IntegerKind::band, value, 0);
  for (int64_t steps = 1; steps < size; steps *= 2)
    value = l.integer(IntegerKind::add, value, moved(value, steps));
  return value;
}

/// A product with a triangle of ones.
static Value lowerCumSum(top::CumSumOp op, top::CumSumOp::Adaptor in,
                         Lowering &l) {
  ShapeRef shape = shapeOf(op.getInput());
  int64_t size = shape[op.getAxis()];
  Matrix triangle(size, size);
  for (int64_t from = 0; from < size; ++from)
    for (int64_t to = 0; to < size; ++to)
      triangle.at(from, to) = (op.getReverse() ? from > to : from < to) ||
                              (from == to && !op.getExclusive());
  return multiplyAxis(l, in.getInput(), shape, op.getAxis(), triangle);
}

void tpu_mlir::addReductions(Lowerings &set) {
  set.add<top::ReduceOp>(lowerReduce, lowerQuantizedReduce, lowerIntegerReduce);
  set.add<top::CumSumOp>(lowerCumSum, nullptr, lowerIntegerCumSum);
}
