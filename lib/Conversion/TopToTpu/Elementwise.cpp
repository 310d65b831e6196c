//===- Elementwise.cpp - Arithmetic, comparison and logic -----------------===//
#include "lib/Conversion/TopToTpu/Integers/Integers.h"
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::CompareKind;
using tpu::IntegerKind;
using tpu::UnaryKind;

/// The value of an operand that is a constant of one repeated value, if the
/// other operand alone has the result's elements.
template <typename OpTy>
static std::optional<float> scalarOperand(OpTy op, Value operand, Value other) {
  std::optional<float> value = top::readSplat(operand);
  if (!value || product(shapeOf(other)) != product(shapeOf(op.getOutput())))
    return std::nullopt;
  return value;
}

template <BinaryKind kind, typename OpTy>
static Value lowerBinary(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  if (auto value = scalarOperand(op, op.getRhs(), op.getLhs()))
    return kind == BinaryKind::div ? divide(l, in.getLhs(), *value)
                                   : l.scalar(kind, in.getLhs(), *value);
  if (auto value = scalarOperand(op, op.getLhs(), op.getRhs()))
    return kind == BinaryKind::sub || kind == BinaryKind::div
               ? l.reversed(kind, *value, in.getRhs())
               : l.scalar(kind, in.getRhs(), *value);
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return l.binary(kind, operands[0], operands[1]);
}

/// The chip's max is its second operand where either is NaN, its min its first:
/// the NaN of the other is added to the result.
template <BinaryKind kind, typename OpTy>
static Value lowerExtreme(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  Value extreme = lowerBinary<kind>(op, in, l);
  if (isa<tpu::BinaryScalarOp>(extreme.getDefiningOp()))
    return extreme; // passes NaN
  auto binary = extreme.getDefiningOp<tpu::BinaryOp>();
  Value lost = kind == BinaryKind::max ? binary.getLhs() : binary.getRhs();
  return l.add(extreme, l.mul(l.min(l.max(lost, -1), 1), 0));
}

/// By a table for each channel.
static Value scaleChannels(Operation *op, ValueRange operands,
                           const std::vector<float> &factors, Lowering &l) {
  OpOperand &variable = top::variableOperand(op);
  SmallVector<Quantization> from = quantizationsOf(variable.get());
  SmallVector<Quantization> to = quantizationsOf(op->getResult(0));
  if (from.empty() || to.empty())
    return l.fail("its operand and result are not both quantized");
  return lookup(l, operands[variable.getOperandNumber()], from, to,
                factors.size(),
                [&](int64_t c, double x) { return factors[c] * x; });
}

/// Of two quantized values; with a constant of one value, or one a channel, by
/// tables.
template <BinaryKind kind, typename OpTy>
static Value lowerQuantized(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  if (top::elementFunction(op))
    return lowerByTable(op, in.getOperands(), l);
  if (auto factors = top::channelFactors(op))
    return scaleChannels(op, in.getOperands(), *factors, l);
  std::optional<Quantization> lhs = quantizationOf(op.getLhs());
  std::optional<Quantization> rhs = quantizationOf(op.getRhs());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  if (!lhs || !rhs || !to)
    return l.fail("its operands and result are not all quantized");
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return quantizedBinary(l, kind, operands[0], *lhs, operands[1], *rhs, *to);
}

//===----------------------------------------------------------------------===//
// Powers and remainders
//===----------------------------------------------------------------------===//

/// e^(y log |x|), whose sign where x is negative is that of (-1)^y: NaN unless
/// y is whole.
static Value lowerPow(top::PowOp op, top::PowOp::Adaptor in, Lowering &l) {
  if (auto exponent = scalarOperand(op, op.getRhs(), op.getLhs()))
    return power(l, in.getLhs(), *exponent);
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  Value x = l.wide(operands[0]), y = l.wide(operands[1]);
  auto number = [&](float value) { return l.splat(value, elementOf(x)); };
  auto isEqual = [&](Value lhs, Value rhs, Value onTrue, Value onFalse) {
    return l.select(CompareKind::eq, lhs, rhs, onTrue, onFalse);
  };
  Value a = l.unary(UnaryKind::abs, x), half = l.mul(y, 0.5);
  Value power = l.unary(UnaryKind::exp, l.mul(l.unary(UnaryKind::log, a), y));
  power = isEqual(a, number(1), number(1), power); // also of infinite y
  Value sign = isEqual(l.unary(UnaryKind::floor, half), half, power,
                       l.unary(UnaryKind::neg, power));
  sign = isEqual(l.unary(UnaryKind::floor, y), y, sign, number(NAN));
  power = l.select(CompareKind::lt, x, number(0), sign, power);
  power = isEqual(x, number(1), number(1), power);
  return isEqual(y, number(0), number(1), power);
}

