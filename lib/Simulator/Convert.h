//===- Convert.h - Rows of operand elements to f32 and back ----*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include <cstddef>
#include <cstdint>

namespace tpu_mlir::sim {

constexpr bool isHalf(isa::Precision precision) {
  return precision == isa::Precision::F16 || precision == isa::Precision::BF16;
}
constexpr bool isFloat(isa::Precision precision) {
  return precision == isa::Precision::F32 || isHalf(precision);
}

/// "f16", "i32", ... or "precision 7" for a code that means nothing.
std::string precisionName(uint32_t code);

/// Widens `count` consecutive f16, bf16 or f32 elements; exact. Not for use
/// under FlushDenormals (f16 denormals count).
void toFloats(isa::Precision precision, const uint8_t *from, float *to,
              size_t count);

/// Rounds to consecutive f16, bf16 or f32 elements: nearest even, NaN keeps
/// its sign and becomes all ones.
void fromFloats(isa::Precision precision, const float *from, uint8_t *to,
                size_t count);

/// Puts back consecutive values that came from toFloats, NaN bits included.
void restore(isa::Precision precision, const float *from, uint8_t *to,
             size_t count);

/// The one f16, bf16 or f32 value in the low bits of a command field.
float constantOf(isa::Precision precision, uint32_t bits);

/// Widens consecutive 8-bit elements.
void toIntegers(bool isSigned, const uint8_t *from, int32_t *to, size_t count);

/// Widens consecutive 8, 16 or 32-bit elements; those of 32 bits keep their
/// bits.
void toIntegers(isa::Precision precision, bool isSigned, const uint8_t *from,
                int32_t *to, size_t count);

} // namespace tpu_mlir::sim
