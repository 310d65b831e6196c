//===- IntegerForms.h - Which ops can be computed in integers -------------===//
#pragma once

#include "mlir/IR/Operation.h"

namespace tpu_mlir::top {

/// How an op is computed on 8-bit integers.
enum class IntegerForm {
  /// Not at all.
  None,
  /// Its result is rounded anew.
  Compute,
  /// As Compute, or straight to floats.
  ComputeToFloat,
  /// Its results hold stored integers of its operands: they share a scale.
  Move,
  /// It only cuts values off, as storing integers without sign does.
  Clamp,
};

IntegerForm integerFormOf(mlir::Operation *op);

/// Whether the network itself lets the op compute on integers.
bool hasOwnIntegers(mlir::Operation *op);

/// The constant operand whose channels have scales of their own, if the op has
/// one, and which dimension they are.
struct ChannelWeight {
  unsigned operand;
  unsigned axis;
};
std::optional<ChannelWeight> channelWeightOf(mlir::Operation *op);

} // namespace tpu_mlir::top
