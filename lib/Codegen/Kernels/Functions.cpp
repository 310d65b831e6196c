//===- Functions.cpp - Transcendental functions from simple commands
//-------===//
//
// Polynomials are Taylor series on a reduced range, unless a comment names
// another source. Results do not take the place of an operand where a temporary
// can be had: that would take the chip twice as long.
//
//===----------------------------------------------------------------------===//
#include "lib/Codegen/Kernels/Functions.h"

using namespace tpu_mlir;
using isa::ArithOp;
using tpu::UnaryKind;

using Views = llvm::ArrayRef<LocalView>;

static constexpr float kTwo23 = 8388608.0f; // one exponent step in the bits
static constexpr uint32_t kOneBits = 0x3f800000; // of 1.0f
static constexpr float kTiny = 1.17549435e-38f;  // smallest normal number

unsigned tpu_mlir::temporariesOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::sqrt:
    return 2;
  case UnaryKind::exp:
  case UnaryKind::sigmoid:
  case UnaryKind::tanh:
  case UnaryKind::sin:
  case UnaryKind::cos:
    return 3;
  case UnaryKind::log:
  case UnaryKind::erf:
  case UnaryKind::atan:
    return 4;
  case UnaryKind::sign:
    return 1;
  default:
    return 0;
  }
}

/// exp of x clamped to [-87.3, highest].
static void emitExpUpTo(const Math &math, const LocalView &result,
                        const LocalView &x, float highest, Views t) {
  // x = k ln 2 + r with |r| <= ln 2 / 2; exp(x) = 2^k exp(r).
  math.max(t[0], x, -87.3f);
  math.min(result, t[0], highest);
  math.mul(t[0], result, 1.44269504f); // 1 / ln 2
  math.cast(t[1], t[0]);               // k
  math.mul(t[0], t[1], 0.693359375f);  // the first 9 bits of ln 2
  math.sub(t[2], result, t[0]);
  math.mul(t[0], t[1], -2.12194440e-4f); // the rest of ln 2
  math.sub(result, t[2], t[0]);
  // The first term left out is r^8 / 40320 < 6e-9.
  math.polynomial(t[2], result,
                  {1.0f, 1.0f, 0.5f, 1.6666667e-1f, 4.1666668e-2f,
                   8.3333338e-3f, 1.3888889e-3f, 1.9841270e-4f},
                  t[0]);
  // (k + 127) * 2^23, exact in f32, is the bit pattern of 2^k.
  math.mul(t[0], t[1], kTwo23);
  math.add(t[1], t[0], 127 * kTwo23);
  math.cast(math.asInteger(t[0]), t[1]);
  math.mul(result, t[2], t[0]);
}

void tpu_mlir::emitExp(const Math &math, const LocalView &result,
                       const LocalView &x, Views t) {
  emitExpUpTo(math, result, x, 88.3f, t);
}

/// result = 1 / x for x from 1 to 2^124, within two units in the last place;
/// overwrites x, which is none of the others. A division takes three times as
/// long.
static void emitReciprocal(const Math &math, const LocalView &result,
                           const LocalView &x, Views t) {
  // Bits that represent a logarithm, so that a difference is a first guess,
  // within 13 %. Each step y (2 - x y) squares its relative error.
  constexpr float kGuess = 2129859072.0f;
  math.sub(math.asInteger(t[0]), kGuess, math.asInteger(x));
  math.mul(t[1], x, t[0]);
  math.sub(result, 2.0f, t[1]);
  math.mul(t[1], t[0], result);
  math.mul(t[0], x, t[1]);
  math.sub(result, 2.0f, t[0]);
  math.mul(t[0], t[1], result);
  math.mul(t[1], x, t[0]);
  math.sub(x, 2.0f, t[1]);
  math.mul(result, t[0], x);
}

/// exp of this is below 2^124.
static constexpr float kLargestOfReciprocal = 85.9f;

