//===- Rescale.cpp - Between numbers of different scales ------------------===//
#include "lib/Kernels/Support/Rescale.h"

#include <cmath>

using namespace tpu_mlir;

FixedPoint::FixedPoint(float value) {
  constexpr int kSignificand = 24; // bits of an f32
  float fraction = std::frexp(value, &shift);
  multiplier = int32_t(std::ldexp(fraction, kSignificand));
  shift -= kSignificand;
}

void tpu_mlir::emitScaled(const Math &math, const LocalView &result,
                          const LocalView &sums, const Math::Operand &scale,
                          const Math::Operand &offset, const LocalView &a,
                          const LocalView &b) {
  math.cast(a, sums);
  math.mul(b, a, scale);
  if (result.elementType.isF32())
    return math.add(result, b, offset);
  math.add(a, b, offset);
  math.cast(result, a);
}
