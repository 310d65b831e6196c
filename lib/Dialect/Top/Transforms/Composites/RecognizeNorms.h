//===- RecognizeNorms.h - Finds layer_norm and rms_norm by parts ----------===//
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace tpu_mlir::top {

/// Patterns for layer_norm and rms_norm written out, over any dimensions, and
/// for scale and bias behind them. Over others than the last dimensions they
/// come between transposes.
void addNormPatterns(mlir::RewritePatternSet &patterns);

} // namespace tpu_mlir::top
