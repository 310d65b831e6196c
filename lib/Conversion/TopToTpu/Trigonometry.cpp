//===- Trigonometry.cpp - Functions composed of a few others --------------===//
//
// All are computed in f32 whatever the network's type, and rounded once.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
using tpu::CompareKind;
using tpu::UnaryKind;

/// A formula of one f32 value.
using Formula = Value (*)(Value x, Lowering &l);

template <Formula formula, typename OpTy>
static Value lowerFormula(OpTy, typename OpTy::Adaptor in, Lowering &l) {
  return formula(l.wide(in.getInput()), l);
}

static Value tangent(Value x, Lowering &l) {
  return l.div(l.unary(UnaryKind::sin, x), l.unary(UnaryKind::cos, x));
}

/// 2 * atan(x / (1 + sqrt(1 - x^2))), which stays finite at -1 and 1.
static Value arcsine(Value x, Lowering &l) {
  Value square = l.reversed(BinaryKind::sub, 1, l.mul(x, x));
  Value below = l.add(l.unary(UnaryKind::sqrt, square), 1);
  return l.mul(l.unary(UnaryKind::atan, l.div(x, below)), 2);
}

/// 2 * atan(sqrt((1 - x) / (1 + x))), which stays exact near 1.
static Value arccosine(Value x, Lowering &l) {
  Value ratio = l.div(l.reversed(BinaryKind::sub, 1, x), l.add(x, 1));
  return l.mul(l.unary(UnaryKind::atan, l.unary(UnaryKind::sqrt, ratio)), 2);
}

/// kind(condition, limit) ? onTrue : onFalse
static Value choose(Lowering &l, CompareKind kind, Value condition,
                    double limit, Value onTrue, Value onFalse) {
  return l.select(kind, condition, l.splat(limit, elementOf(condition)), onTrue,
                  onFalse);
}

/// e^a / 2, as the square of e^(a / 2): finite where e^a no longer is.
static Value halfPower(Value a, Lowering &l) {
  Value root = l.unary(UnaryKind::exp, l.mul(a, 0.5));
  return l.mul(l.mul(root, 0.5), root);
}

/// (e^|x| + e^-|x|) / 2
static Value hyperbolicCosine(Value x, Lowering &l) {
  Value a = l.unary(UnaryKind::abs, x);
  Value small = l.unary(UnaryKind::exp, l.unary(UnaryKind::neg, a));
  return l.add(halfPower(a, l), l.mul(small, 0.5));
}

/// With m = e^|x| - 1: (m + m / (m + 1)) / 2, and the sign of x.
static Value hyperbolicSine(Value x, Lowering &l) {
  Value a = l.unary(UnaryKind::abs, x);
  Value m = expm1(l, l.min(a, 20));
  Value small = l.mul(l.add(m, l.div(m, l.add(m, 1))), 0.5);
  Value sine = choose(l, CompareKind::gt, a, 20, halfPower(a, l), small);
  return choose(l, CompareKind::lt, x, 0, l.unary(UnaryKind::neg, sine), sine);
}

/// log(1 + |x| + (sqrt(x^2 + 1) - 1)), the last as x^2 / (1 + sqrt(x^2 + 1)),
/// and the sign of x; log(2 |x|) where the square would be too large.
static Value areaSine(Value x, Lowering &l) {
  constexpr double kLogOfTwo = 0.69314718055994531, kLarge = 0x1p30;
  Value a = l.unary(UnaryKind::abs, x), low = l.min(a, kLarge);
  Value square = l.mul(low, low);
  Value root = l.add(l.unary(UnaryKind::sqrt, l.add(square, 1)), 1);
  Value area = log1p(l, l.add(low, l.div(square, root)));
  Value large = l.add(l.unary(UnaryKind::log, a), kLogOfTwo);
  area = choose(l, CompareKind::gt, a, kLarge, large, area);
  return choose(l, CompareKind::lt, x, 0, l.unary(UnaryKind::neg, area), area);
}

/// With d = x - 1: log(1 + d + sqrt(d) sqrt(d + 2)), or log(2 x).
static Value areaCosine(Value x, Lowering &l) {
  constexpr double kLogOfTwo = 0.69314718055994531, kLarge = 0x1p30;
  Value d = l.add(x, -1), low = l.min(d, kLarge);
  Value root = l.mul(l.unary(UnaryKind::sqrt, low),
                     l.unary(UnaryKind::sqrt, l.add(low, 2)));
  Value area = log1p(l, l.add(low, root));
  Value large = l.add(l.unary(UnaryKind::log, x), kLogOfTwo);
  return choose(l, CompareKind::gt, d, kLarge, large, area);
}

/// log(1 + 2 |x| / (1 - |x|)) / 2, and the sign of x.
static Value areaTangent(Value x, Lowering &l) {
  Value a = l.unary(UnaryKind::abs, x);
  Value ratio = l.div(l.mul(a, 2), l.reversed(BinaryKind::sub, 1, a));
  Value area = l.mul(log1p(l, ratio), 0.5);
  return choose(l, CompareKind::lt, x, 0, l.unary(UnaryKind::neg, area), area);
}

void tpu_mlir::addTrigonometry(Lowerings &set) {
  set.add<top::TanOp>(lowerFormula<tangent>);
  set.add<top::AsinOp>(lowerFormula<arcsine>);
  set.add<top::AcosOp>(lowerFormula<arccosine>);
  set.add<top::SinhOp>(lowerFormula<hyperbolicSine>);
  set.add<top::CoshOp>(lowerFormula<hyperbolicCosine>);
  set.add<top::AsinhOp>(lowerFormula<areaSine>);
  set.add<top::AcoshOp>(lowerFormula<areaCosine>);
  set.add<top::AtanhOp>(lowerFormula<areaTangent>);
}
