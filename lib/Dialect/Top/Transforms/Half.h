//===- Half.h - Floats of 16 bits to and from those of 32 -----------------===//
#pragma once

#include "llvm/ADT/bit.h"

#include <cstdint>

namespace tpu_mlir::top {

// IEEE 754: sign, 8 bits of exponent, 23 of fraction; f16 has 5 and 10, bf16 8
// and 7. APFloat does the same, but networks have millions of weights.

/// The f16 nearest to a float, to even between two; overflow is infinity.
inline uint16_t toF16(float value) {
  constexpr uint32_t kInfinity = 0x7f800000, kSmallestNormal = 0x38800000;
  constexpr uint32_t kTooLarge = 0x47800000;     // 2^16
  constexpr uint32_t kRebias = (127 - 15) << 23; // of the exponent
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  uint32_t sign = bits >> 16 & 0x8000, magnitude = bits & 0x7fffffff;
  if (magnitude > kInfinity) // a quiet NaN
    return sign | 0x7e00 | (magnitude >> 13 & 0x1ff);
  if (magnitude >= kTooLarge)
    return sign | 0x7c00;
  if (magnitude < kSmallestNormal) {
    // In floats from 0.5 to 1 the last bit counts 2^-24, as in f16 below
    // 2^-14: the sum is rounded there.
    float sum = llvm::bit_cast<float>(magnitude) + 0.5f;
    return sign | (llvm::bit_cast<uint32_t>(sum) - 0x3f000000);
  }
  uint32_t roundUp = 0xfff + (magnitude >> 13 & 1);
  return sign | ((magnitude - kRebias + roundUp) >> 13);
}

/// The bf16 nearest to a float, to even between two; overflow is infinity.
inline uint16_t toBF16(float value) {
  uint32_t bits = llvm::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffff) > 0x7f800000) // a quiet NaN
    return bits >> 16 | 0x40;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}

/// Exact.
inline float fromF16(uint16_t half) {
  uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  uint32_t exponent = half >> 10 & 0x1f, fraction = half & 0x3ff;
  if (exponent == 0) {
    float magnitude = static_cast<float>(fraction) * 0x1p-24f;
    return llvm::bit_cast<float>(sign | llvm::bit_cast<uint32_t>(magnitude));
  }
  uint32_t rebiased = exponent == 0x1f ? 0xff : exponent + 127 - 15;
  return llvm::bit_cast<float>(sign | rebiased << 23 | fraction << 13);
}

/// Exact.
inline float fromBF16(uint16_t half) {
  return llvm::bit_cast<float>(static_cast<uint32_t>(half) << 16);
}

} // namespace tpu_mlir::top
