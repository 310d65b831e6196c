//===- FloatUnit.h - How the chip computes on floats ----------------------===//
//
// Operations on runs of f32 values (16-bit operands are widened, their results
// rounded once when stored). Denormal operands and results of f32 and bf16 are
// zeros of their sign: callers load with `flush` and hold a FlushDenormals.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

namespace tpu_mlir::sim {

/// The first NaN among the operands, made quiet; 0xffc00000 for operations
/// that have no value (infinity - infinity, 0 * infinity).
float addFloat(float a, float b);
float subFloat(float a, float b);
float mulFloat(float a, float b);

/// Whether the maximum and the minimum are their first operand; where not, the
/// second. Both pass NaNs on as they are.
inline bool maxIsFirst(float a, float b) { return a > b; }
inline bool minIsFirst(float a, float b) { return !(a >= b); }

/// a - b or b - a, whichever the comparison a > b calls for.
float absDifference(float a, float b);

/// 1 / sqrt(value) by `iterations` Newton steps from 0x5f3759df - bits / 2.
float reciprocalRoot(float value, unsigned iterations);

/// a / b as the square of reciprocalRoot(|b|), times a.
float divideFloat(float a, float b, unsigned iterations);

} // namespace tpu_mlir::sim
