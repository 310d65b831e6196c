//===- RecognizeSoftmax.h - Finds softmax and log-sum-exp by parts --------===//
#pragma once

#include "mlir/IR/PatternMatch.h"

namespace tpu_mlir::top {

/// Patterns for softmax, log_softmax and reduce log_sum_exp where the largest
/// element is taken out, as they compute; without, exponentials that overflow
/// are to stay infinite.
void addSoftmaxPatterns(mlir::RewritePatternSet &patterns);

} // namespace tpu_mlir::top
