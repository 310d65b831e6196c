//===- Functions.cpp - Transcendental functions from simple commands
//-------===//
//
// Polynomials have the smallest largest relative error on their range, fitted
// by iterated least squares. Results do not take the place of an operand where
// a temporary can be had: that would take the chip twice as long. The errors
// are in docs/targets/numbers.md.
//
// max and min give their second and their first operand where either is NaN:
// which operand is the constant decides whether a NaN passes.
//
//===----------------------------------------------------------------------===//
#include "lib/Kernels/Support/Functions.h"

#include "lib/Kernels/Support/Division.h"

#include <cfloat>

using namespace tpu_mlir;
using tpu::UnaryKind;

using Views = llvm::ArrayRef<LocalView>;

static constexpr float kTwo23 = 8388608.0f; // one exponent step in the bits
static constexpr uint32_t kOneBits = 0x3f800000; // of 1.0f
static constexpr uint32_t kInfinityBits = 0x7f800000;
static constexpr uint32_t kNanBits = 0x7fc00000;
static constexpr uint32_t kSignBit = 0x80000000;

unsigned tpu_mlir::temporariesOf(UnaryKind kind) {
  switch (kind) {
  case UnaryKind::exp:
  case UnaryKind::sqrt:
    return 3;
  case UnaryKind::rsqrt:
  case UnaryKind::sigmoid:
  case UnaryKind::sin:
  case UnaryKind::cos:
  case UnaryKind::tanh:
  case UnaryKind::log:
  case UnaryKind::erf:
  case UnaryKind::atan:
    return 4;
  case UnaryKind::silu:
    return 5;
  case UnaryKind::reciprocal: // the dividend and a division's
  case UnaryKind::gelu:
  case UnaryKind::gelu_tanh:
    return 6;
  case UnaryKind::sign:
    return 1;
  default:
    return 0;
  }
}

/// result = 1 / x for x from 1 to 2^124, as exactly as results show that are
/// rounded to `element`.
static void emitInverse(const Math &math, mlir::Type element,
                        const LocalView &result, const LocalView &x, Views t) {
  if (element.isF32())
    emitReciprocal(math, result, x, t);
  else
    emitRoughReciprocal(math, result, x, t);
}

//===----------------------------------------------------------------------===//
// Powers of e
//===----------------------------------------------------------------------===//

/// Takes x, between -87.6 and 89, apart into t[1] ln 2 and what remains in its
/// place, at most ln 2 / 2.
static void emitReduction(const Math &math, const LocalView &x, Views t) {
  math.mul(t[0], x, 1.44269504f); // 1 / ln 2
  math.cast(t[1], t[0]);
  math.mul(t[0], t[1], 0.693359375f); // the first 9 bits of ln 2
  math.sub(t[2], x, t[0]);
  math.mul(t[0], t[1], -2.12194440e-4f); // the rest of ln 2
  math.sub(x, t[2], t[0]);
}

/// e^x is 0 below.
static constexpr float kLowest = -87.6f;

void tpu_mlir::emitExp(const Math &math, const LocalView &result,
                       const LocalView &x, Views t, bool isNegative) {
  math.max(isNegative ? result : t[0], kLowest, x);
  if (!isNegative)
    math.min(result, t[0], 89.0f); // of which it is infinite
  emitReduction(math, result, t);
  // 2 e^r; its product with 2^(k - 1) is infinite no sooner than it should be.
  math.polynomial(t[2], result,
                  {2.0f, 2.0f, 0.99999988f, 0.33333039f, 8.3336808e-2f,
                   1.6737798e-2f, 2.7628443e-3f},
                  t[0]);
  // (k + 126) * 2^23, exact in f32, is the bit pattern of 2^(k - 1).
  math.mul(t[0], t[1], kTwo23);
  math.add(t[1], t[0], 126 * kTwo23);
  math.cast(math.asInteger(t[0]), t[1]);
  math.mul(result, t[2], t[0]);
}

