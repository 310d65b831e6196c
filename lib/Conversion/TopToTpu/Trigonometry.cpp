//===- Trigonometry.cpp - Functions composed of a few others --------------===//
//
// All are computed in f32 whatever the network's type, and rounded once.
//===----------------------------------------------------------------------===//
#include "lib/Conversion/TopToTpu/Pattern.h"

using namespace mlir;
using namespace tpu_mlir;
using tpu::BinaryKind;
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

static Value arccosine(Value x, Lowering &l) {
  constexpr double kHalfPi = 1.5707963267948966;
  return l.reversed(BinaryKind::sub, kHalfPi, arcsine(x, l));
}

/// (e^x + sign * e^-x) / 2
template <int sign> static Value hyperbolic(Value x, Lowering &l) {
  Value up = l.unary(UnaryKind::exp, x);
  Value down = l.unary(UnaryKind::exp, l.unary(UnaryKind::neg, x));
  return l.mul(sign < 0 ? l.sub(up, down) : l.add(up, down), 0.5);
}

/// sign(x) * ln(|x| + sqrt(x^2 + 1)), without cancellation for negative x.
static Value areaSine(Value x, Lowering &l) {
  Value root = l.unary(UnaryKind::sqrt, l.add(l.mul(x, x), 1));
  Value log = l.unary(UnaryKind::log, l.add(l.unary(UnaryKind::abs, x), root));
  return l.mul(l.unary(UnaryKind::sign, x), log);
}

static Value areaCosine(Value x, Lowering &l) {
  Value root = l.unary(UnaryKind::sqrt, l.add(l.mul(x, x), -1));
  return l.unary(UnaryKind::log, l.add(x, root));
}

static Value areaTangent(Value x, Lowering &l) {
  Value ratio = l.div(l.add(x, 1), l.reversed(BinaryKind::sub, 1, x));
  return l.mul(l.unary(UnaryKind::log, ratio), 0.5);
}

void tpu_mlir::addTrigonometry(Lowerings &set) {
  set.add<top::TanOp>(lowerFormula<tangent>);
  set.add<top::AsinOp>(lowerFormula<arcsine>);
  set.add<top::AcosOp>(lowerFormula<arccosine>);
  set.add<top::SinhOp>(lowerFormula<hyperbolic<-1>>);
  set.add<top::CoshOp>(lowerFormula<hyperbolic<1>>);
  set.add<top::AsinhOp>(lowerFormula<areaSine>);
  set.add<top::AcoshOp>(lowerFormula<areaCosine>);
  set.add<top::AtanhOp>(lowerFormula<areaTangent>);
}
