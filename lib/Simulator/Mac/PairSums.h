//===- PairSums.h - Sums of products of short integers ---------*- C++ -*-===//
#pragma once

#include "lib/Simulator/Mac/Vectors.h"

namespace tpu_mlir::sim::mac {

/// For each place p below `count` and result r below 16, adds to sums[p][r] the
/// sum over i < 2 * pairs of inputs[places[p]][i] * weights[i / 2][r][i % 2],
/// modulo 2^32. Rows of inputs have 2 * pairs elements; no element is -2^15.
using PairSums = void (*)(const int16_t *inputs, const int32_t *places,
                          unsigned count, unsigned pairs,
                          const int16_t *weights, int32_t *sums);

/// One instruction set's version; all give the same sums.
PairSums pairSums(VectorWidth width = widestVectors());

} // namespace tpu_mlir::sim::mac
