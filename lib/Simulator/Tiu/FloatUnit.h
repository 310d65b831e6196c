//===- FloatUnit.h - How the chip computes on floats ----------------------===//
//
// Operations on runs of f32 values (16-bit operands are widened, their results
// rounded once when stored). Denormal operands and results of f32 and bf16 are
// zeros of their sign: callers load with `flush` and hold a FlushDenormals.
//
// A NaN result is the first NaN among the operands, made quiet, or 0xffc00000
// if the operation has no value (infinity - infinity, 0 * infinity).
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include <cstdint>

namespace tpu_mlir::sim {

/// a[i] = a[i] + b[i], and so on.
void addRun(float *a, const float *b, unsigned count);
void subRun(float *a, const float *b, unsigned count);
/// The product is still to be rounded to the precision.
void mulRun(isa::Precision precision, float *a, const float *b, unsigned count);
/// a - b if that, flushed, is above zero, else b - a.
void absDifferenceRun(float *a, const float *b, unsigned count);

/// a[i] = the greater (the lesser) of a[i] and b[i]: a if a > b (if not
/// a >= b), else b. NaNs pass as they are.
void maxRun(float *a, const float *b, unsigned count);
void minRun(float *a, const float *b, unsigned count);

/// 1 / sqrt(value) by `iterations` Newton steps from 0x5f3759df - bits / 2.
void reciprocalRootRun(float *values, unsigned count, unsigned iterations);

/// a / b as the square of that root of |b|, times a.
void divideRun(float *a, const float *b, unsigned count, unsigned iterations);

/// What storing in a precision and loading with `flush` makes of each value,
/// but for the bits of NaNs.
void roundRun(isa::Precision precision, float *values, unsigned count);

} // namespace tpu_mlir::sim
