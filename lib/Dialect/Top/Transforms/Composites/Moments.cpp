//===- Moments.cpp - Means, squares and variances among their parts -------===//
#include "lib/Dialect/Top/Transforms/Composites/Moments.h"

#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

static ArrayRef<int64_t> shapeOf(Value value) {
  return cast<RankedTensorType>(value.getType()).getShape();
}

//===----------------------------------------------------------------------===//
// First moments
//===----------------------------------------------------------------------===//

std::optional<Moment> tpu_mlir::top::matchReduction(Value value,
                                                    ReduceKind kind) {
  auto view = value.getDefiningOp<ReshapeOp>();
  auto reduce = (view ? view.getInput() : value).getDefiningOp<ReduceOp>();
  if (!reduce || reduce.getKind() != kind || reduce.getAxes().empty() ||
      (!view && !reduce.getKeepdims()))
    return std::nullopt;
  Moment moment{reduce.getInput(), llvm::to_vector(reduce.getAxes())};
  SmallVector<int64_t> kept(shapeOf(moment.input));
  for (int64_t axis : moment.axes)
    kept[axis] = 1;
  return shapeOf(value) == ArrayRef<int64_t>(kept) ? std::optional(moment)
                                                   : std::nullopt;
}

static int64_t countOf(const Moment &moment) {
  int64_t count = 1;
  for (int64_t axis : moment.axes)
    count *= shapeOf(moment.input)[axis];
  return count;
}

/// The operand of a product with, or quotient by, a number; and that number.
static std::optional<std::pair<Value, double>> matchMultiple(Value value) {
  if (auto mul = value.getDefiningOp<MulOp>())
    for (auto [one, other] : {std::pair(mul.getLhs(), mul.getRhs()),
                              std::pair(mul.getRhs(), mul.getLhs())})
      if (std::optional<float> factor = readSplat(other))
        return std::pair<Value, double>(one, *factor);
  if (auto div = value.getDefiningOp<DivOp>())
    if (std::optional<float> divisor = readSplat(div.getRhs()))
      return std::pair<Value, double>(div.getLhs(), 1.0 / *divisor);
  return std::nullopt;
}

/// Whether a factor makes a mean of the sum; written in f32, it is not exact.
static bool isShare(const Moment &sum, double factor) {
  return std::abs(factor * static_cast<double>(countOf(sum)) - 1) < 1e-6;
}

std::optional<Moment> tpu_mlir::top::matchMean(Value value) {
  if (std::optional<Moment> mean = matchReduction(value, ReduceKind::Mean))
    return mean;
  auto multiple = matchMultiple(value);
  std::optional<Moment> sum;
  if (multiple)
    sum = matchReduction(multiple->first, ReduceKind::Sum);
  return sum && isShare(*sum, multiple->second) ? sum : std::nullopt;
}

Value tpu_mlir::top::matchCentred(Value value, ArrayRef<int64_t> axes) {
  auto sub = value.getDefiningOp<SubOp>();
  std::optional<Moment> mean;
  if (sub)
    mean = matchMean(sub.getRhs());
  bool matches = mean && mean->input == sub.getLhs() &&
                 ArrayRef<int64_t>(mean->axes) == axes;
  return matches ? sub.getLhs() : Value();
}

//===----------------------------------------------------------------------===//
// Second moments
//===----------------------------------------------------------------------===//

Value tpu_mlir::top::matchSquare(Value value) {
  if (auto mul = value.getDefiningOp<MulOp>())
    return mul.getLhs() == mul.getRhs() ? mul.getLhs() : Value();
  auto pow = value.getDefiningOp<PowOp>();
  return pow && readSplat(pow.getRhs()) == 2.0f ? pow.getLhs() : Value();
}

static std::optional<Moment> matchMeanOfSquares(Value value) {
  if (std::optional<Moment> mean = matchMean(value)) {
    mean->input = matchSquare(mean->input);
    return mean->input ? mean : std::nullopt;
  }
  auto multiple = matchMultiple(value);
  std::optional<Moment> sum;
  if (multiple)
    sum = matchReduction(multiple->first, ReduceKind::SumSquare);
  return sum && isShare(*sum, multiple->second) ? sum : std::nullopt;
}

/// What a variance passes unchanged, as it is not negative.
static Value withoutGuard(Value value) {
  if (auto relu = value.getDefiningOp<ReluOp>())
    return relu.getInput();
  if (auto abs = value.getDefiningOp<AbsOp>())
    return abs.getInput();
  if (auto clip = value.getDefiningOp<ClipOp>())
    return clip.getMin().convertToFloat() <= 0 && clip.getMax().isInfinity()
               ? clip.getInput()
               : value;
  auto max = value.getDefiningOp<MaxOp>();
  std::optional<float> limit =
      max ? readSplat(max.getRhs()) : std::optional<float>();
  return limit && *limit <= 0 ? max.getLhs() : value;
}

std::optional<Variance> tpu_mlir::top::matchVariance(Value value) {
  value = withoutGuard(value);
  if (std::optional<Moment> mean = matchMeanOfSquares(value)) {
    Value x = matchCentred(mean->input, mean->axes);
    return Variance{{x ? x : mean->input, mean->axes}, x != nullptr};
  }
  auto sub = value.getDefiningOp<SubOp>();
  std::optional<Moment> square, mean;
  if (sub)
    square = matchMeanOfSquares(sub.getLhs());
  if (Value root = square ? matchSquare(sub.getRhs()) : Value())
    mean = matchMean(root);
  if (!mean || mean->input != square->input || mean->axes != square->axes)
    return std::nullopt;
  return Variance{*mean, true};
}

/// The variance + epsilon that a value is.
static std::optional<InverseDeviation> matchShiftedVariance(Value value) {
  auto add = value.getDefiningOp<AddOp>();
  float epsilon = 0;
  if (add)
    for (auto [one, other] : {std::pair(add.getLhs(), add.getRhs()),
                              std::pair(add.getRhs(), add.getLhs())})
      if (std::optional<float> shift = readSplat(other)) {
        value = one;
        epsilon = *shift;
        break;
      }
  std::optional<Variance> variance = matchVariance(value);
  if (!variance || epsilon < 0)
    return std::nullopt;
  return InverseDeviation{*variance, epsilon};
}

std::optional<InverseDeviation> tpu_mlir::top::matchDeviation(Value value,
                                                              bool isDivisor) {
  if (auto pow = value.getDefiningOp<PowOp>()) {
    std::optional<float> exponent = readSplat(pow.getRhs());
    return exponent == (isDivisor ? 0.5f : -0.5f)
               ? matchShiftedVariance(pow.getLhs())
               : std::nullopt;
  }
  if (auto sqrt = value.getDefiningOp<SqrtOp>()) {
    if (isDivisor)
      return matchShiftedVariance(sqrt.getInput());
    auto inverse = sqrt.getInput().getDefiningOp<ReciprocalOp>();
    return inverse ? matchShiftedVariance(inverse.getInput()) : std::nullopt;
  }
  if (isDivisor)
    return std::nullopt;
  if (auto inverse = value.getDefiningOp<ReciprocalOp>())
    return matchDeviation(inverse.getInput(), /*isDivisor=*/true);
  auto div = value.getDefiningOp<DivOp>();
  return div && readSplat(div.getLhs()) == 1.0f
             ? matchDeviation(div.getRhs(), /*isDivisor=*/true)
             : std::nullopt;
}
