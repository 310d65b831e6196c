//===- Magnitude.cpp - How large values are beside ordinary ones ----------===//
#include "dialects/Top/Top.h"
#include "lib/Dialect/Top/IR/Splat.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;

#include "dialects/Top/Magnitude.cpp.inc"

static constexpr Magnitude kExponential = {1, 0, Magnitude::kNone, true};

/// What the product of two ordinary values, which training keeps ordinary, may
/// still exceed them by.
static constexpr double kProductFactor = 4;

/// How far a power is from those that a network's numbers are kept at.
static double strangeness(double power) {
  return std::max({power - 1, -power, 0.0});
}

static bool isOrdinary(const Magnitude &value) {
  return value.power > 0 && value.power <= 1 && !value.isExponential;
}

Magnitude Magnitude::raised(double exponent) const {
  Magnitude result{power * exponent, factor * exponent, kNone, isExponential};
  if (exponent < 0 && floor != kNone && (isExponential || power == 0))
    return bounded(floor * exponent); // 1 / (1 + e^x)
  if (exponent > 0 && floor != kNone)
    result.floor = floor * exponent;
  return result;
}

Magnitude Magnitude::times(const Magnitude &other) const {
  if (isExponential != other.isExponential)
    return isOrdinary(*this) || isOrdinary(other) ? Magnitude() : kExponential;
  Magnitude result{power + other.power, factor + other.factor, kNone,
                   isExponential};
  if (floor != kNone && other.floor != kNone)
    result.floor = floor + other.floor;
  return result;
}

Magnitude Magnitude::joined(const Magnitude &other) const {
  bool keepsPower = strangeness(power) == strangeness(other.power)
                        ? power > other.power
                        : strangeness(power) > strangeness(other.power);
  return {keepsPower ? power : other.power, std::max(factor, other.factor),
          std::max(floor, other.floor), isExponential || other.isExponential,
          isRefined || other.isRefined};
}

Magnitude tpu_mlir::top::joinMagnitudes(ArrayRef<Magnitude> operands) {
  if (operands.empty())
    return {};
  Magnitude result = operands.front();
  for (const Magnitude &operand : operands.drop_front())
    result = result.joined(operand);
  return result;
}

//===----------------------------------------------------------------------===//
// Ops with a rule of their own
//===----------------------------------------------------------------------===//

Magnitude MulOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  Magnitude lhs = operands[0], rhs = operands[1], result = lhs.times(rhs);
  if (getLhs() != getRhs() && isOrdinary(lhs) && isOrdinary(rhs)) {
    result.power = std::max(lhs.power, rhs.power);
    result.factor += kProductFactor;
  }
  return result;
}

Magnitude DivOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  if (operands[0].isExponential && operands[1].isExponential)
    return Magnitude::bounded();
  return operands[0].times(operands[1].raised(-1));
}

/// What is subtracted may be as large as the constant, which then keeps
/// nothing from zero.
Magnitude SubOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  Magnitude result = joinMagnitudes(operands);
  result.floor = Magnitude::kNone;
  return result;
}

Magnitude PowOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  std::optional<double> exponent = splatValue(getRhs());
  return exponent ? operands[0].raised(*exponent) : kExponential;
}

Magnitude SqrtOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  return operands[0].raised(0.5);
}
Magnitude ReciprocalOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  return operands[0].raised(-1);
}

Magnitude ExpOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  constexpr double kLogOfE = 1.4426950408889634; // to base 2
  bool isBounded = operands[0].power == 0 && !operands[0].isExponential;
  return isBounded ? Magnitude::bounded(std::exp2(operands[0].factor) * kLogOfE)
                   : kExponential;
}
Magnitude SinhOp::resultMagnitude(ArrayRef<Magnitude>) { return kExponential; }
Magnitude CoshOp::resultMagnitude(ArrayRef<Magnitude>) { return kExponential; }

Magnitude ClipOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  constexpr double kLargestBound = 8; // beyond, a limit bounds nothing
  double low = getMin().convertToFloat(), high = getMax().convertToFloat();
  double bound = std::log2(std::max(std::abs(low), std::abs(high)));
  Magnitude result =
      bound <= kLargestBound ? Magnitude::bounded(bound) : operands[0];
  if (low > 0)
    result.floor = std::max(operands[0].floor, std::log2(low));
  return result;
}

/// Of a sum of all elements along the axes.
static Magnitude sumOf(Magnitude element, RankedTensorType type,
                       ArrayRef<int64_t> axes) {
  for (int64_t axis : axes)
    element.factor += std::log2(std::max<int64_t>(type.getDimSize(axis), 1));
  return element;
}

Magnitude ReduceOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  Magnitude element = operands[0];
  auto sum = [&](const Magnitude &term) {
    return sumOf(term, cast<RankedTensorType>(getInput().getType()), getAxes());
  };
  switch (getKind()) {
  case ReduceKind::Sum:
  case ReduceKind::L1:
    return sum(element);
  case ReduceKind::SumSquare:
    return sum(element.raised(2));
  case ReduceKind::L2:
    return sum(element.raised(2)).raised(0.5);
  case ReduceKind::Prod:
    return kExponential;
  case ReduceKind::LogSum:
  case ReduceKind::LogSumExp:
    return {};
  case ReduceKind::Mean:
  case ReduceKind::Max:
  case ReduceKind::Min:
    return element;
  }
  return element;
}

Magnitude CumSumOp::resultMagnitude(ArrayRef<Magnitude> operands) {
  return sumOf(operands[0], cast<RankedTensorType>(getInput().getType()),
               static_cast<int64_t>(getAxis()));
}
