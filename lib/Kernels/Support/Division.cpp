//===- Division.cpp - Quotients and square roots
//---------------------------===//
//
// The chip's own division takes 31 times as long as a product, gives 0.99999988
// for 1 / 1 and NaN for 1 / infinity; its reciprocal root, 30 times, is wrong
// at 0 and infinity. These programs begin with a reciprocal within 2^-18.5, or
// a root within 2^-20, and correct the result by its exact remainder. What they
// cost, and why they are right: docs/decisions/0005.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Support/Division.h"

#include <cfloat>
#include <cmath>

using namespace mlir;
using namespace tpu_mlir;

using Views = llvm::ArrayRef<LocalView>;

static constexpr uint32_t kSign = 0x80000000;
static constexpr uint32_t kExponent = 0x7f800000;
static constexpr uint32_t kMantissa = 0x007fffff;
static constexpr uint32_t kOneBits = 0x3f800000; // of 1.0f
static constexpr auto kInfinityBits = static_cast<float>(kExponent);

/// Bits represent a logarithm, so a difference is a first guess, within 4 %;
/// each step y (c - x y) squares its error. The constants were searched for:
/// they halve what c = 2 leaves, and keep the error positive.
void tpu_mlir::emitRoughReciprocal(const Math &math, const LocalView &result,
                                   const LocalView &x, Views t) {
  constexpr auto kGuess = static_cast<float>(0x7ef28000);
  math.sub(math.asInteger(result), kGuess, math.asInteger(x));
  math.mul(t[0], x, result);
  math.sub(t[1], 2.0015f, t[0]);
  math.mul(t[0], result, t[1]);
  math.mul(result, x, t[0]);
  math.sub(t[1], 2.0000024f, result);
  math.mul(result, t[0], t[1]);
}

void tpu_mlir::emitReciprocal(const Math &math, const LocalView &result,
                              const LocalView &x, Views t) {
  emitRoughReciprocal(math, t[0], x, {result, t[1]});
  math.mul(t[1], x, t[0]);
  math.sub(result, 1.0f, t[1]);
  math.mul(t[1], t[0], result);
  math.add(result, t[0], t[1]);
}

/// For operands of 11 bits with exponents far from f32's limits.
static void emitHalfQuotient(const Math &math, const LocalView &result,
                             const LocalView &a, const LocalView &b, Views t) {
  emitRoughReciprocal(math, t[0], b, {t[1], t[2]});
  math.mul(t[1], a, t[0]);
  math.bitwise(ArithOp::And, t[2], t[1], 0xfffff800); // 13 bits
  math.mul(t[1], t[2], b);                            // exact
  math.sub(result, a, t[1]);                          // exact
  math.mul(t[1], result, t[0]);
  math.add(t[0], t[2], t[1]);
  // a (2 / b) within 13 %, and 0, infinity or NaN where the quotient is: the
  // smaller magnitude is right. min gives its first operand if either is NaN.
  math.sub(math.asInteger(t[1]), kInfinityBits, math.asInteger(b));
  math.mul(t[2], a, t[1]);
  math.abs(t[1], t[2]);
  math.abs(result, t[0]);
  math.min(t[0], t[1], result);
  math.copySign(result, t[0], t[2], t[1]);
}

/// result = the significand of x, with these bits above it.
static void emitSignificand(const Math &math, const LocalView &result,
                            const LocalView &x, uint32_t above,
                            const LocalView &temporary) {
  math.bitwise(ArithOp::And, temporary, x, kMantissa);
  math.bitwise(ArithOp::Or, result, temporary, above);
}

/// t[0] = the quotient of the significands, within 2^-18.
static void emitRoughSignificands(const Math &math, const LocalView &free,
                                  const LocalView &a, const LocalView &b,
                                  Views t) {
  emitSignificand(math, t[1], b, kOneBits, free);
  emitRoughReciprocal(math, t[2], t[1], {t[0], free});
  emitSignificand(math, t[1], a, kOneBits, free);
  math.mul(t[0], t[1], t[2]);
}