void tpu_mlir::emitLog(const Math &math, const LocalView &result,
                       const LocalView &x, Views t) {
  // x = 2^e m with m in [1, 2): e and m from the bits.
  math.max(t[0], x, kTiny);
  math.bitwise(ArithOp::And, t[1], t[0], 0x7f800000);
  math.cast(t[2], math.asInteger(t[1]));
  math.mul(t[1], t[2], 1 / kTwo23);
  math.add(t[2], t[1], -127.0f);
  math.mul(t[1], t[2], 0.693147182f);   // ln 2
  math.add(result, t[1], 0.405465108f); // log 1.5
  math.bitwise(ArithOp::And, t[1], t[0], 0x007fffff);
  math.bitwise(ArithOp::Or, t[0], t[1], kOneBits);
  // log m = log 1.5 + 2 artanh s with s = (m - 1.5) / (m + 1.5), |s| <= 0.2.
  math.add(t[1], t[0], 1.5f);
  math.sub(t[2], t[0], 1.5f);
  math.div(t[0], t[2], t[1]);
  math.mul(t[1], t[0], t[0]);
  // artanh s / s; the first term left out is s^10 / 11 < 1e-8.
  math.polynomial(t[2], t[1],
                  {2.0f, 0.666666687f, 0.4f, 0.285714298f, 0.222222224f}, t[3]);
  math.mul(t[1], t[2], t[0]);
  math.add(result, result, t[1]);
}

static void emitSigmoid(const Math &math, const LocalView &result,
                        const LocalView &x, Views t) {
  LocalView negated = t[1];
  math.mul(negated, x, -1.0f);
  // exp reads its argument before it writes this temporary.
  emitExpUpTo(math, result, negated, kLargestOfReciprocal, t);
  math.add(t[0], result, 1.0f);
  emitReciprocal(math, result, t[0], t.drop_front());
}

static void emitTanh(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  // 1 - 2 / (exp(2x) + 1)
  math.mul(t[1], x, 2.0f);
  emitExpUpTo(math, result, t[1], kLargestOfReciprocal, t);
  math.add(t[0], result, 1.0f);
  emitReciprocal(math, result, t[0], t.drop_front());
  math.mul(t[0], result, -2.0f);
  math.add(result, t[0], 1.0f);
}

static void emitErf(const Math &math, const LocalView &result,
                    const LocalView &x, Views t) {
  // Abramowitz and Stegun 7.1.26 for x >= 0, absolute error below 1.5e-7:
  // 1 - (a1 u + ... + a5 u^5) exp(-x^2), u = 1 / (1 + 0.3275911 x). From 10 on
  // it is 1.
  math.abs(t[0], x);
  math.min(t[3], t[0], 10.0f);
  math.mul(t[0], t[3], 0.3275911f);
  math.add(t[1], t[0], 1.0f);
  emitReciprocal(math, result, t[1], {t[0], t[2]});
  math.polynomial(
      t[1], result,
      {0.254829592f, -0.284496736f, 1.421413741f, -1.453152027f, 1.061405429f},
      t[0]);
  math.mul(t[0], t[1], result);
  math.mul(t[1], t[3], t[3]);
  math.mul(t[2], t[1], -1.0f);
  math.copy(t[3], t[0]);
  emitExp(math, result, t[2], t.take_front(3));
  math.mul(t[0], result, t[3]);
  math.sub(t[1], 1.0f, t[0]);
  // The sign of x.
  math.bitwise(ArithOp::And, t[0], x, 0x80000000);
  math.bitwise(ArithOp::Or, result, t[1], t[0]);
}

static void emitSqrt(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  // s = x / sqrt(x), then one step s += (x - s^2) / (2 sqrt(x)).
  math.max(t[0], x, kTiny);
  math.rsqrt(t[1], t[0]);
  math.mul(result, x, t[1]);
  math.mul(t[0], result, result);
  math.sub(t[0], x, t[0]);
  math.mul(t[0], t[0], t[1]);
  math.mul(t[0], t[0], 0.5f);
  math.add(result, result, t[0]);
}

