//===- Logic.cpp - Comparison, logic, choices and conversions -------------===//
//
// Truth values are 0 and 1 in ui8.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::CompareKind;
using tpu::IntegerKind;
using tpu::UnaryKind;

/// Whether an operand may be a NaN, as constants mostly are not.
static bool mayBeNan(Value operand) {
  std::optional<top::FloatData> constant = top::FloatData::read(operand);
  return !constant || llvm::any_of(constant->values(),
                                   [](float value) { return value != value; });
}

/// `negate`: whether the comparison does not hold. `exchange`: of the second
/// operand with the first. Of NaN the chip's lt holds and its gt does not, so
/// a < b is b > a, and a <= b the opposite of b < a. But a NaN is neither less
/// than its own bits nor unequal to them.
template <CompareKind kind, bool negate, bool exchange = false, typename OpTy>
static Value lowerCompare(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  constexpr bool holdsOfEqual = (kind == CompareKind::eq) != negate;
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  bool confusesNan = holdsOfEqual && isa<FloatType>(elementOf(operands[0])) &&
                     mayBeNan(op.getLhs()) && mayBeNan(op.getRhs());
  if (confusesNan && op.getLhs() == op.getRhs())
    return isNumber(l, operands[0]);
  Value truth =
      l.compare(kind, operands[exchange], operands[!exchange], negate);
  return confusesNan
             ? l.integer(IntegerKind::band, truth, isNumber(l, operands[0]))
             : truth;
}

static Value invert(Value truth, Lowering &l) {
  return l.integerScalar(IntegerKind::bxor, truth, 1);
}

static Value lowerWhere(top::WhereOp op, top::WhereOp::Adaptor in,
                        Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return l.where(operands[0], operands[1], operands[2]);
}

static Value lowerIsNan(top::IsNanOp, top::IsNanOp::Adaptor in, Lowering &l) {
  return invert(isNumber(l, in.getInput()), l);
}

static Value lowerIsInf(top::IsInfOp op, top::IsInfOp::Adaptor in,
                        Lowering &l) {
  Value x = in.getInput();
  if (!op.getDetectNegative() && !op.getDetectPositive())
    return l.integerScalar(IntegerKind::band, l.compare(CompareKind::eq, x, x),
                           0);
  if (op.getDetectNegative())
    x = l.unary(op.getDetectPositive() ? UnaryKind::abs : UnaryKind::neg, x);
  return l.compare(CompareKind::eq, x, l.splat(INFINITY, elementOf(x)));
}

/// Anything becomes true that is not zero; the rest changes type only.
static Value lowerCast(top::CastOp op, top::CastOp::Adaptor in, Lowering &l) {
  Value x = in.getInput();
  std::optional<Quantization> from = quantizationOf(op.getInput());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  if (from && to)
    return requantize(l, x, *from, *to);
  if (to && isa<FloatType>(elementOf(op.getInput())))
    return quantize(l, x, *to);
  if (from && isa<FloatType>(op.getTo()))
    return dequantize(l, x, *from, op.getTo());
  if (from || to)
    return l.fail("it converts between integers and quantized values");
  if (!op.getTo().isInteger(1) || elementOf(op.getInput()).isInteger(1))
    return x;
  Value zero = isa<FloatType>(elementOf(x)) ? l.splat(0, elementOf(x))
                                            : l.integerSplat(0, elementOf(x));
  return l.compare(CompareKind::eq, x, zero, /*negated=*/true);
}

template <IntegerKind kind, typename OpTy>
static Value lowerLogic(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  return integerBinary(kind, op, in.getOperands(), l);
}

void tpu_mlir::addLogic(Lowerings &set) {
  set.add<top::EqualOp>(lowerCompare<CompareKind::eq, false>);
  set.add<top::GreaterOp>(lowerCompare<CompareKind::gt, false>);
  set.add<top::LessOp>(lowerCompare<CompareKind::gt, false, true>);
  set.add<top::GreaterOrEqualOp>(lowerCompare<CompareKind::lt, true>);
  set.add<top::LessOrEqualOp>(lowerCompare<CompareKind::lt, true, true>);
  set.add<top::AndOp>(lowerLogic<IntegerKind::band>);
  set.add<top::OrOp>(lowerLogic<IntegerKind::bor>);
  set.add<top::XorOp>(lowerLogic<IntegerKind::bxor>);
  set.add<top::NotOp>([](top::NotOp op, top::NotOp::Adaptor in, Lowering &l) {
    return elementOf(op.getInput()).isInteger(1)
               ? invert(in.getInput(), l)
               : invertInteger(l, in.getInput());
  });
  set.add<top::WhereOp>(lowerWhere);
  set.add<top::IsNanOp>(lowerIsNan);
  set.add<top::IsInfOp>(lowerIsInf);
  set.add<top::CastOp>(lowerCast, lowerCast);
}
