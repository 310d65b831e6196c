//===- IntegerResult.cpp - From 32-bit sums to integer results ------------===//
#include "lib/Simulator/Mac/IntegerResult.h"

#include <algorithm>
#include <cstring>

using namespace tpu_mlir::sim;

/// Stores the low bits of `value(i)` for every i below `count`.
template <typename To, typename Value>
static void storeEach(uint8_t *to, size_t count, Value value) {
  for (size_t i = 0; i < count; ++i) {
    To bits = To(value(i));
    std::memcpy(to + i * sizeof(To), &bits, sizeof bits);
  }
}

void IntegerResult::store(const int32_t *sums, uint8_t *to,
                          size_t count) const {
  unsigned bits = isa::bitsOf(precision);
  if (bits == 32 && !shift && !relu) {
    std::memcpy(to, sums, count * sizeof *sums);
    return;
  }
  bool resultSigned = isSigned && !relu;
  int64_t high = (int64_t(1) << (resultSigned ? bits - 1 : bits)) - 1;
  int64_t low = resultSigned ? -high - 1 : 0;
  auto value = [&](size_t i) {
    int64_t sum = isSigned ? int64_t(sums[i]) : int64_t(uint32_t(sums[i]));
    if (shift)
      sum = int64_t(sim::shift(sum, -int(shift), round));
    return wraps ? sum : std::clamp(sum, low, high);
  };
  if (bits == 8)
    storeEach<uint8_t>(to, count, value);
  else if (bits == 16)
    storeEach<uint16_t>(to, count, value);
  else
    storeEach<uint32_t>(to, count, value);
}
