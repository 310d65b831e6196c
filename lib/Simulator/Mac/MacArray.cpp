//===- MacArray.cpp - How the chip multiplies and adds --------------------===//
#include "lib/Simulator/Mac/MacArray.h"

#include "lib/Simulator/Numeric.h"
#include <cmath>

using namespace tpu_mlir::sim;
using namespace tpu_mlir::sim::mac;

namespace {

/// Vectors that a block of results takes.
template <typename V> constexpr unsigned perBlock = resultsTogether / V::size;

constexpr int32_t magnitudeBits = 0x7fff'ffff;
constexpr int32_t fractionBits = 23;

/// The sum of products by the exact rule, for exponents that the vector code
/// cannot scale.
float addOneGroup(const float *input, unsigned channels, const float *weights) {
  float products[channelsTogether] = {}, largest = 0;
  bool positive = false, negative = false, invalid = false;
  for (unsigned c = 0; c < channels; ++c) {
    float product = input[c] * weights[c * resultsTogether];
    products[c] = product;
    invalid |= std::isnan(product);
    positive |= product == INFINITY;
    negative |= product == -INFINITY;
    largest = std::max(largest, std::fabs(product));
  }
  if ((positive && negative) || (invalid && !positive && !negative))
    return floatFromBits(0xffc0'0000);
  if (positive || negative)
    return positive ? INFINITY : -INFINITY;
  int exponent = int(bitsOfFloat(largest) >> fractionBits) - 127;
  double quantum = std::ldexp(1.0, exponent - 24);
  double sum = 0; // exact: at most 30 bits
  for (float product : products)
    sum += std::trunc(product / quantum) * quantum;
  return float(sum);
}

template <typename V, unsigned together>
ALWAYS_INLINE void addGroupPlaces(const float *const *rows, unsigned channels,
                                  const float *weights, float *sums) {
  using Float = typename V::Float;
  using Int = typename V::Int;
  Int largest[together] = {};
#pragma GCC unroll 4
  for (unsigned c = 0; c < channels; ++c) {
    Float weight = load<Float>(weights + c * resultsTogether);
#pragma GCC unroll 8
    for (unsigned p = 0; p < together; ++p) {
      Int magnitude = Int(rows[p][c] * weight) & magnitudeBits;
      largest[p] = largest[p] > magnitude ? largest[p] : magnitude;
    }
  }
  // A scale of 2^(24 - e) and its inverse must both be normal numbers.
  constexpr int32_t smallest = 25, infinite = 255;
  Float scale[together], inverse[together];
  Int outside = {};
#pragma GCC unroll 8
  for (unsigned p = 0; p < together; ++p) {
    Int exponent = largest[p] >> fractionBits;
    outside |=
        (exponent >= infinite) | ((largest[p] != 0) & (exponent < smallest));
    exponent = exponent < smallest ? Int{} + smallest : exponent;
    scale[p] = Float((127 + 24 + 127 - exponent) << fractionBits);
    inverse[p] = Float((exponent - 24) << fractionBits);
  }
  if (__builtin_expect(anyBit<V>(outside), false)) {
    for (unsigned p = 0; p < together; ++p)
      for (unsigned i = 0; i < V::size; ++i)
        sums[p * resultsTogether + i] +=
            addOneGroup(rows[p], channels, weights + i);
    return;
  }
  Int exact[together] = {};
#pragma GCC unroll 4
  for (unsigned c = 0; c < channels; ++c) {
    Float weight = load<Float>(weights + c * resultsTogether);
#pragma GCC unroll 8
    for (unsigned p = 0; p < together; ++p)
      exact[p] += __builtin_convertvector(rows[p][c] * weight * scale[p], Int);
  }
#pragma GCC unroll 8
  for (unsigned p = 0; p < together; ++p) {
    float *sum = sums + p * resultsTogether;
    store(sum, load<Float>(sum) +
                   __builtin_convertvector(exact[p], Float) * inverse[p]);
  }
}

template <typename V, unsigned together>
ALWAYS_INLINE void addGroupAll(const float *inputs, const int32_t *places,
                               unsigned count, unsigned channels,
                               const float *weights, float *sums) {
  for (unsigned block = 0; block < perBlock<V>; ++block) {
    const float *blockWeights = weights + block * V::size;
    float *blockSums = sums + block * V::size;
    unsigned p = 0;
    for (; p + together <= count; p += together) {
      const float *rows[together];
      for (unsigned i = 0; i < together; ++i)
        rows[i] = inputs + size_t(places[p + i]) * channelsTogether;
      addGroupPlaces<V, together>(rows, channels, blockWeights,
                                  blockSums + p * resultsTogether);
    }
    for (; p < count; ++p) {
      const float *row = inputs + size_t(places[p]) * channelsTogether;
      addGroupPlaces<V, 1>(&row, channels, blockWeights,
                           blockSums + p * resultsTogether);
    }
  }
}

/// One term for `together` places: to[p] += inputs[p] * weights.
template <typename V, unsigned together>
ALWAYS_INLINE void addTerm(typename V::Float (&to)[together][perBlock<V>],
                           const float *channel, const int32_t *places,
                           const float *weights) {
  using Float = typename V::Float;
#pragma GCC unroll 4
  for (unsigned b = 0; b < perBlock<V>; ++b) {
    Float weight = load<Float>(weights + b * V::size);
#pragma GCC unroll 8
    for (unsigned p = 0; p < together; ++p)
      to[p][b] += channel[places[p]] * weight;
  }
}

template <typename V, unsigned together>
ALWAYS_INLINE void addSinglesPlaces(const SingleTerms &terms, unsigned count,
                                    unsigned first, float *sums) {
  using Float = typename V::Float;
  Float even[together][perBlock<V>], odd[together][perBlock<V>] = {};
#pragma GCC unroll 8
  for (unsigned p = 0; p < together; ++p)
#pragma GCC unroll 4
    for (unsigned b = 0; b < perBlock<V>; ++b) {
      size_t at = p * resultsTogether + b * V::size;
      even[p][b] = load<Float>(sums + at);
      if (terms.others)
        odd[p][b] = load<Float>(terms.others + first * resultsTogether + at);
    }

  const float *weights = terms.weights;
  const int32_t *firstTap = terms.places + first, *places = firstTap;
  const int32_t *lastTap = firstTap + size_t(terms.taps) * count;
  const float *channel = terms.inputs;
  auto advance = [&] {
    weights += resultsTogether;
    places += count;
    if (places == lastTap) {
      places = firstTap;
      channel += terms.stride;
    }
  };
  unsigned total = terms.channels * terms.taps;
  for (unsigned t = 0; t + 1 < total; t += 2) {
    addTerm<V, together>(odd, channel, places, weights);
    advance();
    addTerm<V, together>(even, channel, places, weights);
    advance();
  }
  if (total % 2)
    addTerm<V, together>(odd, channel, places, weights);

#pragma GCC unroll 8
  for (unsigned p = 0; p < together; ++p)
#pragma GCC unroll 4
    for (unsigned b = 0; b < perBlock<V>; ++b)
      store(sums + p * resultsTogether + b * V::size, even[p][b] + odd[p][b]);
}

template <typename V, unsigned together>
ALWAYS_INLINE void addSinglesAll(const SingleTerms &terms, unsigned count,
                                 float *sums) {
  unsigned p = 0;
  for (; p + together <= count; p += together)
    addSinglesPlaces<V, together>(terms, count, p, sums + p * resultsTogether);
  for (; p < count; ++p)
    addSinglesPlaces<V, 1>(terms, count, p, sums + p * resultsTogether);
}

template <typename V, unsigned together>
ALWAYS_INLINE void addIntegersPlaces(const int32_t *const *rows,
                                     unsigned channels, const int32_t *weights,
                                     int32_t *sums) {
  // Sums wrap around, as those of unsigned numbers do.
  using Word = typename V::Word;
  Word products[together] = {};
  for (unsigned c = 0; c < channels; ++c) {
    Word weight = load<Word>(weights + c * resultsTogether);
#pragma GCC unroll 8
    for (unsigned p = 0; p < together; ++p)
      products[p] += uint32_t(rows[p][c]) * weight;
  }
#pragma GCC unroll 8
  for (unsigned p = 0; p < together; ++p)
    store(sums + p * resultsTogether,
          load<Word>(sums + p * resultsTogether) + products[p]);
}

template <typename V, unsigned together>
ALWAYS_INLINE void addIntegersAll(const int32_t *inputs, const int32_t *places,
                                  unsigned count, unsigned channels,
                                  const int32_t *weights, int32_t *sums) {
  for (unsigned block = 0; block < perBlock<V>; ++block) {
    const int32_t *blockWeights = weights + block * V::size;
    int32_t *blockSums = sums + block * V::size;
    unsigned p = 0;
    for (; p + together <= count; p += together) {
      const int32_t *rows[together];
      for (unsigned i = 0; i < together; ++i)
        rows[i] = inputs + size_t(places[p + i]) * channels;
      addIntegersPlaces<V, together>(rows, channels, blockWeights,
                                     blockSums + p * resultsTogether);
    }
    for (; p < count; ++p) {
      const int32_t *row = inputs + size_t(places[p]) * channels;
      addIntegersPlaces<V, 1>(&row, channels, blockWeights,
                              blockSums + p * resultsTogether);
    }
  }
}

// Not inlined anywhere: it must run where denormals are flushed.
void addBlocks(const float *values, unsigned count, float *sums) {
  for (size_t i = 0; i < size_t(count) * resultsTogether; ++i)
    sums[i] += values[i];
}

} // namespace

// The kernels of one instruction set: SUFFIX, how wide its vectors are (bytes),
// and for how many places it has registers.
#define MAC_KERNELS(SUFFIX, TARGET, BYTES, GROUPS, SINGLES)                    \
  TARGET static void addGroup##SUFFIX(                                         \
      const float *inputs, const int32_t *places, unsigned count,              \
      unsigned channels, const float *weights, float *sums) {                  \
    if (channels == channelsTogether)                                          \
      addGroupAll<Vector<BYTES>, GROUPS>(inputs, places, count,                \
                                         channelsTogether, weights, sums);     \
    else                                                                       \
      addGroupAll<Vector<BYTES>, GROUPS>(inputs, places, count, channels,      \
                                         weights, sums);                       \
  }                                                                            \
  TARGET static void addSingles##SUFFIX(const SingleTerms &terms,              \
                                        unsigned count, float *sums) {         \
    addSinglesAll<Vector<BYTES>, SINGLES>(terms, count, sums);                 \
  }                                                                            \
  TARGET static void addIntegers##SUFFIX(                                      \
      const int32_t *inputs, const int32_t *places, unsigned count,            \
      unsigned channels, const int32_t *weights, int32_t *sums) {              \
    addIntegersAll<Vector<BYTES>, 8>(inputs, places, count, channels, weights, \
                                     sums);                                    \
  }

MAC_KERNELS(Baseline, , 16, 2, 1)
MAC_KERNELS(Avx2, TARGET_AVX2, 32, 4, 2)
MAC_KERNELS(Avx512, TARGET_AVX512, 64, 6, 8)

VectorWidth mac::widestVectors() {
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return VectorWidth::Avx512;
  return __builtin_cpu_supports("avx2") ? VectorWidth::Avx2
                                        : VectorWidth::Baseline;
}

const Kernels &mac::kernels(VectorWidth width) {
  static constexpr Kernels all[] = {
      {addGroupBaseline, addSinglesBaseline, addBlocks, addIntegersBaseline},
      {addGroupAvx2, addSinglesAvx2, addBlocks, addIntegersAvx2},
      {addGroupAvx512, addSinglesAvx512, addBlocks, addIntegersAvx512}};
  return all[unsigned(width)];
}