/// e^x - 1 for x that is 0 or less, or NaN.
static void emitExpm1(const Math &math, const LocalView &result,
                      const LocalView &x, Views t) {
  math.max(result, kLowest, x);
  emitReduction(math, result, t);
  // p = e^r - 1 = r + r^2 q(r); then 2^k p + (2^k - 1).
  math.polynomial(
      t[2], result,
      {0.49999994f, 0.16666520f, 4.1668404e-2f, 8.3688991e-3f, 1.3814222e-3f},
      t[0]);
  math.mul(t[0], result, result);
  math.mul(t[3], t[0], t[2]);
  math.add(t[0], result, t[3]);
  math.mul(t[2], t[1], kTwo23);
  math.add(t[3], t[2], 127 * kTwo23);
  math.cast(math.asInteger(t[1]), t[3]);
  math.mul(t[2], t[0], t[1]);
  math.add(t[3], t[1], -1.0f);
  math.add(result, t[2], t[3]);
}

/// With e = exp(-|x|): 1 / (1 + e) for positive x, else e / (1 + e).
static void emitSigmoid(const Math &math, mlir::Type element,
                        const LocalView &result, const LocalView &x, Views t) {
  math.bitwise(ArithOp::Or, t[1], x, kSignBit);
  emitExp(math, result, t[1], t, /*isNegative=*/true);
  math.select(ArithOp::SelectGreater, t[0], x, 0.0f, kOneBits);
  math.max(t[1], t[0], result);
  math.add(t[0], result, 1.0f);
  emitInverse(math, element, t[3], t[0], {t[2], result});
  math.mul(result, t[1], t[3]);
}

/// With m = exp(-2 |x|) - 1: -m / (m + 2), and the sign of x.
static void emitTanh(const Math &math, mlir::Type element,
                     const LocalView &result, const LocalView &x, Views t) {
  math.abs(t[0], x);
  math.mul(t[1], t[0], -2.0f);
  emitExpm1(math, result, t[1], t);
  math.add(t[0], result, 2.0f);
  emitInverse(math, element, t[1], t[0], {t[2], t[3]});
  math.mul(t[0], result, t[1]);
  math.abs(t[1], t[0]);
  math.copySign(result, t[1], x, t[0]);
}

//===----------------------------------------------------------------------===//
// Logarithms
//===----------------------------------------------------------------------===//

/// Makes the logarithm of 0 -infinity, of infinity infinity, and of what is
/// negative or NaN (which counts as less than anything) NaN.
static void emitEndsOfLog(const Math &math, const LocalView &log,
                          const LocalView &x, Views t) {
  math.select(ArithOp::SelectLess, t[0], x, FLT_MIN, kInfinityBits | kSignBit);
  math.add(t[1], log, t[0]);
  math.select(ArithOp::SelectGreater, t[0], x, FLT_MAX, kInfinityBits);
  math.add(t[2], t[1], t[0]);
  math.select(ArithOp::SelectLess, t[0], x, 0.0f, kNanBits);
  math.bitwise(ArithOp::Or, log, t[2], t[0]);
}

