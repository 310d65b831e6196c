//===- WindowSum.cpp - Sums over the window of one channel ----------------===//
#include "lib/Simulator/Mac/WindowSum.h"

#include "lib/Simulator/Numeric.h"
#include <cassert>

using namespace tpu_mlir;
using namespace tpu_mlir::sim;
using namespace tpu_mlir::sim::mac;
using isa::Precision;

namespace {

/// The nearest value of the precision, as roundToF16 and roundToBf16 have it.
template <typename V, Precision precision>
ALWAYS_INLINE typename V::Float rounded(typename V::Float value) {
  using Float = typename V::Float;
  using Int = typename V::Int;
  if constexpr (precision == Precision::F32)
    return value;
  Int bits = Int(value), magnitude = bits & 0x7fff'ffff;
  Int sign = bits ^ magnitude;
  Int result;
  if constexpr (precision == Precision::F16) {
    // Below 2^-14 the step is 2^-24, the step of f32 from 0.5 on.
    Int small = Int(Float(magnitude) + 0.5f - 0.5f);
    Int large = (magnitude + 0xfff + (magnitude >> 13 & 1)) & ~0x1fff;
    large = large >= 0x4780'0000 ? Int{} + 0x7f80'0000 : large; // 2^16
    result = sign | (magnitude < 0x3880'0000 ? small : large);
  } else {
    result = (bits + 0x7fff + (bits >> 16 & 1)) & int32_t(0xffff'0000);
  }
  return Float(magnitude > 0x7f80'0000 ? Int{} + 0x7fc0'0000 : result);
}

/// plane[places[i]] for each element; as one load where they follow each other.
template <typename V>
ALWAYS_INLINE typename V::Float gather(const float *plane,
                                       const int32_t *places) {
  if constexpr (V::size > 1) {
    using Int = typename V::Int;
    int32_t steps[V::size];
    for (unsigned i = 0; i < V::size; ++i)
      steps[i] = int32_t(i);
    Int expected = load<Int>(steps) + places[0];
    if (!anyBit<V>(load<Int>(places) ^ expected))
      return load<typename V::Float>(plane + places[0]);
  }
  float elements[V::size];
  for (unsigned i = 0; i < V::size; ++i)
    elements[i] = plane[places[i]];
  return load<typename V::Float>(elements);
}

template <typename V, Precision precision>
ALWAYS_INLINE void sumVector(const WindowTerms &terms, const int32_t *places,
                             unsigned count, float *sums) {
  using Float = typename V::Float;
  // A difference from zero keeps the sign of a zero, a sum would not.
  Float even = terms.even - Float{}, odd = terms.odd - Float{};
  auto add = [&](Float &to, unsigned tap) {
    Float product = gather<V>(terms.plane, places + size_t(tap) * count) *
                    terms.weights[tap];
    to = rounded<V, precision>(to + rounded<V, precision>(product));
  };
  unsigned tap = 0;
  for (; tap + 1 < terms.taps; tap += 2) {
    add(odd, tap);
    add(even, tap + 1);
  }
  if (tap < terms.taps)
    add(odd, tap);
  store(sums, rounded<V, precision>(even + odd));
}

template <typename V, Precision precision>
ALWAYS_INLINE void sumAll(const WindowTerms &terms, unsigned count,
                          float *sums) {
  unsigned p = 0;
  for (; p + V::size <= count; p += V::size)
    sumVector<V, precision>(terms, terms.places + p, count, sums + p);
  for (; p < count; ++p) // vectors of one element
    sumVector<Vector<4>, precision>(terms, terms.places + p, count, sums + p);
}

} // namespace

// The sums of one instruction set, whose vectors have so many bytes.
#define WINDOW_SUMS(SUFFIX, TARGET, BYTES)                                     \
  template <Precision precision>                                               \
  TARGET static void sum##SUFFIX(const WindowTerms &terms, unsigned count,     \
                                 float *sums) {                                \
    sumAll<Vector<BYTES>, precision>(terms, count, sums);                      \
  }

WINDOW_SUMS(Baseline, , 16)
WINDOW_SUMS(Avx2, TARGET_AVX2, 32)
WINDOW_SUMS(Avx512, TARGET_AVX512, 64)

template <Precision precision> static WindowSum ofWidth(VectorWidth width) {
  constexpr WindowSum all[] = {sumBaseline<precision>, sumAvx2<precision>,
                               sumAvx512<precision>};
  return all[unsigned(width)];
}

WindowSum mac::windowSum(Precision precision, VectorWidth width) {
  switch (precision) {
  case Precision::F32:
    return ofWidth<Precision::F32>(width);
  case Precision::F16:
    return ofWidth<Precision::F16>(width);
  default:
    assert(precision == Precision::BF16 && "not a floating-point precision");
    return ofWidth<Precision::BF16>(width);
  }
}
