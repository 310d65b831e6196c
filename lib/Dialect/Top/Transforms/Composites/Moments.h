//===- Moments.h - Means, squares and variances among their parts ---------===//
#pragma once

#include "dialects/Top/Top.h"

#include <optional>

namespace tpu_mlir::top {

/// What is reduced along which axes, its dimensions kept as 1.
struct Moment {
  mlir::Value input;
  llvm::SmallVector<int64_t> axes;
};

/// A reduction of one kind; its dimensions kept by itself or a reshape.
std::optional<Moment> matchReduction(mlir::Value value, ReduceKind kind);

/// A mean, also as a sum times 1 / n.
std::optional<Moment> matchMean(mlir::Value value);

/// y, if `value` is y * y or y ^ 2.
mlir::Value matchSquare(mlir::Value value);

/// x, if `value` is x - mean(x).
mlir::Value matchCentred(mlir::Value value, llvm::ArrayRef<int64_t> axes);

/// The mean of x^2, or of (x - mean(x))^2, that also as mean(x^2) - mean(x)^2.
struct Variance : Moment {
  bool isCentred;
};
std::optional<Variance> matchVariance(mlir::Value value);

/// 1 / sqrt(variance + epsilon).
struct InverseDeviation : Variance {
  float epsilon;
};
/// `isDivisor`: `value` is the deviation itself.
std::optional<InverseDeviation> matchDeviation(mlir::Value value,
                                               bool isDivisor);

} // namespace tpu_mlir::top
