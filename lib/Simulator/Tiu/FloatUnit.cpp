//===- FloatUnit.cpp - How the chip computes on floats --------------------===//
//
// Out of line, so that arithmetic stays inside the callers' FlushDenormals.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Tiu/FloatUnit.h"

#include "lib/Simulator/Numeric.h"

using namespace tpu_mlir;

/// `value` = operation(a, b), with the NaN the chip gives.
static float withNan(float a, float b, float value) {
  if (!std::isnan(value))
    return value;
  if (std::isnan(a))
    return sim::floatFromBits(sim::bitsOfFloat(a) | 0x0040'0000);
  if (std::isnan(b))
    return sim::floatFromBits(sim::bitsOfFloat(b) | 0x0040'0000);
  return sim::floatFromBits(0xffc0'0000);
}

float sim::addFloat(float a, float b) { return withNan(a, b, a + b); }
float sim::subFloat(float a, float b) { return withNan(a, b, a - b); }
float sim::mulFloat(float a, float b) { return withNan(a, b, a * b); }

float sim::absDifference(float a, float b) {
  return a > b ? subFloat(a, b) : subFloat(b, a);
}

float sim::reciprocalRoot(float value, unsigned iterations) {
  float y =
      floatFromBits(0x5f37'59df - uint32_t(int32_t(bitsOfFloat(value)) >> 1));
  float half = mulFloat(value, 0.5f);
  for (unsigned i = 0; i < iterations; ++i)
    y = mulFloat(y, subFloat(1.5f, mulFloat(mulFloat(half, y), y)));
  return y;
}

float sim::divideFloat(float a, float b, unsigned iterations) {
  uint32_t sign = bitsOfFloat(b) & 0x8000'0000;
  float root = reciprocalRoot(floatFromBits(bitsOfFloat(b) ^ sign), iterations);
  return mulFloat(mulFloat(root, root), floatFromBits(bitsOfFloat(a) ^ sign));
}
