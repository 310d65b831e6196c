//===- Rescale.h - Between numbers of different scales --------------------===//
#pragma once

#include "lib/Kernels/Support/Math.h"

namespace tpu_mlir {

/// The rescaling verbs on tensors of one shape.
class Rescale {
public:
  Rescale(Emitter &emitter, const Quad &shape)
      : emitter(emitter), verbs(verbsOf(emitter)), shape(shape) {}

  void requantize(const LocalView &result, const LocalView &x,
                  uint32_t address) const {
    verbs.requantize(emitter, {result, x, shape}, address);
  }
  void requantize(const LocalView &result, const LocalView &x, float scale,
                  float offset) const {
    verbs.requantize(emitter, {result, x, shape}, scale, offset);
  }
  void requantizeExactly(const LocalView &result, const LocalView &x,
                         float scale, int64_t zeroPoint) const {
    verbs.requantizeExactly(emitter, {result, x, shape}, scale, zeroPoint);
  }
  void rescale(const LocalView &result, const LocalView &x, int64_t zeroPoint,
               float scale) const {
    verbs.rescale(emitter, {result, x, shape}, zeroPoint, scale);
  }
  void dequantize(const LocalView &result, const LocalView &x,
                  int64_t zeroPoint, float scale) const {
    verbs.dequantize(emitter, {result, x, shape}, zeroPoint, scale);
  }

private:
  Emitter &emitter;
  const Verbs &verbs;
  Quad shape;
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
