//===- Convert.cpp - Rows of operand elements to f32 and back -------------===//
#include "lib/Simulator/Convert.h"

#include "lib/Simulator/Numeric.h"
#include "llvm/Support/ErrorHandling.h"
#include <string>

using namespace tpu_mlir::sim;
using tpu_mlir::isa::Precision;

std::string tpu_mlir::sim::precisionName(uint32_t code) {
  constexpr const char *names[] = {"i8",  "f16",  "f32", "i16",
                                   "i32", "bf16", "i4"};
  return code < std::size(names) ? names[code]
                                 : "precision " + std::to_string(code);
}

static void f16ToFloats(const uint8_t *from, float *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t half;
    std::memcpy(&half, from + 2 * i, 2);
    // A half's bits, moved up, are a float 2^112 too small.
    uint32_t magnitude = uint32_t(half & 0x7fff) << 13;
    uint32_t bits = bitsOfFloat(floatFromBits(magnitude) * 0x1p112f);
    bits = magnitude >= 0x0f80'0000 ? magnitude | 0x7f80'0000 : bits;
    to[i] = floatFromBits(bits | uint32_t(half & 0x8000) << 16);
  }
}

static void bf16ToFloats(const uint8_t *from, float *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t brain;
    std::memcpy(&brain, from + 2 * i, 2);
    to[i] = bf16ToFloat(brain);
  }
}

void tpu_mlir::sim::toFloats(Precision precision, const uint8_t *from,
                             float *to, size_t count) {
  switch (precision) {
  case Precision::F32:
    std::memcpy(to, from, count * sizeof(float));
    return;
  case Precision::F16:
    return f16ToFloats(from, to, count);
  case Precision::BF16:
    return bf16ToFloats(from, to, count);
  default:
    llvm_unreachable("not a floating-point precision");
  }
}

template <uint16_t (*round)(float)>
static void toHalves(const float *from, uint8_t *to, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    uint16_t half = round(from[i]);
    std::memcpy(to + 2 * i, &half, 2);
  }
}

void tpu_mlir::sim::fromFloats(Precision precision, const float *from,
                               uint8_t *to, size_t count) {
  switch (precision) {
  case Precision::F32:
    std::memcpy(to, from, count * sizeof(float));
    return;
  case Precision::F16:
    return toHalves<floatToF16>(from, to, count);
  case Precision::BF16:
    return toHalves<floatToBf16>(from, to, count);
  default:
    llvm_unreachable("not a floating-point precision");
  }
}

void tpu_mlir::sim::restore(Precision precision, const float *from, uint8_t *to,
                            size_t count) {
  if (precision == Precision::F32) {
    std::memcpy(to, from, count * sizeof(float));
    return;
  }
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits = bitsOfFloat(from[i]);
    uint16_t half = bits >> 16;
    if (precision == Precision::F16)
      half = std::isnan(from[i])
                 ? (bits >> 16 & 0x8000) | 0x7c00 | (bits >> 13 & 0x3ff)
                 : floatToF16(from[i]);
    std::memcpy(to + 2 * i, &half, 2);
  }
}

float tpu_mlir::sim::constantOf(Precision precision, uint32_t bits) {
  uint8_t bytes[4];
  std::memcpy(bytes, &bits, 4);
  float value;
  toFloats(precision, bytes, &value, 1);
  return value;
}

void tpu_mlir::sim::toIntegers(bool isSigned, const uint8_t *from, int32_t *to,
                               size_t count) {
  if (isSigned)
    for (size_t i = 0; i < count; ++i)
      to[i] = int8_t(from[i]);
  else
    for (size_t i = 0; i < count; ++i)
      to[i] = from[i];
}

void tpu_mlir::sim::toIntegers(Precision precision, bool isSigned,
                               const uint8_t *from, int32_t *to, size_t count) {
  switch (precision) {
  case Precision::I8:
    return toIntegers(isSigned, from, to, count);
  case Precision::I16:
    for (size_t i = 0; i < count; ++i) {
      uint16_t bits;
      std::memcpy(&bits, from + 2 * i, sizeof bits);
      to[i] = isSigned ? int16_t(bits) : bits;
    }
    return;
  case Precision::I32:
    std::memcpy(to, from, count * sizeof(int32_t));
    return;
  default:
    llvm_unreachable("not an integer of 8, 16 or 32 bits");
  }
}
