//===- RecognizeLayerNorm.h - Finds layer_norm among its parts ------------===//
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace tpu_mlir::top {

/// (x - mean) / sqrt(mean((x - mean)^2) + epsilon) over trailing dimensions,
/// and the scale and bias that follow.
void addLayerNormPatterns(mlir::RewritePatternSet &patterns);

} // namespace tpu_mlir::top