void tpu_mlir::emitLog(const Math &math, const LocalView &result,
                       const LocalView &x, Views t) {
  // x = 2^e (1 + f) with f from sqrt(1/2) - 1 to sqrt(2) - 1, from the bits.
  constexpr uint32_t kRootOfHalf = 0x3f3504f3;
  math.bitwise(ArithOp::Sub, t[0], x, kRootOfHalf);
  math.bitwise(ArithOp::And, t[1], t[0], 0xff800000);
  math.integer(ArithOp::Sub, math.asInteger(t[2]), math.asInteger(x),
               math.asInteger(t[1]));
  math.add(t[0], t[2], -1.0f); // f
  math.cast(t[2], math.asInteger(t[1]));
  math.mul(t[1], t[2], 1 / kTwo23); // e
  // log(1 + f) = f - f^2 / 2 + f^3 p(f)
  math.polynomial(t[2], t[0],
                  {0.33333331f, -0.25000823f, 0.20001236f, -0.16623300f,
                   0.14201504f, -0.13160501f, 0.12763658f, -7.6363176e-2f},
                  t[3]);
  math.mul(t[3], t[0], t[0]);
  math.mul(result, t[3], t[2]);
  math.mul(t[2], result, t[0]);
  math.mul(result, t[3], -0.5f);
  math.add(t[3], t[2], result);
  math.mul(result, t[1], -2.12194440e-4f); // the rest of ln 2
  math.add(t[2], t[3], result);
  math.add(t[3], t[2], t[0]);
  math.mul(t[2], t[1], 0.693359375f); // the first 9 bits of ln 2
  math.add(result, t[3], t[2]);
  emitEndsOfLog(math, result, x, t);
}

//===----------------------------------------------------------------------===//
// The others
//===----------------------------------------------------------------------===//

/// x n(x^2) / d(x^2), which is 1 from 4 on.
static void emitErf(const Math &math, mlir::Type element,
                    const LocalView &result, const LocalView &x, Views t) {
  math.abs(t[0], x);
  math.min(t[3], t[0], 4.0f);
  math.mul(result, t[3], t[3]);
  math.polynomial(t[0], result,
                  {1.0f, 0.50485582f, 0.11534926f, 1.5207096e-2f, 1.1855521e-3f,
                   3.7420214e-5f},
                  t[1]);
  emitInverse(math, element, t[1], t[0], {t[2], result});
  math.mul(result, t[3], t[3]);
  math.mul(t[2], t[3], t[1]);
  math.polynomial(t[0], result,
                  {1.1283791f, 0.19354326f, 5.3101506e-2f, 3.8832664e-3f,
                   2.8456407e-4f, 1.9867955e-6f},
                  t[1]);
  math.mul(t[1], t[0], t[2]);
  math.min(t[0], t[1], 1.0f);
  math.copySign(result, t[0], x, t[1]);
}

/// sin(x + shift * pi / 2), between -1 and 1 for any finite x.
static void emitSine(const Math &math, const LocalView &result,
                     const LocalView &x, float shift, Views t) {
  constexpr float kHalfPi = 1.57079633f;
  // x = (k - shift / 2) pi + r with |r| <= pi / 2; the sine is (-1)^k sin r.
  math.mul(t[1], x, 0.318309886f); // 1 / pi
  math.add(t[2], t[1], 0.5f * shift);
  math.cast(t[0], t[2]); // k
  math.add(result, t[0], -0.5f * shift);
  // pi in parts, of which the first two have 8 bits: exact up to |k| < 2^15.
  math.mul(t[1], result, 3.140625f);
  math.sub(t[2], x, t[1]);
  math.mul(t[1], result, 9.6893310546875e-4f);
  math.sub(t[3], t[2], t[1]);
  math.mul(t[1], result, -1.279515686e-6f);
  math.sub(t[2], t[3], t[1]); // r
  // Beyond any precision of k, r is anything.
  math.max(t[3], -kHalfPi, t[2]);
  math.min(t[2], t[3], kHalfPi);
  math.cast(math.asInteger(t[1]), t[0]);
  math.bitwise(ArithOp::Mul, t[0], t[1], kSignBit);
  math.bitwise(ArithOp::Xor, t[1], t[2], t[0]); // +-r
  math.mul(result, t[2], t[2]);
  math.polynomial(
      t[0], result,
      {1.0f, -0.16666660f, 8.3330646e-3f, -1.9809476e-4f, 2.6054815e-6f}, t[2]);
  math.mul(result, t[0], t[1]);
}

