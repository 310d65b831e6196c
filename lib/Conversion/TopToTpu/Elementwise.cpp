//===- Elementwise.cpp - Arithmetic, comparison and logic -----------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::CompareKind;
using tpu::UnaryKind;

/// Operands in views that broadcast, and what ops on them compute.
static SmallVector<Value> alignOperands(Operation *op, ValueRange values,
                                        Lowering &l) {
  SmallVector<ShapeRef> shapes;
  for (Value operand : op->getOperands())
    shapes.push_back(shapeOf(operand));
  return align(l, llvm::to_vector(values), shapes, shapeOf(op->getResult(0)));
}

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
static Value lowerIntegers(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
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

/// The remainder of x / y with the sign of x, in f32; exact for quotients below
/// 4096: whole ones of 12 bits have exact products with halves of y.
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
  return l.select(CompareKind::lt, x, zero, l.unary(UnaryKind::neg, rest),
                  rest);
}

//===----------------------------------------------------------------------===//
// Truth values: 0 and 1
//===----------------------------------------------------------------------===//

/// 1 where x is below, above or equal to zero, so no NaN (the chip compares
/// equality by bits: a NaN does equal itself).
static Value isNumber(Value x, Lowering &l) {
  Value zero = l.splat(0, elementOf(x));
  Value ordered = l.compare(CompareKind::eq, x, zero);
  for (Value above : {l.compare(CompareKind::gt, x, zero),
                      l.compare(CompareKind::gt, zero, x)})
    ordered = l.binary(BinaryKind::max, ordered, above);
  return ordered;
}

/// `negate`: 1 where the comparison does not hold. `exchange`: of the second
/// operand with the first. Of NaN the chip's lt holds and its gt does not, so
/// a < b is b > a, and a <= b the opposite of b < a.
template <CompareKind kind, bool negate, bool exchange = false, typename OpTy>
static Value lowerCompare(OpTy op, typename OpTy::Adaptor in, Lowering &l) {
  constexpr bool holdsOfEqual = (kind == CompareKind::eq) != negate;
  if (holdsOfEqual && op.getLhs() == op.getRhs())
    return isNumber(in.getLhs(), l);
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  Type element = elementOf(operands[0]);
  if (element.isInteger(32))
    element = l.builder.getF32Type();
  return l.select(kind, operands[exchange], operands[!exchange],
                  l.splat(!negate, element), l.splat(negate, element));
}

static Value invert(Value truth, Lowering &l) {
  return l.reversed(BinaryKind::sub, 1, truth);
}

static Value lowerXor(top::XorOp op, top::XorOp::Adaptor in, Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  return invert(l.compare(CompareKind::eq, operands[0], operands[1]), l);
}

static Value lowerWhere(top::WhereOp op, top::WhereOp::Adaptor in,
                        Lowering &l) {
  SmallVector<Value> operands = alignOperands(op, in.getOperands(), l);
  Type element = elementOf(operands[1]);
  return l.select(CompareKind::gt, l.cast(operands[0], element),
                  l.splat(0, element), operands[1], operands[2]);
}

static Value lowerIsNan(top::IsNanOp, top::IsNanOp::Adaptor in, Lowering &l) {
  return invert(isNumber(in.getInput(), l), l);
}

static Value lowerIsInf(top::IsInfOp op, top::IsInfOp::Adaptor in,
                        Lowering &l) {
  Value x = in.getInput();
  if (!op.getDetectNegative() && !op.getDetectPositive())
    return l.mul(l.compare(CompareKind::eq, x, x), 0);
  if (op.getDetectNegative())
    x = l.unary(op.getDetectPositive() ? UnaryKind::abs : UnaryKind::neg, x);
  return l.compare(CompareKind::eq, x, l.splat(INFINITY, elementOf(x)));
}

