//===- Numeric.h - Number formats of the chip and their conversions -------===//
//
// Portable scalar conversions; the vector code of single instructions must
// agree with them bit for bit.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace tpu_mlir::sim {

inline float floatFromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bitsOfFloat(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Whether the bits are those of a NaN: a comparison that vectors have.
inline bool isNan(uint32_t bits) {
  return int32_t(bits & 0x7fff'ffff) > 0x7f80'0000;
}

/// A denormal becomes zero and keeps its sign.
inline float flushed(float value) {
  uint32_t bits = bitsOfFloat(value);
  return floatFromBits(bits & 0x7f80'0000 ? bits : bits & 0x8000'0000);
}

/// IEEE half precision: 1 sign, 5 exponent, 10 fraction bits, with denormals.
inline float f16ToFloat(uint16_t half) {
  // Without branches, for vectors; exact where denormals are flushed, too.
  uint32_t sign = uint32_t(half & 0x8000) << 16;
  uint32_t magnitude = uint32_t(half & 0x7fff) << 13;
  uint32_t bits = magnitude + (112u << 23);
  bits = magnitude >= 0x0f80'0000 ? magnitude | 0x7f80'0000 : bits;
  uint32_t denormal = bitsOfFloat(float(int32_t(half & 0x3ff)) * 0x1p-24f);
  return floatFromBits(sign | (magnitude < 0x0080'0000 ? denormal : bits));
}

/// Nearest, ties to even; beyond the largest finite value: infinity. NaN
/// becomes all ones after its sign.
inline uint16_t floatToF16(float value) {
  uint32_t bits = bitsOfFloat(value);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fff'ffff;
  // Without branches, for vectors. Below 2^-14 the step is 2^-24, which is the
  // step of f32 from 0.5 on.
  uint32_t small = bitsOfFloat(floatFromBits(magnitude) + 0.5f) - 0x3f00'0000;
  uint32_t large =
      ((magnitude + 0xfff + (magnitude >> 13 & 1)) >> 13) - 0x1c000;
  large = magnitude >= 0x4780'0000 ? 0x7c00 : large; // 2^16
  large = magnitude > 0x7f80'0000 ? 0x7fff : large;
  return uint16_t(sign | (magnitude < 0x3880'0000 ? small : large));
}

inline float bf16ToFloat(uint16_t brain) {
  return floatFromBits(uint32_t(brain) << 16);
}

/// Nearest, ties to even; NaN as for f16.
inline uint16_t floatToBf16(float value) {
  uint32_t bits = bitsOfFloat(value);
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  bool isNan = (bits & 0x7fff'ffff) > 0x7f80'0000;
  return uint16_t(isNan ? bits >> 16 | 0x7fff : rounded);
}

/// The nearest f16 value, ties to even, without branches; a NaN loses its sign.
inline float roundToF16(float value) {
  uint32_t bits = bitsOfFloat(value);
  uint32_t sign = bits & 0x8000'0000, magnitude = bits & 0x7fff'ffff;
  // Below 2^-14 the step is 2^-24, the step of f32 from 0.5 on.
  uint32_t small = bitsOfFloat(floatFromBits(magnitude) + 0.5f - 0.5f);
  uint32_t large = (magnitude + 0xfff + (magnitude >> 13 & 1)) & ~0x1fffu;
  large = large >= 0x4780'0000 ? 0x7f80'0000 : large; // 2^16: infinity
  uint32_t rounded = sign | (magnitude < 0x3880'0000 ? small : large);
  return floatFromBits(magnitude > 0x7f80'0000 ? 0x7fc0'0000 : rounded);
}

/// The nearest bf16 value, ties to even, without branches; a NaN loses its
/// sign.
inline float roundToBf16(float value) {
  uint32_t bits = bitsOfFloat(value);
  uint32_t rounded = (bits + 0x7fff + (bits >> 16 & 1)) & 0xffff'0000;
  bool isNan = (bits & 0x7fff'ffff) > 0x7f80'0000;
  return floatFromBits(isNan ? 0x7fc0'0000 : rounded);
}

/// The nearest value of the integer type To: ends of its range instead of
/// wrapping around.
template <typename To> To saturate(int64_t value) {
  return To(std::clamp<int64_t>(value, std::numeric_limits<To>::min(),
                                std::numeric_limits<To>::max()));
}

} // namespace tpu_mlir::sim
