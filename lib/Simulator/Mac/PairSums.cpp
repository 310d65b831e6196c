//===- PairSums.cpp - Sums of products of short integers ------------------===//
//
// Every instruction set multiplies 16-bit integers and adds neighbouring
// products; compilers do not find that on their own.
//
//===----------------------------------------------------------------------===//
#include "lib/Simulator/Mac/PairSums.h"

#include "lib/Simulator/Mac/MacArray.h"
#include <algorithm>
#include <immintrin.h>

using namespace tpu_mlir::sim::mac;

// One instruction set's version: SUFFIX, how wide its vectors are (bytes), its
// type of integer vectors and its multiplication, and for how many places it
// has registers.
#define PAIR_SUMS(SUFFIX, TARGET, BYTES, VECTOR, MULTIPLY, PLACES)             \
  TARGET static void pairSums##SUFFIX(                                         \
      const int16_t *inputs, const int32_t *places, unsigned count,            \
      unsigned pairs, const int16_t *weights, int32_t *sums) {                 \
    using Word = Vector<BYTES>::Word;                                          \
    for (unsigned first = 0; first < count; first += PLACES) {                 \
      unsigned here = std::min<unsigned>(PLACES, count - first);               \
      const int16_t *rows[PLACES];                                             \
      for (unsigned p = 0; p < PLACES; ++p)                                    \
        rows[p] = inputs +                                                     \
                  size_t(places[first + std::min(p, here - 1)]) * pairs * 2;   \
      for (unsigned r = 0; r < resultsTogether; r += Vector<BYTES>::size) {    \
        Word products[PLACES] = {};                                            \
        const int16_t *weight = weights + r * 2;                               \
        for (unsigned i = 0; i < pairs; ++i, weight += resultsTogether * 2) {  \
          VECTOR both = *reinterpret_cast<const VECTOR##_u *>(weight);         \
          _Pragma("GCC unroll 16") for (unsigned p = 0; p < PLACES; ++p) {     \
            uint32_t input = load<uint32_t>(rows[p] + i * 2);                  \
            products[p] += Word(MULTIPLY(VECTOR(Word{} + input), both));       \
          }                                                                    \
        }                                                                      \
        for (unsigned p = 0; p < here; ++p) {                                  \
          VECTOR##_u *to = reinterpret_cast<VECTOR##_u *>(                     \
              sums + (first + p) * resultsTogether + r);                       \
          *to = VECTOR(Word(*to) + products[p]);                               \
        }                                                                      \
      }                                                                        \
    }                                                                          \
  }

PAIR_SUMS(Baseline, , 16, __m128i, _mm_madd_epi16, 8)
PAIR_SUMS(Avx2, TARGET_AVX2, 32, __m256i, _mm256_madd_epi16, 8)
PAIR_SUMS(Avx512, TARGET_AVX512, 64, __m512i, _mm512_madd_epi16, 12)

PairSums tpu_mlir::sim::mac::pairSums(VectorWidth width) {
  constexpr PairSums all[] = {pairSumsBaseline, pairSumsAvx2, pairSumsAvx512};
  return all[unsigned(width)];
}