static constexpr int kScale = 26; // of exact quotients

/// t[0] = 2^26 times the quotient of the significands, rounded once.
static void emitExactSignificands(const Math &math, const LocalView &free,
                                  const LocalView &a, const LocalView &b,
                                  Views t) {
  auto integer = [&](const LocalView &view) { return math.asInteger(view); };
  Type word = integer(free).elementType;
  LocalView y = t[0], divisor = t[3]; // a whole number of 24 bits
  emitSignificand(math, divisor, b, 0x00800000, free);
  math.bitwise(ArithOp::Or, t[4], free, 0x4b000000); // the same in f32
  emitRoughReciprocal(math, y, t[4], {t[1], t[2]});
  // A whole number near 2^25 a / b, and its remainder, which fits 32 bits:
  // those that sums and products drop are zeros.
  emitSignificand(math, t[1], a, 0x57800000, free); // a 2^25
  math.mul(t[2], t[1], y);
  math.cast(integer(t[1]), t[2]);
  math.integer(ArithOp::Mul, integer(t[2]), integer(t[1]), integer(divisor));
  math.integer(ArithOp::Mul, integer(t[4]), integer(a),
               IntegerAttr::get(word, 1 << 25));
  math.integer(ArithOp::Sub, integer(free), integer(t[4]), integer(t[2]));
  // The nearest whole number and the sign of what remains, as one more bit.
  math.cast(t[2], integer(free));
  math.mul(t[4], t[2], y);
  math.cast(integer(t[2]), t[4]);
  math.integer(ArithOp::Mul, integer(t[0]), integer(t[2]), integer(divisor));
  math.integer(ArithOp::Sub, integer(t[4]), integer(free), integer(t[0]));
  math.max(integer(t[0]), integer(t[4]), -1.0f);
  math.min(integer(t[4]), integer(t[0]), 1.0f);
  math.integer(ArithOp::Add, integer(t[0]), integer(t[1]), integer(t[2]), 1);
  math.integer(ArithOp::Add, integer(t[1]), integer(t[0]), integer(t[4]));
  math.cast(t[0], integer(t[1]));
}

/// result = the quotient, from that of the significands times 2^scale in t[0].
static void emitExponents(const Math &math, const LocalView &result,
                          const LocalView &a, const LocalView &b, int scale,
                          Views t) {
  auto integer = [&](const LocalView &view) { return math.asInteger(view); };
  math.bitwise(ArithOp::And, t[1], a, kExponent);
  math.bitwise(ArithOp::And, t[2], b, kExponent);
  math.integer(ArithOp::Sub, integer(t[3]), integer(t[1]), integer(t[2]));
  LocalView exponent = t[3];
  if (scale != 0) {
    exponent = t[1];
    math.bitwise(ArithOp::Sub, exponent, t[3], uint32_t(scale) << 23);
  }
  math.integer(ArithOp::AddSaturate, integer(t[4]), integer(t[0]),
               integer(exponent));
  math.max(integer(t[0]), integer(t[4]), 0.0f); // underflow
  // |a| 2^(1 - exponent of b) is larger than the quotient, and 0, infinity or
  // NaN where it is (see above). The product with zeros makes t[0] NaN where b
  // is zero or a is infinite.
  math.sub(integer(t[1]), kInfinityBits, integer(t[2]));
  math.bitwise(ArithOp::Or, t[3], b, kSign);
  math.max(t[2], t[1], t[3]); // t[1], or NaN with b
  math.mul(t[1], a, t[2]);
  math.abs(t[3], t[1]);
  math.mul(t[1], t[2], 0.0f);
  math.mul(t[4], a, t[1]);
  math.add(t[1], t[0], t[4]);
  math.min(t[0], t[3], t[1]);
  math.bitwise(ArithOp::Xor, t[1], a, b);
  math.copySign(result, t[0], t[1], t[2]);
}

unsigned tpu_mlir::divisionTemporaries(Type element) {
  return element.isF16() ? 3 : 5;
}

