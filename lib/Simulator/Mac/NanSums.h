//===- NanSums.h - Which NaN survives a sum --------------------*- C++ -*-===//
//
// Of two NaN operands the chip's units keep the first, made quiet. Compilers
// and vector units may exchange the operands of a sum, so f32 sums that turn
// out to be NaN are made again here, one after the other.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "lib/Simulator/Mac/MacArray.h"
#include "lib/Simulator/Mac/WindowSum.h"

namespace tpu_mlir::sim::mac {

/// Kernels::addSingles with the NaNs that the chip gives. The accumulator of
/// the first product comes first in the last addition, unless it begins with
/// `terms.others`.
void addSingles(const SingleTerms &terms, unsigned count, float *sums);

/// After sums of 16-bit products: one that began with a NaN still is that NaN.
void keepNans(const float *starts, size_t count, float *sums);

/// Makes the NaNs among f32 sums over windows again. `oddFirst` tells which
/// accumulator comes first in the last addition.
void repairWindowSums(const WindowTerms &terms, unsigned count, bool oddFirst,
                      float *sums);

} // namespace tpu_mlir::sim::mac