/// sin(x + shift * pi / 2)
static void emitSine(const Math &math, const LocalView &result,
                     const LocalView &x, float shift, Views t) {
  // x = k pi + r - shift pi / 2 with |r| <= pi / 2; (-1)^k sin r.
  math.mul(t[1], x, 0.318309886f); // 1 / pi
  math.add(t[2], t[1], 0.5f * shift);
  math.cast(t[0], t[2]); // k
  math.add(result, t[0], -0.5f * shift);
  math.mul(t[1], result, 3.140625f); // the first bits of pi
  math.sub(t[2], x, t[1]);
  math.mul(t[1], result, 9.67653589e-4f); // the rest
  math.sub(result, t[2], t[1]);           // r
  // (-1)^k = 1 - 2 (k - 2 floor(k / 2))
  math.mul(t[1], t[0], 0.5f);
  math.cast(t[2], t[1], Rounding::Down);
  math.mul(t[1], t[2], -2.0f);
  math.add(t[2], t[0], t[1]);
  math.mul(t[1], t[2], -2.0f);
  math.add(t[2], t[1], 1.0f);
  math.mul(t[0], t[2], result); // +-r
  math.mul(t[1], result, result);
  // The first term left out is r^13 / 13! < 6e-8.
  math.polynomial(result, t[1],
                  {1.0f, -1.66666672e-1f, 8.3333338e-3f, -1.98412701e-4f,
                   2.75573188e-6f, -2.50521079e-8f},
                  t[2]);
  math.mul(result, result, t[0]);
}

static void emitAtan(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  // u = min(|x|, 1 / |x|), then u = (u - 1/2) / (1 + u / 2) + atan(1/2).
  math.abs(t[0], x);
  math.max(t[1], t[0], kTiny);
  math.div(t[1], 1.0f, t[1]);
  math.min(t[3], t[1], t[0]);
  math.mul(t[1], t[3], 0.5f);
  math.add(t[2], t[1], 1.0f);
  math.sub(t[3], t[3], 0.5f);
  math.div(t[1], t[3], t[2]); // |.| <= 1/2
  math.mul(t[2], t[1], t[1]);
  // The first term left out is u^19 / 19 < 2e-7 / 2.
  math.polynomial(result, t[2],
                  {1.0f, -0.333333343f, 0.2f, -0.142857149f, 0.111111112f,
                   -9.09090936e-2f, 7.69230798e-2f, -6.66666701e-2f,
                   5.88235296e-2f},
                  t[3]);
  math.mul(t[2], result, t[1]);
  math.add(result, t[2], 0.463647604f); // atan(1/2)
  // Where |x| > 1: pi / 2 - that, as |that - (pi / 2 where true)|.
  math.select(ArithOp::SelectGreater, t[1], t[0], 1.0f, 0x3fc90fdb);
  math.sub(t[2], t[1], result);
  math.abs(t[1], t[2]);
  math.bitwise(ArithOp::And, t[0], x, 0x80000000);
  math.bitwise(ArithOp::Or, result, t[1], t[0]);
}

static void emitSign(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  math.select(ArithOp::SelectGreater, result, x, 0.0f, kOneBits);
  math.select(ArithOp::SelectLess, t[0], x, 0.0f, kOneBits);
  math.sub(result, result, t[0]);
}

void tpu_mlir::emitFunction(const Math &math, UnaryKind kind,
                            const LocalView &result, const LocalView &x,
                            Views temporaries) {
  switch (kind) {
  case UnaryKind::abs:
    return math.abs(result, x);
  case UnaryKind::neg:
    return math.mul(result, x, -1.0f);
  case UnaryKind::exp:
    return emitExp(math, result, x, temporaries);
  case UnaryKind::log:
    return emitLog(math, result, x, temporaries);
  case UnaryKind::sqrt:
    return emitSqrt(math, result, x, temporaries);
  case UnaryKind::rsqrt:
    return math.rsqrt(result, x);
  case UnaryKind::reciprocal:
    return math.div(result, 1.0f, x);
  case UnaryKind::sigmoid:
    return emitSigmoid(math, result, x, temporaries);
  case UnaryKind::tanh:
    return emitTanh(math, result, x, temporaries);
  case UnaryKind::erf:
    return emitErf(math, result, x, temporaries);
  case UnaryKind::floor:
    return math.cast(result, x, Rounding::Down);
  case UnaryKind::ceil:
    return math.cast(result, x, Rounding::Up);
  case UnaryKind::round:
    return math.cast(result, x);
  case UnaryKind::sign:
    return emitSign(math, result, x, temporaries);
  case UnaryKind::sin:
    return emitSine(math, result, x, 0, temporaries);
  case UnaryKind::cos:
    return emitSine(math, result, x, 1, temporaries);
  case UnaryKind::atan:
    return emitAtan(math, result, x, temporaries);
  }
}
