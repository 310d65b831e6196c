//===- WindowSum.h - Sums over the window of one channel -------*- C++ -*-===//
//
// How the chip adds in depthwise convolution and average pooling, bit for bit.
// Callers run it under FlushDenormals.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Isa/Instructions.h"
#include "lib/Simulator/Mac/Vectors.h"

namespace tpu_mlir::sim::mac {

/// One weighted sum for each place.
struct WindowTerms {
  const float *plane;    ///< elements of the channel, those of the margin last
  const int32_t *places; ///< [taps][count]: indices into plane
  const float *weights;  ///< [taps]
  unsigned taps;
  float even, odd; ///< what the two accumulators begin with
};

/// sums[p] = the sum over taps of plane[places[tap][p]] * weights[tap].
///
/// Products and sums are rounded to the precision. The products are dealt
/// alternately to two accumulators, to the odd one first, which are added at
/// the end.
using WindowSum = void (*)(const WindowTerms &terms, unsigned count,
                           float *sums);

/// One instruction set's version for f32, f16 or bf16; all give the same bits.
WindowSum windowSum(isa::Precision precision,
                    VectorWidth width = widestVectors());

} // namespace tpu_mlir::sim::mac
