//===- IntegerResult.h - From 32-bit sums to integer results ---*- C++ -*-===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Tiu/Rounding.h"
#include <cstddef>

namespace tpu_mlir::sim {

/// The last stage of the integer units: sums, modulo 2^32, are shifted right
/// with rounding, made zero where negative (relu), and saturated. Results are
/// signed if sums are and relu has not been applied.
struct IntegerResult {
  isa::Precision precision; ///< i8, i16 or i32
  bool isSigned;            ///< whether sums count as signed
  bool relu = false;
  unsigned shift = 0;
  RoundMode round = RoundMode::HalfUp;
  bool wraps = false; ///< instead of saturating

  void store(const int32_t *sums, uint8_t *to, size_t count) const;
};

} // namespace tpu_mlir::sim
