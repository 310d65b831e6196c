//===- LimitConstants.h - Constants too large for 16 bits -----------------===//
#pragma once

#include "lib/Dialect/Top/Transforms/Precision/WideOps.h"

namespace tpu_mlir::top {

/// Exponents of the numbers that a float type holds in full precision.
struct ExponentRange {
  explicit ExponentRange(mlir::FloatType type);

  /// Half of the range is for what the network makes of ordinary numbers.
  double headroom() const { return (max + 1) / 2; }

  double min, max;
};

/// The binary logarithm of a constant's largest finite magnitude; nothing if it
/// has none, or is no constant of floats.
std::optional<double> largestExponent(mlir::Value value);

struct LimitedConstants {
  /// Large values that readers need only as such: they count as ordinary.
  llvm::DenseSet<mlir::Value> masks;
  /// Ops that read a constant which needs f32.
  llvm::DenseSet<mlir::Operation *> wide;
};

/// Gives masks, e.g. -3.4e38 that is added before a softmax, values that
/// `narrow` holds, with room for a sum: a constant, or the product of one,
/// which then is computed in f32. Warns of each constant that `narrow` cannot
/// hold.
LimitedConstants limitConstants(mlir::func::FuncOp function,
                                mlir::FloatType narrow, IsGiven isGiven);

/// Limits inputs of the network that may be such masks: their readers add them
/// to other values, or choose. Returns the ops that do it, in f32.
llvm::SmallVector<mlir::Operation *> limitInputs(mlir::func::FuncOp function,
                                                 mlir::FloatType narrow);

} // namespace tpu_mlir::top
