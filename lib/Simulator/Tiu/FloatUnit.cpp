//===- FloatUnit.cpp - How the chip computes on floats --------------------===//
//
// Out of line, so that arithmetic stays inside the callers' FlushDenormals.
// Without branches, so that loops become vectors.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Tiu/FloatUnit.h"

#include "lib/Simulator/Numeric.h"

using namespace tpu_mlir;
using namespace tpu_mlir::sim;

/// `value` = operation(a, b), with the NaN the chip gives.
static inline float withNan(float a, float b, float value) {
  uint32_t x = bitsOfFloat(a), y = bitsOfFloat(b), bits = bitsOfFloat(value);
  uint32_t second = isNan(y) ? y | 0x0040'0000 : 0xffc0'0000;
  uint32_t nan = isNan(x) ? x | 0x0040'0000 : second;
  return floatFromBits(isNan(bits) ? nan : bits);
}

// Objects, not functions: templates must not call them through pointers.
static constexpr auto add = [](float a, float b) {
  return withNan(a, b, a + b);
};
static constexpr auto sub = [](float a, float b) {
  return withNan(a, b, a - b);
};
static constexpr auto mul = [](float a, float b) {
  return withNan(a, b, a * b);
};

/// condition ? a : b, of the bits.
static inline float choose(bool condition, float a, float b) {
  uint32_t x = bitsOfFloat(a), y = bitsOfFloat(b);
  return floatFromBits(condition ? x : y);
}

static inline float root(float value, unsigned iterations) {
  float y =
      floatFromBits(0x5f37'59df - uint32_t(int32_t(bitsOfFloat(value)) >> 1));
  float half = mul(value, 0.5f);
  for (unsigned i = 0; i < iterations; ++i)
    y = mul(y, sub(1.5f, mul(mul(half, y), y)));
  return y;
}

template <typename Operation>
static void forEach(float *a, const float *b, unsigned count,
                    Operation operation) {
  for (unsigned i = 0; i < count; ++i)
    a[i] = operation(a[i], b[i]);
}

void sim::addRun(float *a, const float *b, unsigned count) {
  forEach(a, b, count, add);
}
void sim::subRun(float *a, const float *b, unsigned count) {
  forEach(a, b, count, sub);
}
/// A bf16 product that rounds to the smallest normal number in 8 bits is not
/// yet flushed, though in f32 it is a denormal.
static void mulBf16Run(float *a, const float *b, unsigned count) {
  constexpr float kSmallest = 0x1p-126f, kScale = 0x1p24f;
  forEach(a, b, count, [](float x, float y) {
    float product = mul(x, y), scaled = roundToBf16(mul(mul(x, kScale), y));
    float smallest = floatFromBits(bitsOfFloat(kSmallest) |
                                   (bitsOfFloat(scaled) & 0x8000'0000));
    bool rises = bitsOfFloat(scaled) << 1 == bitsOfFloat(kSmallest * kScale)
                                                 << 1;
    return choose(rises, smallest, product);
  });
}

void sim::mulRun(isa::Precision precision, float *a, const float *b,
                 unsigned count) {
  if (precision == isa::Precision::BF16)
    return mulBf16Run(a, b, count);
  forEach(a, b, count, mul);
}
void sim::absDifferenceRun(float *a, const float *b, unsigned count) {
  forEach(a, b, count, [](float x, float y) {
    float first = sub(x, y), second = sub(y, x);
    return choose(first > 0, first, second);
  });
}
void sim::maxRun(float *a, const float *b, unsigned count) {
  forEach(a, b, count, [](float x, float y) { return choose(x > y, x, y); });
}
void sim::minRun(float *a, const float *b, unsigned count) {
  forEach(a, b, count, [](float x, float y) { return choose(x >= y, y, x); });
}

void sim::reciprocalRootRun(float *values, unsigned count,
                            unsigned iterations) {
  for (unsigned i = 0; i < count; ++i)
    values[i] = root(values[i], iterations);
}

void sim::divideRun(float *a, const float *b, unsigned count,
                    unsigned iterations) {
  for (unsigned i = 0; i < count; ++i) {
    uint32_t sign = bitsOfFloat(b[i]) & 0x8000'0000;
    float y = root(floatFromBits(bitsOfFloat(b[i]) ^ sign), iterations);
    a[i] = mul(mul(y, y), floatFromBits(bitsOfFloat(a[i]) ^ sign));
  }
}

void sim::roundRun(isa::Precision precision, float *values, unsigned count) {
  if (precision == isa::Precision::F16)
    for (unsigned i = 0; i < count; ++i)
      values[i] = roundToF16(values[i]);
  else if (precision == isa::Precision::BF16)
    for (unsigned i = 0; i < count; ++i)
      values[i] = flushed(roundToBf16(values[i]));
}
