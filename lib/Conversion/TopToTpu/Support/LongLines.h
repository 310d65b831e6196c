//===- LongLines.h - Norms over lines that no lane holds ------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Support/Lowering.h"

namespace tpu_mlir {

/// scale * (x - mean) / sqrt(variance + epsilon) + bias over w of [n, c, 1, w],
/// in f32 until the end; scale and bias, either of which may be null, are
/// [1, c, 1, 1]. Lines are cut into parts of equal length that fill the lanes;
/// null if a line has no such parts.
mlir::Value normalizeInParts(Lowering &l, mlir::Value x, float epsilon,
                             mlir::Value scale = {}, mlir::Value bias = {});

} // namespace tpu_mlir