/// Between integers, floats and truth values: anything is true that is not
/// zero.
static Value castIntegers(top::CastOp op, Value x, Lowering &l) {
  Type i32 = l.builder.getI32Type(), to = op.getTo();
  if (!elementOf(x).isInteger(32)) {
    if (elementOf(op.getInput()).isInteger(1))
      return l.cast(l.wide(x), i32);
    return l.fail("it makes integers of floats");
  }
  if (!to.isInteger(1))
    return x;
  Value zero = l.builder.create<top::WeightOp>(
      l.location, DenseElementsAttr::get(
                      RankedTensorType::get({1, 1, 1, 1}, i32), int32_t(0)));
  Type f32 = l.builder.getF32Type();
  return l.select(CompareKind::eq, x, zero, l.splat(0, f32), l.splat(1, f32));
}

/// Floats become true where they are not zero; the rest changes type only.
static Value lowerCast(top::CastOp op, top::CastOp::Adaptor in, Lowering &l) {
  Value x = in.getInput();
  std::optional<Quantization> from = quantizationOf(op.getInput());
  std::optional<Quantization> to = quantizationOf(op.getOutput());
  if (from && to)
    return requantize(l, x, *from, *to);
  if (to)
    return quantize(l, x, *to);
  if (from)
    return dequantize(l, x, *from, op.getTo());
  if (isIndex(op.getInput().getType()) || isIndex(op.getType()))
    return castIntegers(op, x, l);
  bool toBool = op.getTo().isInteger(1);
  if (!toBool || elementOf(op.getInput()).isInteger(1))
    return x;
  return invert(l.compare(CompareKind::eq, x, l.splat(0, elementOf(x))), l);
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

template <BinaryKind kind, typename OpTy>
static void addArithmetic(Lowerings &set) {
  set.add<OpTy>(lowerBinary<kind, OpTy>, lowerIntegers<kind, OpTy>);
}

void tpu_mlir::addElementwise(Lowerings &set) {
  addArithmetic<BinaryKind::add, top::AddOp>(set);
  addArithmetic<BinaryKind::sub, top::SubOp>(set);
  addArithmetic<BinaryKind::mul, top::MulOp>(set);
  set.add<top::MaxOp>(lowerExtreme<BinaryKind::max, top::MaxOp>,
                      lowerIntegers<BinaryKind::max, top::MaxOp>);
  set.add<top::MinOp>(lowerExtreme<BinaryKind::min, top::MinOp>,
                      lowerIntegers<BinaryKind::min, top::MinOp>);
  set.add<top::DivOp>(lowerBinary<BinaryKind::div>);
  set.add<top::PowOp>(lowerPow);
  set.add<top::ModOp>(lowerMod);
  set.add<top::EqualOp>(lowerCompare<CompareKind::eq, false>);
  set.add<top::GreaterOp>(lowerCompare<CompareKind::gt, false>);
  set.add<top::LessOp>(lowerCompare<CompareKind::gt, false, true>);
  set.add<top::GreaterOrEqualOp>(lowerCompare<CompareKind::lt, true>);
  set.add<top::LessOrEqualOp>(lowerCompare<CompareKind::lt, true, true>);
  set.add<top::AndOp>(lowerBinary<BinaryKind::min>);
  set.add<top::OrOp>(lowerBinary<BinaryKind::max>);
  set.add<top::XorOp>(lowerXor);
  set.add<top::NotOp>([](top::NotOp, top::NotOp::Adaptor in, Lowering &l) {
    return invert(in.getInput(), l);
  });
  set.add<top::WhereOp>(lowerWhere);
  set.add<top::IsNanOp>(lowerIsNan);
  set.add<top::IsInfOp>(lowerIsInf);
  set.add<top::CastOp>(lowerCast, lowerCast);
  set.add<top::ClipOp>(lowerClip);
  set.add<top::AbsOp>(lowerUnary<UnaryKind::abs>);
  set.add<top::NegOp>(lowerUnary<UnaryKind::neg>);
  set.add<top::CeilOp>(lowerUnary<UnaryKind::ceil>);
  set.add<top::FloorOp>(lowerUnary<UnaryKind::floor>);
  set.add<top::RoundOp>(lowerUnary<UnaryKind::round>);
  set.add<top::SignOp>(lowerUnary<UnaryKind::sign>);
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
