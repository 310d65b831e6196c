//===- MacArray.h - How the chip multiplies and adds -----------*- C++ -*-===//
//
// The adders of convolution and matrix product, bit for bit, for blocks of 16
// results (output channels or columns) of any number of places (pixels or
// rows). Callers run them under FlushDenormals.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Mac/Vectors.h"
#include <cstddef>
#include <cstdint>

namespace tpu_mlir::sim::mac {

constexpr unsigned resultsTogether = 16;
constexpr unsigned channelsTogether = 32; ///< of 16-bit operands

/// The terms of f32 sums; term t = channel * taps + k.
struct SingleTerms {
  const float *inputs;
  size_t stride; ///< elements from one channel to the next
  unsigned channels, taps;
  const int32_t *places; ///< [taps][count]
  const float *weights;  ///< [channels * taps][16]
  /// [count][16]: what the other accumulator begins with, or null for zeros.
  const float *others = nullptr;
};

/// One instruction set's versions; all give the same bits.
struct Kernels {
  /// 16-bit operands, given as f32: for each place p below `count` and result
  /// r, adds to sums[p][r] the sum over c < channels <= 32 of
  /// inputs[places[p]][c] * weights[c][r]; rows of inputs have 32 elements.
  ///
  /// The products are aligned to the largest one's exponent e, truncated
  /// towards zero at 2^(e - 24), added exactly, and rounded to f32 (nearest
  /// even). Infinite products win over NaN ones; both infinities give NaN.
  void (*addGroup)(const float *inputs, const int32_t *places, unsigned count,
                   unsigned channels, const float *weights, float *sums);

  /// f32 operands: sums[p][r] += the sum over all terms of
  /// inputs[channel * stride + places[k][p]] * weights[t][r].
  ///
  /// Products and sums are rounded to f32. The products are dealt alternately
  /// to two accumulators, which are added at the end: the first product to the
  /// one that begins with `others`, the second to the one that begins with
  /// what sums holds at entry, and so on.
  void (*addSingles)(const SingleTerms &terms, unsigned count, float *sums);

  /// sums[p][r] += values[p][r], rounded to f32.
  void (*add)(const float *values, unsigned count, float *sums);

  /// 8-bit operands, given as i32: as addGroup for any number of channels,
  /// exact modulo 2^32.
  void (*addIntegers)(const int32_t *inputs, const int32_t *places,
                      unsigned count, unsigned channels, const int32_t *weights,
                      int32_t *sums);
};

const Kernels &kernels(VectorWidth width = widestVectors());

} // namespace tpu_mlir::sim::mac
