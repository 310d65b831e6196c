//===- Rescale.h - Commands between numbers of different scales
//------------===//
#pragma once

#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// Emits RQ_DQ commands on tensors of one shape (rounding and limits:
/// docs/targets/notes/tiu-elementwise.md). All views are aligned; every
/// rounding is to nearest even, and integers saturate.
class Rescale {
public:
  Rescale(Emitter &emitter, const std::array<int64_t, 4> &shape)
      : emitter(emitter), shape(shape) {}

  /// f32(x) * scale + offset for x of 16 or 32 bits, in f32, then to an integer
  /// of 8 or 16 bits; the table at `address` has [scale, offset] a channel,
  /// aligned.
  void requantize(const LocalView &result, const LocalView &x,
                  uint32_t address) const;
  /// The same with one scale and offset.
  void requantize(const LocalView &result, const LocalView &x, float scale,
                  float offset) const;
  /// x * scale + zeroPoint, rounded once, for x of 16 or 32 bits, to an integer
  /// of 8 or 16 bits.
  void requantizeExactly(const LocalView &result, const LocalView &x,
                         float scale, int64_t zeroPoint) const;
  /// (x - zeroPoint) * scale, rounded once, for x of 8 or 16 bits, to an
  /// integer.
  void rescale(const LocalView &result, const LocalView &x, int64_t zeroPoint,
               float scale) const;
  /// (x - zeroPoint) * scale, for x of 8 or 16 bits, in f32.
  void dequantize(const LocalView &result, const LocalView &x,
                  int64_t zeroPoint, float scale) const;

private:
  isa::Requant command(isa::RequantOp op, const LocalView &result,
                       const LocalView &x) const;
  void append(isa::Requant i) const;

  Emitter &emitter;
  std::array<int64_t, 4> shape;
};

/// f32(sums) * scale + offset for sums of 32 bits, rounded to the type of the
/// result, a float. The f32 temporaries differ; the second may be the sums.
void emitScaled(const Math &math, const LocalView &result,
                const LocalView &sums, const Math::Operand &scale,
                const Math::Operand &offset, const LocalView &a,
                const LocalView &b);

/// A positive f32 number as an integer times a power of two: multiplier *
/// 2^shift, exactly.
struct FixedPoint {
  explicit FixedPoint(float value);

  int32_t multiplier;
  int32_t shift;
};

} // namespace tpu_mlir