/// The remainder of x / y with the sign of x or y, in f32; exact for quotients
/// below 4096: whole ones of 12 bits have exact products with halves of y.
static Value lowerMod(top::ModOp op, top::ModOp::Adaptor in, Lowering &l) {
  constexpr double kHalves = 4097; // 2^12 + 1: the product rounds to 12 bits
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  Value x = l.wide(operands[0]), a = l.unary(UnaryKind::abs, x);
  Value y = l.unary(UnaryKind::abs, l.wide(operands[1]));
  Value whole = l.unary(UnaryKind::floor, l.div(a, y));
  Value scaled = l.mul(y, kHalves);
  Value high = l.sub(scaled, l.sub(scaled, y)), low = l.sub(y, high);
  Value rest = l.sub(l.sub(a, l.mul(whole, high)), l.mul(whole, low));
  // The quotient may have been rounded up to a whole number.
  Value zero = l.splat(0, elementOf(x));
  rest = l.select(CompareKind::lt, rest, zero, l.add(rest, y), rest);
  rest = l.select(CompareKind::gt, y, a, a, rest); // infinity too
  rest =
      l.select(CompareKind::lt, x, zero, l.unary(UnaryKind::neg, rest), rest);
  if (op.getFmod())
    return rest;
  Value divisor = l.wide(operands[1]);
  auto isNegative = [&](Value value) {
    return l.compare(CompareKind::gt, zero, value);
  };
  Value differ =
      l.integer(IntegerKind::bxor, isNegative(rest), isNegative(divisor));
  Value isOff =
      l.integer(IntegerKind::band, differ,
                l.compare(CompareKind::eq, rest, zero, /*negated=*/true));
  return l.where(isOff, l.add(rest, divisor), rest);
}

static Value lowerClip(top::ClipOp op, top::ClipOp::Adaptor in, Lowering &l) {
  Value x = in.getInput();
  float low = op.getMin().convertToFloat(), high = op.getMax().convertToFloat();
  if (!std::isinf(low))
    x = l.max(x, low);
  return std::isinf(high) ? x : l.min(x, high);
}

template <UnaryKind kind, typename OpTy>
static Value lowerUnary(OpTy, typename OpTy::Adaptor in, Lowering &l) {
  return l.unary(kind, in.getInput());
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

template <IntegerKind kind, typename OpTy>
static Value lowerIntegers(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  return integerBinary(kind, op, in.getOperands(), l);
}

template <Value (*function)(Lowering &, Value), typename OpTy>
static Value lowerIntegerUnary(OpTy, typename OpTy::Adaptor in, Lowering &l) {
  return function(l, in.getInput());
}

static Value lowerDivision(top::DivOp op, top::DivOp::Adaptor in, Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return divideIntegers(l, operands[0], operands[1]);
}

static Value lowerRemainder(top::ModOp op, top::ModOp::Adaptor in,
                            Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return integerRemainder(l, operands[0], operands[1], !op.getFmod());
}

static Value lowerIntegerPower(top::PowOp op, top::PowOp::Adaptor in,
                               Lowering &l) {
  if (auto exponent = integerScalarOf(op, 1); exponent && *exponent >= 0)
    return integerPower(l, in.getLhs(), *exponent);
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return integerPower(l, operands[0], operands[1]);
}

static Value lowerShift(top::ShiftOp op, top::ShiftOp::Adaptor in,
                        Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return shiftInteger(l, operands[0], operands[1], op.getRight());
}

template <BinaryKind kind, IntegerKind integers, typename OpTy>
static void addArithmetic(Lowerings &set) {
  set.add<OpTy>(lowerBinary<kind, OpTy>, lowerQuantized<kind, OpTy>,
                lowerIntegers<integers, OpTy>);
}

void tpu_mlir::addElementwise(Lowerings &set) {
  addArithmetic<BinaryKind::add, IntegerKind::add, top::AddOp>(set);
  addArithmetic<BinaryKind::sub, IntegerKind::sub, top::SubOp>(set);
  addArithmetic<BinaryKind::mul, IntegerKind::mul, top::MulOp>(set);
  set.add<top::MaxOp>(lowerExtreme<BinaryKind::max, top::MaxOp>,
                      lowerQuantized<BinaryKind::max, top::MaxOp>,
                      lowerIntegers<IntegerKind::max, top::MaxOp>);
  set.add<top::MinOp>(lowerExtreme<BinaryKind::min, top::MinOp>,
                      lowerQuantized<BinaryKind::min, top::MinOp>,
                      lowerIntegers<IntegerKind::min, top::MinOp>);
  set.add<top::DivOp>(lowerBinary<BinaryKind::div>, nullptr, lowerDivision);
  set.add<top::PowOp>(lowerPow, nullptr, lowerIntegerPower);
  set.add<top::ModOp>(lowerMod, nullptr, lowerRemainder);
  set.add<top::ShiftOp>(lowerShift);
  set.add<top::ClipOp>(lowerClip);
  set.add<top::AbsOp>(lowerUnary<UnaryKind::abs>, nullptr,
                      lowerIntegerUnary<absoluteInteger>);
  set.add<top::NegOp>(lowerUnary<UnaryKind::neg>, nullptr,
                      lowerIntegerUnary<negateInteger>);
  set.add<top::CeilOp>(lowerUnary<UnaryKind::ceil>);
  set.add<top::FloorOp>(lowerUnary<UnaryKind::floor>);
  set.add<top::RoundOp>(lowerUnary<UnaryKind::round>);
  set.add<top::SignOp>(lowerUnary<UnaryKind::sign>, nullptr,
                       lowerIntegerUnary<integerSign>);
  set.add<top::ExpOp>(lowerUnary<UnaryKind::exp>);
  set.add<top::LogOp>(lowerUnary<UnaryKind::log>);
  set.add<top::SqrtOp>(lowerUnary<UnaryKind::sqrt>);
  set.add<top::ReciprocalOp>(lowerUnary<UnaryKind::reciprocal>);
  set.add<top::SinOp>(lowerUnary<UnaryKind::sin>);
  set.add<top::CosOp>(lowerUnary<UnaryKind::cos>);
  set.add<top::AtanOp>(lowerUnary<UnaryKind::atan>);
  set.add<top::TanhOp>(lowerUnary<UnaryKind::tanh>);
  set.add<top::ErfOp>(lowerUnary<UnaryKind::erf>);
  set.add<top::SigmoidOp>(lowerUnary<UnaryKind::sigmoid>);
}