static void emitAtan(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  // u = min(|x|, 1) / max(|x|, 1)
  math.abs(t[0], x);
  math.max(t[1], t[0], 1.0f);
  math.min(t[2], t[1], 0x1p100f);
  emitReciprocal(math, t[1], t[2], {t[3], result});
  math.min(t[2], t[0], 1.0f);
  math.mul(t[3], t[2], t[1]);
  math.mul(t[1], t[3], t[3]);
  math.polynomial(t[2], t[1],
                  {1.0f, -0.33333299f, 0.19998547f, -0.14264223f, 0.10952078f,
                   -8.4031031e-2f, 5.7951152e-2f, -3.1170969e-2f, 1.0910645e-2f,
                   -1.7926806e-3f},
                  result);
  math.mul(t[1], t[2], t[3]);
  // Where |x| > 1: pi / 2 - that, as |that - (pi / 2 where true)|.
  math.select(ArithOp::SelectGreater, t[2], t[0], 1.0f, 0x3fc90fdb);
  math.sub(t[3], t[2], t[1]);
  math.abs(t[1], t[3]);
  math.copySign(result, t[1], x, t[0]);
}

/// x 2^126, at least 1 if it is not 0, between -1 and 1.
static void emitSign(const Math &math, const LocalView &result,
                     const LocalView &x, Views t) {
  math.mul(result, x, 0x1p126f);
  math.max(t[0], -1.0f, result);
  math.min(result, t[0], 1.0f);
}

/// x sigmoid(x)
static void emitSilu(const Math &math, mlir::Type element,
                     const LocalView &result, const LocalView &x, Views t) {
  emitSigmoid(math, element, t[4], x, t);
  math.mul(result, x, t[4]);
}

/// x / 2 (1 + f)
static void emitGate(const Math &math, const LocalView &result,
                     const LocalView &x, const LocalView &f, Views t) {
  math.add(t[0], f, 1.0f);
  math.mul(t[1], x, 0.5f);
  math.mul(result, t[0], t[1]);
}

static void emitGelu(const Math &math, mlir::Type element,
                     const LocalView &result, const LocalView &x, Views t) {
  math.mul(t[5], x, 0.707106781f); // 1 / sqrt(2)
  emitErf(math, element, t[4], t[5], t);
  emitGate(math, result, x, t[4], t);
}

/// f = tanh(sqrt(2 / pi) (x + 0.044715 x^3))
static void emitGeluByTanh(const Math &math, mlir::Type element,
                           const LocalView &result, const LocalView &x,
                           Views t) {
  math.mul(t[0], x, x);
  math.mul(t[1], t[0], 0.044715f);
  math.add(t[0], t[1], 1.0f);
  math.mul(t[1], t[0], x);
  math.mul(t[5], t[1], 0.797884561f); // sqrt(2 / pi)
  emitTanh(math, element, t[4], t[5], t);
  emitGate(math, result, x, t[4], t);
}

void tpu_mlir::emitFunction(const Math &math, UnaryKind kind,
                            mlir::Type element, const LocalView &result,
                            const LocalView &x, Views temporaries) {
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
    return emitSqrt(math, element, result, x, temporaries);
  case UnaryKind::rsqrt:
    return emitRsqrt(math, result, x, temporaries);
  case UnaryKind::reciprocal:
    math.fill(temporaries.back(), 1.0f);
    return emitDivision(math, element, result, temporaries.back(), x,
                        temporaries);
  case UnaryKind::sigmoid:
    return emitSigmoid(math, element, result, x, temporaries);
  case UnaryKind::tanh:
    return emitTanh(math, element, result, x, temporaries);
  case UnaryKind::erf:
    return emitErf(math, element, result, x, temporaries);
  case UnaryKind::silu:
    return emitSilu(math, element, result, x, temporaries);
  case UnaryKind::gelu:
    return emitGelu(math, element, result, x, temporaries);
  case UnaryKind::gelu_tanh:
    return emitGeluByTanh(math, element, result, x, temporaries);
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