void tpu_mlir::emitDivision(const Math &math, Type element,
                            const LocalView &result, const LocalView &a,
                            const LocalView &b, Views t) {
  if (element.isF16())
    return emitHalfQuotient(math, result, a, b, t);
  bool exact = element.isF32();
  if (exact)
    emitExactSignificands(math, result, a, b, t);
  else
    emitRoughSignificands(math, result, a, b, t);
  emitExponents(math, result, a, b, exact ? kScale : 0, t);
}

//===----------------------------------------------------------------------===//
// Square roots
//===----------------------------------------------------------------------===//

/// t[1] = 1 / sqrt(2 x) for x > 0, within 2^-20, or as f32 has it. A constant
/// less half of the bits is a first guess; steps z (c - x z^2) square its
/// error, and their c were searched for.
static void emitRoughRoot(const Math &math, bool isRough, const LocalView &x,
                          Views t) {
  constexpr auto kGuess = static_cast<float>(0x5ef76000);
  LocalView bits = math.asInteger(x);
  math.integer(ArithOp::Add, math.asInteger(t[0]), bits,
               mlir::IntegerAttr::get(bits.elementType, 0), /*shift=*/-1);
  math.sub(math.asInteger(t[1]), kGuess, math.asInteger(t[0]));
  auto step = [&](const LocalView &to, const LocalView &from, float c) {
    math.mul(t[0], x, from);
    math.mul(to, t[0], from);
    math.sub(t[0], c, to);
    math.mul(to, from, t[0]);
  };
  step(t[2], t[1], 1.5009f);
  step(t[1], t[2], 1.5000007f);
  if (isRough)
    return;
  step(t[2], t[1], 1.5f);
  math.copy(t[1], t[2]);
}

/// result = root, or NaN where x is negative or NaN (which counts as less).
static void emitDomain(const Math &math, const LocalView &result,
                       const LocalView &root, const LocalView &x,
                       const LocalView &temporary) {
  math.select(ArithOp::SelectLess, temporary, x, 0.0f,
              (kExponent | 0x00400000));
  math.bitwise(ArithOp::Or, result, root, temporary);
}

void tpu_mlir::emitSqrt(const Math &math, mlir::Type element,
                        const LocalView &result, const LocalView &x, Views t) {
  emitRoughRoot(math, !element.isF32(), x, t);
  // s = x / sqrt(x), then s += (x - s^2) / (2 sqrt(x)); below 2^-103 that
  // difference is a denormal, so s has to be right before.
  math.mul(t[0], x, t[1]);
  math.mul(t[2], t[0], 1.41421356f);
  math.mul(t[0], t[2], t[2]);
  math.sub(result, x, t[0]);
  math.mul(t[0], result, t[1]);
  math.mul(result, t[0], 0.707106781f);
  math.add(t[0], t[2], result);
  // A root is larger than x 2^-65, but that of infinity is NaN so far.
  math.mul(t[1], x, 0x1p-65f);
  math.max(t[2], t[0], t[1]);
  emitDomain(math, result, t[2], x, t[1]);
}

void tpu_mlir::emitRsqrt(const Math &math, const LocalView &result,
                         const LocalView &x, Views t) {
  math.min(t[3], x, FLT_MAX);
  emitRoughRoot(math, /*isRough=*/true, t[3], t);
  // y += y (1 - x y^2) / 2
  math.mul(t[2], t[1], 1.41421356f);
  math.mul(t[0], t[3], t[2]);
  math.mul(t[1], t[0], t[2]);
  math.sub(t[0], 1.0f, t[1]);
  math.mul(t[1], t[2], t[0]);
  math.mul(t[0], t[1], 0.5f);
  math.add(t[1], t[2], t[0]);
  // Of 0 infinity, of infinity 0.
  math.select(ArithOp::SelectLess, t[0], x, FLT_MIN, kExponent);
  math.add(t[2], t[1], t[0]);
  math.select(ArithOp::SelectLess, t[0], x, INFINITY, kOneBits);
  math.mul(t[1], t[2], t[0]);
  emitDomain(math, result, t[1], x, t[0]);
}
