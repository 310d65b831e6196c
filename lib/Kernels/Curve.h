//===- Curve.h - Functions of 8 bits by arithmetic of 16 ------------------===//
#pragma once

#include "dialects/Tpu/Tpu.h"

namespace tpu_mlir {

/// The nearest f16, ties to even; infinity beyond the largest.
float roundToHalf(double value);

/// What `tpu.curve` computes, in the units of its attributes.
struct Curve {
  /// Bits of a sum behind the point.
  static constexpr int64_t kFractionBits = 6;

  int64_t centre = 0;
  int64_t limit = 0;          // from 1 to 254
  int64_t argumentShift = 0;  // p takes its argument times 2^-this, in f16
  llvm::SmallVector<float> p; // coefficients, constant first, f16
  int64_t slope = 0, slopeShift = 0;
  int64_t offset = 0;

  explicit Curve() = default;
  explicit Curve(tpu::CurveOp op);

  /// The result for q, rounding by rounding what the commands compute; nothing
  /// if f16 overflows.
  std::optional<int64_t> apply(int64_t q) const;
  /// Of the range of p's argument, so that its coefficients are small.
  int64_t middle() const { return limit / 2; }
  /// The constant that is added to the sums.
  int64_t constant() const;
};

} // namespace tpu_mlir
