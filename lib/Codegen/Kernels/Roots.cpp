//===- Roots.cpp - Square roots and their reciprocals
//----------------------===//
//
// The chip's own reciprocal root takes 30 times as long as a product and is
// wrong at 0 and infinity.
//
//===----------------------------------------------------------------------===//
#include "lib/Codegen/Kernels/Functions.h"

#include <cfloat>
#include <cmath>

using namespace tpu_mlir;
using isa::ArithOp;

using Views = llvm::ArrayRef<LocalView>;

static constexpr uint32_t kInfinityBits = 0x7f800000;
static constexpr uint32_t kOneBits = 0x3f800000; // of 1.0f
static constexpr uint32_t kNanBits = 0x7fc00000;

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
  math.select(ArithOp::SelectLess, temporary, x, 0.0f, kNanBits);
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
  math.select(ArithOp::SelectLess, t[0], x, FLT_MIN, kInfinityBits);
  math.add(t[2], t[1], t[0]);
  math.select(ArithOp::SelectLess, t[0], x, INFINITY, kOneBits);
  math.mul(t[1], t[2], t[0]);
  emitDomain(math, result, t[1], x, t[0]);
}
