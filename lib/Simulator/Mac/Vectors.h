//===- Vectors.h - Vectors of one source for every width -------*- C++ -*-===//
//
// Kernels are templates over these types, always inlined into one function for
// each instruction set. Their operations are element-wise, so that AVX-512,
// AVX2 and plain SSE2 give the same bits.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cstdint>

#define ALWAYS_INLINE inline __attribute__((always_inline))
#define TARGET_AVX2 __attribute__((target("avx2")))
#define TARGET_AVX512                                                          \
  __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))

namespace tpu_mlir::sim::mac {

template <unsigned bytes> struct Vector {
  using Float __attribute__((vector_size(bytes))) = float;
  using Int __attribute__((vector_size(bytes))) = int32_t;
  using Word __attribute__((vector_size(bytes))) = uint32_t;
  static constexpr unsigned size = bytes / 4;
};

template <typename V> ALWAYS_INLINE V load(const void *from) {
  V value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

template <typename V> ALWAYS_INLINE void store(void *to, V value) {
  __builtin_memcpy(to, &value, sizeof value);
}

/// Whether any bit of any element is set.
template <typename V> ALWAYS_INLINE bool anyBit(typename V::Int value) {
  uint64_t words[sizeof value / 8], any = 0;
  __builtin_memcpy(words, &value, sizeof value);
  for (uint64_t word : words)
    any |= word;
  return any != 0;
}

enum class VectorWidth { Baseline, Avx2, Avx512 };

/// The widest vectors this processor has.
VectorWidth widestVectors();

} // namespace tpu_mlir::sim::mac
