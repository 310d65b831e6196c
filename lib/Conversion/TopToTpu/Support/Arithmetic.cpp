//===- Arithmetic.cpp - Functions that keep small results exact -----------===//
#include "lib/Conversion/TopToTpu/Support/Arithmetic.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir;
using tpu::CompareKind;
using tpu::UnaryKind;

/// Whether a float type has this number.
static bool holds(FloatType element, APFloat number) {
  bool losesBits = false;
  number.convert(element.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesBits);
  return !losesBits;
}

Value tpu_mlir::divide(Lowering &l, Value input, float value) {
  auto element = cast<FloatType>(elementOf(input));
  APFloat inverse(0.0f);
  if (APFloat(value).getExactInverse(&inverse) && holds(element, inverse))
    return l.mul(input, inverse.convertToFloat());
  if (!element.isF32() && std::isnormal(value) && std::isnormal(1 / value))
    return l.cast(l.mul(l.wide(input), 1 / value), element);
  return l.scalar(tpu::BinaryKind::div, input, value);
}

/// base^exponent by repeated squaring.
static Value integerPower(Lowering &l, Value base, unsigned exponent) {
  Value result;
  for (Value square = base; exponent; exponent >>= 1) {
    if (exponent & 1)
      result = result ? l.mul(result, square) : square;
    if (exponent > 1)
      square = l.mul(square, square);
  }
  return result;
}

Value tpu_mlir::power(Lowering &l, Value base, float exponent) {
  constexpr float kLargest = 16; // multiplications stay cheaper than exp(log)
  if (exponent == 0)             // whatever the base is
    return l.broadcast(l.splat(1, elementOf(base)), shapeOf(base));
  if (exponent == 0.5f)
    return l.unary(UnaryKind::sqrt, base);
  if (exponent == -0.5f)
    return l.unary(UnaryKind::rsqrt, base);
  if (std::trunc(exponent) == exponent && std::abs(exponent) <= kLargest) {
    if (exponent > 0)
      return integerPower(l, base, exponent);
    Value inverse = integerPower(l, l.wide(base), -exponent);
    return l.cast(l.unary(UnaryKind::reciprocal, inverse), elementOf(base));
  }
  Value wide = l.wide(base);
  bool isOdd = std::abs(std::fmod(exponent, 2.0f)) == 1;
  bool isWhole = std::trunc(exponent) == exponent;
  Value log =
      l.unary(UnaryKind::log, isWhole ? l.unary(UnaryKind::abs, wide) : wide);
  Value result = l.unary(UnaryKind::exp, l.mul(log, exponent));
  if (isOdd)
    result = l.select(CompareKind::lt, wide, l.splat(0, elementOf(wide)),
                      l.unary(UnaryKind::neg, result), result);
  return l.cast(result, elementOf(base));
}

Value tpu_mlir::expm1(Lowering &l, Value x) {
  constexpr double kNear = 0.34; // e^x - 1 = x + x^2 q(x) within 2^-28 of e^x
  Value q = l.mul(x, 1.381422160193324e-3);
  for (double coefficient :
       {8.36889911442995e-3, 4.166840389370918e-2, 0.1666651964187622})
    q = l.mul(l.add(q, coefficient), x);
  q = l.add(q, 0.4999999403953552);
  Value near = l.add(x, l.mul(l.mul(x, x), q));
  Value far = l.add(l.unary(UnaryKind::exp, x), -1);
  return l.select(CompareKind::gt, l.unary(UnaryKind::abs, x),
                  l.splat(kNear, elementOf(x)), far, near);
}

Value tpu_mlir::log1p(Lowering &l, Value x) {
  // With u = 1 + x as f32 has it, x - (u - 1) is what its rounding lost.
  Value finite = l.min(x, 0x1p100), u = l.add(finite, 1);
  Value lost = l.sub(finite, l.add(u, -1));
  return l.add(l.unary(UnaryKind::log, l.add(x, 1)), l.div(lost, u));
}

Value tpu_mlir::isNumber(Lowering &l, Value x) {
  Value least = l.splat(-INFINITY, elementOf(x));
  return l.compare(CompareKind::lt, x, least, /*negated=*/true);
}
